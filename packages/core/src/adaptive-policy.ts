import type { AdaptiveSettings } from "./adaptive-options.js";
import { CONFIRMING_PROBES_WITHIN_LIMIT, confirmingWaitMs, JITTER_FLOOR } from "./pacing.js";
import type { Policy, PolicyMode } from "./policy.js";

/** How far beyond the centre of an {@link ArrivalEstimator}, in spreads, silence changes the verdict. */
export interface Levels {
  readonly suspect: number;
  readonly dead: number;
}

/** What a policy has learnt of the gap that comes next: a centre and a spread. */
export interface ArrivalEstimator {
  /** Knows nothing but the promise that heartbeats come every `expectedMs` or sooner. */
  begin(expectedMs: number): void;
  /** A gap between heartbeats: finite, at least {@link JITTER_FLOOR} of what is expected. */
  learn(gapMs: number): void;
  /**
   * Evidence came sooner than a heartbeat can: silence began anew, but not in step with the heartbeats. True
   * if that changes what is expected.
   */
  interrupted?(): boolean;
  readonly centreMs: number;
  readonly spreadMs: number;
}

/**
 * A healthy peer is silent for one interval and a round trip; as the fixed timeout, we doubt it a quarter
 * later.
 */
const SUSPECT_FLOOR = 1.25;
/** Of the time to a verdict, at least a quarter is left to confirm in. */
const SUSPECT_CEILING = 0.75;

/**
 * What all adaptive policies do alike: choose what teaches, and bound what was learnt.
 *
 * - **What teaches.** Only gaps that can be gaps between heartbeats: at least {@link JITTER_FLOOR} of the
 *   interval. Application bytes, answers to confirming probes, and what had piled up during a stall come
 *   faster. They end a silence, but a policy that took a busy connection's gaps for heartbeats would call it
 *   dead at its first pause. The gaps left in are the longer ones, so leaving out the others does not shorten
 *   the expected gap.
 * - **Warm-up.** Until `warmUpGaps` gaps have been seen, and again after the peer announced another interval
 *   or asked for another pace, the fixed timeout applies.
 * - **Bounds.** Suspect after at least 1.25 intervals, dead after at least `minDetectionMs`, both in
 *   proportion to a slower interval that the peer announced or asked for; dead after at most
 *   `maxDetectionMs`, whatever was learnt or announced. So the worst case of detection is `maxDetectionMs`,
 *   half a round trip and the timer's slack.
 */
export class AdaptivePolicy<Estimator extends ArrivalEstimator = ArrivalEstimator> implements Policy {
  readonly name: string;
  protected readonly estimator: Estimator;
  readonly #settings: AdaptiveSettings;
  readonly #levels: Levels;
  /** The longest time between two of the peer's heartbeats, as promised or asked for. */
  #expectedMs: number;
  /** The longest time between two of ours. */
  #paceMs: number;
  /** Even in doubt a peer is not flooded that asked for a slower pace. */
  #leastConfirmMs = 0;
  #learnt = 0;
  #suspectAfterMs = 0;
  #deadAfterMs = 0;

  constructor(name: string, settings: AdaptiveSettings, levels: Levels, estimator: Estimator) {
    this.name = name;
    this.estimator = estimator;
    this.#settings = settings;
    this.#levels = levels;
    this.#expectedMs = settings.intervalMs;
    this.#paceMs = settings.intervalMs;
    this.#begin(settings.intervalMs);
  }

  get mode(): PolicyMode {
    return this.#settings.mode;
  }

  get demand(): boolean {
    return this.#settings.demand;
  }

  get intervalMs(): number {
    return this.#settings.mode === "listen" ? this.#expectedMs : this.#paceMs;
  }

  get suspectAfterMs(): number {
    return this.#suspectAfterMs;
  }

  get deadAfterMs(): number {
    return this.#deadAfterMs;
  }

  get confirmIntervalMs(): number {
    const { confirmIntervalMs } = this.#settings;
    const wantedMs =
      confirmIntervalMs === undefined
        ? confirmingWaitMs(this.#deadAfterMs - this.#suspectAfterMs)
        : confirmIntervalMs * this.#slowness;
    return Math.max(1, wantedMs, this.#leastConfirmMs);
  }

  observe(gapMs: number): void {
    const { warmUpGaps, maxDetectionMs } = this.#settings;
    if (gapMs >= JITTER_FLOOR * this.#expectedMs) {
      this.estimator.learn(Math.min(gapMs, maxDetectionMs));
      if (this.#learnt < warmUpGaps) this.#learnt += 1;
      this.#setThresholds();
    } else if (this.estimator.interrupted?.() === true) {
      this.#setThresholds();
    }
  }

  announced(intervalMs: number): void {
    const { mode, maxDetectionMs } = this.#settings;
    // Echoes come at our own pace. Zero promises nothing.
    if (mode !== "echo" && intervalMs > 0) this.#expect(Math.min(intervalMs, maxDetectionMs));
  }

  limited(minReceiveMs: number): void {
    const { mode, intervalMs, slowestMs } = this.#settings;
    // As the fixed timeout: only where our own pace decides when we find the peer dead, is there a bound on it.
    const askedMs = minReceiveMs || 0;
    const followedMs = mode === "echo" ? Math.min(askedMs, slowestMs) : askedMs;
    this.#paceMs = Math.max(intervalMs, followedMs);
    this.#leastConfirmMs = followedMs / CONFIRMING_PROBES_WITHIN_LIMIT;
    if (mode === "echo") this.#expect(this.#paceMs);
  }

  /** What was learnt of one pace says nothing of another. */
  #expect(intervalMs: number): void {
    const expectedMs = Math.max(this.#settings.intervalMs, intervalMs);
    if (expectedMs !== this.#expectedMs) this.#begin(expectedMs);
  }

  /** How many times slower than asked the peer's heartbeats may come: at least 1. */
  get #slowness(): number {
    return this.#expectedMs / this.#settings.intervalMs;
  }

  #begin(expectedMs: number): void {
    this.#expectedMs = expectedMs;
    this.#learnt = 0;
    this.estimator.begin(expectedMs);
    this.#setThresholds();
  }

  #setThresholds(): void {
    const { warmUpGaps, warmUp } = this.#settings;
    if (this.#learnt < warmUpGaps) {
      this.#setWithinBounds(warmUp.suspectAfterMs * this.#slowness, warmUp.deadAfterMs * this.#slowness);
      return;
    }
    const { centreMs, spreadMs } = this.estimator;
    this.#setWithinBounds(
      centreMs + this.#levels.suspect * spreadMs,
      centreMs + this.#levels.dead * spreadMs,
    );
  }

  #setWithinBounds(suspectAfterMs: number, deadAfterMs: number): void {
    const { minDetectionMs, maxDetectionMs } = this.#settings;
    const deadMs = Math.min(maxDetectionMs, Math.max(deadAfterMs, minDetectionMs * this.#slowness));
    const suspectMs = Math.max(
      Math.min(suspectAfterMs, SUSPECT_CEILING * deadMs),
      SUSPECT_FLOOR * this.#expectedMs,
    );
    this.#deadAfterMs = deadMs;
    this.#suspectAfterMs = Math.min(suspectMs, deadMs);
  }
}
