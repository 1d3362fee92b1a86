import type { DeathCause, LivenessEvent, Proof, State } from "@heartwire/core";
import { type OperatorFunction, scan, startWith } from "rxjs";

/** Everything known of a peer at one moment, for user interfaces and metrics. */
export interface Status {
  readonly state: State;
  /** When this state began, monotonic; absent before the first event. */
  readonly sinceMs?: number;
  /** What the last evidence proved. */
  readonly proof?: Proof;
  /** Smoothed round-trip time, and its variation (RFC 6298, section 2). */
  readonly rttMs?: number;
  readonly rttVariationMs?: number;
  /** What the peer's last heartbeat carried. */
  readonly payload?: Uint8Array;
  /** Why it is dead. */
  readonly cause?: DeathCause;
  /** How often suspicion turned out to be wrong. */
  readonly recoveries: number;
  /** Links that came to life: 1, and one more for each reconnection. */
  readonly connections: number;
  /** Frames dropped, as last told. */
  readonly rejected: number;
  /** How long this process stalled, in all. */
  readonly stalledMs: number;
}

const INITIAL: Status = { state: "pending", recoveries: 0, connections: 0, rejected: 0, stalledMs: 0 };

/**
 * Turns events into snapshots: first `pending`, then one per event. Behind `reconnect()` it goes on over the
 * links, and its counters with it.
 */
export function toStatus(): OperatorFunction<LivenessEvent, Status> {
  return (events) => events.pipe(scan(next, INITIAL), startWith(INITIAL));
}

function next(status: Status, event: LivenessEvent): Status {
  switch (event.type) {
    case "alive":
      return alive(status, event.atMs, event.proof);
    case "heartbeat":
      return {
        ...status,
        ...(event.rttMs === undefined ? {} : smoothed(status, event.rttMs)),
        ...(event.payload && { payload: event.payload }),
      };
    case "suspect":
    case "left":
      return { ...status, state: event.type, sinceMs: event.atMs };
    case "dead":
      return { ...status, state: "dead", sinceMs: event.atMs, cause: event.cause };
    case "stalled":
      return { ...status, stalledMs: status.stalledMs + event.stalledMs };
    case "rejected":
      return { ...status, rejected: event.total };
  }
}

function alive(status: Status, atMs: number, proof: Proof): Status {
  const recovered = status.state === "suspect" && status.proof !== undefined;
  const { cause: _buried, rttMs, rttVariationMs, ...rest } = status;
  const sameLink = recovered && rttMs !== undefined && rttVariationMs !== undefined;
  return {
    ...rest,
    ...(sameLink && { rttMs, rttVariationMs }),
    state: "alive",
    sinceMs: atMs,
    proof,
    recoveries: status.recoveries + (recovered ? 1 : 0),
    connections: status.connections + (recovered ? 0 : 1),
  };
}

function smoothed(status: Status, sampleMs: number): Pick<Required<Status>, "rttMs" | "rttVariationMs"> {
  const { rttMs, rttVariationMs } = status;
  if (rttMs === undefined || rttVariationMs === undefined) {
    return { rttMs: sampleMs, rttVariationMs: sampleMs / 2 };
  }
  return {
    rttVariationMs: 0.75 * rttVariationMs + 0.25 * Math.abs(rttMs - sampleMs),
    rttMs: 0.875 * rttMs + 0.125 * sampleMs,
  };
}
