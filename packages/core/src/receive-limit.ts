import { Allowance, RATE_TOLERANCE } from "./allowance.js";
import { CONFIRMING_PROBES_WITHIN_LIMIT, JITTER_FLOOR } from "./pacing.js";
import type { Policy } from "./policy.js";

/** A peer that answers nothing has heard what it was asked after so long: a round trip, a very long one. */
export const HEARD_WITHIN_MS = 1000;

/** Beats that may come for each probe: one goes out with it, and one after it, where the doubt is over. */
const BEATS_PER_PROBE = 2;

/**
 * Holds a peer to the rate of heartbeats that it was asked for (BFD's Required Min RX Interval, RFC 5880, 6.8.1). As
 * there, the limit is for what the peer sends of its own accord; echoes that we asked for are no business of it.
 *
 * A peer that keeps to it may beat at 75 % of the interval (jitter), and while it doubts us send
 * {@link CONFIRMING_PROBES_WITHIN_LIMIT} probes in an interval, each with a beat. What it sent before it can have heard
 * of the limit is not counted. Four times that rate is refused after at most 150 heartbeats; less than twice that rate
 * is cut down to it, and goes on.
 */
export class ReceiveLimit {
  readonly minReceiveMs: number;
  readonly #beats: Allowance;
  readonly #probes: Allowance;
  #beatsBesides = 0;
  #heardFromMs: number | undefined;

  constructor(minReceiveMs: number) {
    this.minReceiveMs = minReceiveMs;
    this.#beats = new Allowance(JITTER_FLOOR * minReceiveMs);
    this.#probes = new Allowance(minReceiveMs / CONFIRMING_PROBES_WITHIN_LIMIT);
  }

  /** Whether the peer goes on although it was refused too often. */
  get exhausted(): boolean {
    return this.#beats.exhausted || this.#probes.exhausted;
  }

  /** The peer is being told of the limit. */
  told(nowMs: number): void {
    this.#heardFromMs ??= nowMs + HEARD_WITHIN_MS;
  }

  /** The peer has answered what told it of the limit. */
  heard(nowMs: number): void {
    this.#heardFromMs = Math.min(nowMs, this.#heardFromMs ?? nowMs);
  }

  /** Counts a heartbeat that nobody asked for and that arrives now; false if it comes too early. */
  admits(kind: "beat" | "probe" | "echo", nowMs: number): boolean {
    this.told(nowMs);
    if (nowMs < this.#heardFromMs!) return true;
    if (kind === "probe") {
      if (!this.#probes.admits(nowMs)) return false;
      this.#beatsBesides = Math.min(BEATS_PER_PROBE * RATE_TOLERANCE, this.#beatsBesides + BEATS_PER_PROBE);
      return true;
    }
    if (kind === "echo" || this.#beatsBesides === 0) return this.#beats.admits(nowMs);
    this.#beatsBesides -= 1;
    return true;
  }

  /** What the peer sent while this end did not run arrives all at once. */
  stalled(stalledMs: number): void {
    if (this.#heardFromMs !== undefined) this.#heardFromMs += stalledMs;
    this.#beats.stalled(stalledMs);
    this.#probes.stalled(stalledMs);
  }
}

/**
 * Throws RangeError for a limit that makes `policy` doubt each peer that keeps to it. In mode `echo` none does: we ask
 * at our own pace, whatever the peer sends of its own accord. The policy is new, and is left as it was.
 */
export function requireReceivable(policy: Policy, minReceiveMs: number): void {
  const { mode, intervalMs } = policy;
  if (mode === "echo" || minReceiveMs <= intervalMs) return;
  policy.announced?.(minReceiveMs);
  const { suspectAfterMs } = policy;
  policy.announced?.(intervalMs);
  if (suspectAfterMs >= minReceiveMs) return;
  throw new RangeError(
    `minReceiveMs must be at most ${suspectAfterMs} with this policy, not ${minReceiveMs}: it doubts a peer that is silent for longer, and follows none further (see maxIntervalMs)`,
  );
}
