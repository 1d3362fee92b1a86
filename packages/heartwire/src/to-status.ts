import type { DeathCause, Proof, State } from "@heartwire/core";
import { type OperatorFunction, scan, startWith } from "rxjs";
import type { PeerEvent } from "./monitor-peers.js";
import type { Reconnecting } from "./reconnect.js";

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
  /** Why it died; kept until it is alive again, or has left. */
  readonly cause?: DeathCause;
  /** Set while the next link is awaited or being opened: when the wait ends, monotonic, and which attempt it is. */
  readonly reconnecting?: { readonly untilMs: number; readonly attempt: number };
  /** How often suspicion turned out to be wrong. */
  readonly recoveries: number;
  /** Links that came to life: 1, and one more for each reconnection. */
  readonly connections: number;
  /** Frames dropped, on all links, as last told. */
  readonly rejected: number;
  /** How long this process stalled, in all. */
  readonly stalledMs: number;
}

const INITIAL: Status = { state: "pending", recoveries: 0, connections: 0, rejected: 0, stalledMs: 0 };

/**
 * Turns events into snapshots: first `pending`, then one per event. Behind `reconnect()` it goes on over the
 * links, and its counters with it. What `monitorPeers` tells of a group changes nothing.
 */
export function toStatus(): OperatorFunction<PeerEvent | Reconnecting, Status> {
  return (events) => events.pipe(scan(next, INITIAL), startWith(INITIAL));
}

function next(status: Status, event: PeerEvent | Reconnecting): Status {
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
      return { ...status, state: "suspect", sinceMs: event.atMs };
    case "left":
      return { ...withoutCause(status), state: "left", sinceMs: event.atMs };
    case "dead":
      return { ...status, state: "dead", sinceMs: event.atMs, cause: event.cause };
    case "reconnecting": {
      const { atMs, waitMs, attempt } = event;
      return { ...status, reconnecting: { untilMs: atMs + waitMs, attempt } };
    }
    case "stalled":
      return { ...status, stalledMs: status.stalledMs + event.stalledMs };
    case "rejected":
      // Told at 1, 2, 4, 8, … of each link: at each but the first, half of the total is new.
      return { ...status, rejected: status.rejected + Math.ceil(event.total / 2) };
    case "group-silent":
    case "group-answered":
    case "group-unanswered":
      return status;
  }
}

function withoutCause({
  cause: _buried,
  reconnecting: _over,
  ...rest
}: Status): Omit<Status, "cause" | "reconnecting"> {
  return rest;
}

function alive(status: Status, atMs: number, proof: Proof): Status {
  // A cause is that of the link before: then this suspicion was of a new link, before it was first heard.
  const recovered = status.state === "suspect" && status.proof !== undefined && status.cause === undefined;
  const { rttMs, rttVariationMs, ...rest } = withoutCause(status);
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
