/** Heartbeats above the rate in a row that still pass: networks bunch. */
export const RATE_TOLERANCE = 16;

/** After so many refused without a pause, the peer does not mean to keep to the rate. */
export const REFUSAL_LIMIT = 64;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A): a theoretical arrival time moves on by an interval with each
 * heartbeat that conforms, and one that is earlier than that by more than the tolerance does not.
 */
export class Allowance {
  readonly #intervalMs: number;
  #expectedMs = Number.NEGATIVE_INFINITY;
  #refused = 0;
  #excused = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** Whether the sender goes on although it was refused {@link REFUSAL_LIMIT} times. */
  get exhausted(): boolean {
    return this.#refused >= REFUSAL_LIMIT;
  }

  /** Counts what arrives now; false if it comes too early. */
  admits(nowMs: number): boolean {
    if (this.#excused > 0) {
      this.#excused -= 1;
      return true;
    }
    const conforms = nowMs >= this.#expectedMs - RATE_TOLERANCE * this.#intervalMs;
    if (conforms) this.#expectedMs = Math.max(nowMs, this.#expectedMs) + this.#intervalMs;
    // Who slows down to the rate gets back what it was refused.
    this.#refused = conforms ? Math.max(0, this.#refused - 1) : this.#refused + 1;
    return conforms;
  }

  /** What was sent while this end did not run arrives all at once. */
  stalled(stalledMs: number): void {
    this.#excused += Math.ceil(stalledMs / this.#intervalMs);
  }
}
