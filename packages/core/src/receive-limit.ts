import { JITTER_FLOOR } from "./pacing.js";

/** Heartbeats above the rate in a row that still pass: confirming probes come quicker, and networks bunch. */
export const RATE_TOLERANCE = 16;

/** After so many refused without a pause, the peer does not mean to keep to the rate. */
export const REFUSAL_LIMIT = 64;

/**
 * Holds a peer to the rate of heartbeats that it was asked for. The generic cell rate algorithm (ITU-T I.371,
 * annex A): a theoretical arrival time moves on by an interval with each heartbeat that conforms, and one that is
 * earlier than that by more than the tolerance does not. Jitter is allowed for: a sender may go at 75 % of the
 * interval.
 */
export class ReceiveLimit {
  readonly minReceiveMs: number;
  #expectedMs = Number.NEGATIVE_INFINITY;
  #refused = 0;
  #excused = 0;

  constructor(minReceiveMs: number) {
    this.minReceiveMs = minReceiveMs;
  }

  /** Whether the peer goes on although it was refused {@link REFUSAL_LIMIT} times. */
  get exhausted(): boolean {
    return this.#refused >= REFUSAL_LIMIT;
  }

  /** Counts a heartbeat that arrives now; false if it comes too early. */
  admits(nowMs: number): boolean {
    if (this.#excused > 0) {
      this.#excused -= 1;
      return true;
    }
    const intervalMs = JITTER_FLOOR * this.minReceiveMs;
    const conforms = nowMs >= this.#expectedMs - RATE_TOLERANCE * intervalMs;
    if (conforms) this.#expectedMs = Math.max(nowMs, this.#expectedMs) + intervalMs;
    // A peer at the agreed rate conforms, and gets back what it was refused before it knew.
    this.#refused = conforms ? Math.max(0, this.#refused - 1) : this.#refused + 1;
    return conforms;
  }

  /** What the peer sent while this end did not run arrives all at once. */
  stalled(stalledMs: number): void {
    this.#excused = Math.ceil(stalledMs / (JITTER_FLOOR * this.minReceiveMs));
  }
}
