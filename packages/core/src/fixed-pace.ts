import { CONFIRMING_PROBES_WITHIN_LIMIT } from "./pacing.js";
import type { PolicyMode } from "./policy.js";

/** The durations of a fixed timeout as its options say, or as a peer has slowed them down. */
export interface FixedPace {
  readonly mode: PolicyMode;
  readonly demand: boolean;
  readonly intervalMs: number;
  readonly suspectAfterMs: number;
  readonly deadAfterMs: number;
  readonly confirmIntervalMs: number;
  readonly maxIntervalMs: number;
}

/** The pace for one peer that wants another than the options say. Not made for those that want none. */
export class SlowedPace implements FixedPace {
  readonly #asked: FixedPace;
  /** How many times slower than asked heartbeats of the peer may come, be they beats or echoes: at least 1. */
  #slowness = 1;
  /** How many times slower than we would our own go out: at least 1. */
  #restraint = 1;
  /** Even in doubt a peer is not flooded that asked for a slower pace. */
  #leastConfirmMs = 0;

  constructor(asked: FixedPace) {
    this.#asked = asked;
  }

  get mode(): PolicyMode {
    return this.#asked.mode;
  }

  get demand(): boolean {
    return this.#asked.demand;
  }

  get intervalMs(): number {
    const { mode, intervalMs } = this.#asked;
    return intervalMs * (mode === "listen" ? this.#slowness : this.#restraint);
  }

  get suspectAfterMs(): number {
    return this.#asked.suspectAfterMs * this.#slowness;
  }

  get deadAfterMs(): number {
    return this.#asked.deadAfterMs * this.#slowness;
  }

  get confirmIntervalMs(): number {
    return Math.max(this.#asked.confirmIntervalMs * this.#slowness, this.#leastConfirmMs);
  }

  get maxIntervalMs(): number {
    return this.#asked.maxIntervalMs;
  }

  announced(intervalMs: number): void {
    this.#slowness = this.#times(intervalMs);
  }

  limited(minReceiveMs: number): void {
    const { mode, intervalMs, maxIntervalMs } = this.#asked;
    // Echoes come at our own pace, and nobody can talk us out of detection; of our beats the peer may have as few as it
    // likes, since it alone judges by them.
    const followedMs = mode === "echo" ? Math.min(minReceiveMs, maxIntervalMs) : minReceiveMs;
    this.#restraint = Math.max(1, followedMs / intervalMs);
    this.#leastConfirmMs = followedMs / CONFIRMING_PROBES_WITHIN_LIMIT;
    if (mode === "echo") this.#slowness = this.#restraint;
  }

  #times(intervalMs: number): number {
    const { intervalMs: askedMs, maxIntervalMs } = this.#asked;
    return Math.max(1, Math.min(intervalMs, maxIntervalMs) / askedMs);
  }
}
