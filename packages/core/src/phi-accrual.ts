import { type AdaptiveOptions, adaptiveSettings, MAX_WINDOW_GAPS } from "./adaptive-options.js";
import { AdaptivePolicy, type ArrivalEstimator } from "./adaptive-policy.js";
import { ARRIVAL_MODELS, type ArrivalModel, type ArrivalModelName } from "./arrival-model.js";
import { ArrivalWindow } from "./arrival-window.js";
import { requireDurationMs, requireInteger, requireNumber } from "./checks.js";
import { MAX_INTERVAL_MS } from "./fixed-timeout.js";
import { JITTER_MEAN, JITTER_SIGMA } from "./pacing.js";
import type { Policy } from "./policy.js";

/** The least φ of a threshold: eight gaps in ten are longer. */
export const MIN_PHI = 0.1;
/** The largest φ of a threshold: one gap in 10^300 is longer. */
export const MAX_PHI = 300;

/** Options of {@link phiAccrual}. */
export interface PhiAccrualOptions extends AdaptiveOptions {
  /** Default `normal`. */
  readonly arrivals?: ArrivalModelName;
  /** Dead at this φ, 0.1 to 300: one mistake in 10^φ gaps. Default 8 for `normal`, 3 for `exponential`. */
  readonly deadPhi?: number;
  /**
   * Suspect at this φ, 0.1 to `deadPhi`. Default 3 for `normal`, 1 for `exponential`, but no more than
   * `deadPhi`.
   */
  readonly suspectPhi?: number;
  /** How many of the newest gaps are remembered, `warmUpGaps` to 10 000; default 100. */
  readonly windowGaps?: number;
  /**
   * The least standard deviation, 0.001 to 2^32 - 1; default 2. That of perfectly regular gaps is 0, and φ
   * would be infinite a microsecond after the mean; but timers count whole milliseconds, and are
   * up to 2 late.
   */
  readonly minSigmaMs?: number;
}

/** A {@link Policy} that says how suspicious a silence is. */
export interface PhiAccrual extends Policy {
  /**
   * φ of a silence of `elapsedMs`: -log10 of the share of gaps that are longer. 0 or more, rising, Infinity
   * beyond the range of numbers. During the warm-up it is that of a sender with the promised interval and our
   * jitter.
   *
   * The verdict comes at `deadAfterMs`, which has bounds: φ may then be above or below `deadPhi`.
   *
   * @throws RangeError unless `elapsedMs` is 0 or more.
   */
  phi(elapsedMs: number): number;
  /**
   * The inverse: how long a silence has this φ; 0 if every silence has more.
   *
   * @throws RangeError unless `phi` is 0 or more, and finite.
   */
  elapsedMs(phi: number): number;
}

/** Makes a policy for one link. Keep what it returns, to ask for φ. */
export type PhiAccrualFactory = () => PhiAccrual;

/**
 * The φ accrual failure detector: dead at the silence whose φ is `deadPhi`.
 *
 * **Formula** (Hayashibara, Défago, Yared, Katayama, The φ Accrual Failure Detector, SRDS 2004): φ(t) =
 * -log10 P(gap > t), where μ and σ are the mean and the standard deviation of the newest gaps.
 * - `normal`: P = Q((t - μ)/σ), with Q the upper tail of the normal distribution.
 * - `exponential`: P = exp(-t/μ), so φ = t/(μ ln 10).
 *
 * **As a duration:** t = μ + σ·z, with Q(z) = 10^-φ; or t = φ·μ·ln 10; within the bounds of
 * {@link AdaptiveOptions}.
 *
 * **Approximation error** of the arithmetic: 1e-9 of φ to φ = 300, while μ < 10^5 σ. Of the model: 10^-φ is
 * the share of mistaken gaps if gaps are independent, distributed so, and μ and σ known. Estimated from n
 * normal gaps, (t - μ)/(σ√(1 + 1/n)) has Student's distribution with n - 1 degrees of freedom. So mistakes
 * come more often, at φ = 3 and 8: 1.03 and 1.3 times at n = 1000, 1.4 and 10 times at n = 100, 2.5 and 300
 * times at n = 30, when the warm-up ends. Lost heartbeats make gaps of two intervals, which no normal
 * distribution foresees: against those guard `minDetectionMs` and the confirming probes.
 *
 * **Worst-case detection:** `maxDetectionMs`, half a round trip and the timer's slack. Memory: 8 octets a
 * gap.
 *
 * @throws RangeError when an option cannot work, with its name and value.
 */
export function phiAccrual(options: PhiAccrualOptions): PhiAccrualFactory {
  const settings = adaptiveSettings(options);
  const { warmUpGaps } = settings;
  const { arrivals = "normal", windowGaps = Math.max(100, warmUpGaps), minSigmaMs = 2 } = options;
  if (arrivals !== "normal" && arrivals !== "exponential") {
    throw new RangeError(`arrivals must be "normal" or "exponential", not ${String(arrivals)}`);
  }
  const model = ARRIVAL_MODELS[arrivals];
  const { deadPhi = model.deadPhi } = options;
  requireNumber("deadPhi", deadPhi, MIN_PHI, MAX_PHI);
  const { suspectPhi = Math.min(model.suspectPhi, deadPhi) } = options;
  requireNumber("suspectPhi", suspectPhi, MIN_PHI, deadPhi);
  requireInteger("windowGaps", windowGaps, warmUpGaps, MAX_WINDOW_GAPS);
  requireDurationMs("minSigmaMs", minSigmaMs, 0.001, MAX_INTERVAL_MS);
  const levels = { suspect: quantileOf(model, suspectPhi), dead: quantileOf(model, deadPhi) };
  const memory = { windowGaps, warmUpGaps, minSigmaMs };
  return () => new PhiAccrualPolicy("phi-accrual", settings, levels, new GapDistribution(model, memory));
}

class PhiAccrualPolicy extends AdaptivePolicy<GapDistribution> implements PhiAccrual {
  phi(elapsedMs: number): number {
    requireDurationMs("elapsedMs", elapsedMs, 0, Number.POSITIVE_INFINITY);
    const { centreMs, spreadMs, model } = this.estimator;
    return -model.logTail((elapsedMs - centreMs) / spreadMs) / Math.LN10;
  }

  elapsedMs(phi: number): number {
    requireNumber("phi", phi, 0, Number.MAX_VALUE);
    if (phi === 0) return 0;
    const { centreMs, spreadMs, model } = this.estimator;
    return Math.max(0, centreMs + quantileOf(model, phi) * spreadMs);
  }
}

/** Where 10^-φ of the distribution is left, in scales from the location. */
function quantileOf(model: ArrivalModel, phi: number): number {
  return model.quantile(-phi * Math.LN10);
}

interface Memory {
  readonly windowGaps: number;
  readonly warmUpGaps: number;
  readonly minSigmaMs: number;
}

/** The distribution of the newest gaps: its centre is the model's location, its spread the scale. */
class GapDistribution implements ArrivalEstimator {
  readonly model: ArrivalModel;
  readonly #memory: Memory;
  readonly #window: ArrivalWindow;
  #expectedMs = Number.NaN;

  constructor(model: ArrivalModel, memory: Memory) {
    this.model = model;
    this.#memory = memory;
    this.#window = new ArrivalWindow(memory.windowGaps);
  }

  begin(expectedMs: number): void {
    this.#window.clear();
    this.#expectedMs = expectedMs;
  }

  learn(gapMs: number): void {
    this.#window.add(gapMs);
  }

  get centreMs(): number {
    return this.model.locationMs(this.#meanMs);
  }

  get spreadMs(): number {
    return this.model.scaleMs(this.#meanMs, this.#sigmaMs);
  }

  get #warm(): boolean {
    return this.#window.size >= this.#memory.warmUpGaps;
  }

  get #meanMs(): number {
    return this.#warm ? this.#window.meanMs : JITTER_MEAN * this.#expectedMs;
  }

  get #sigmaMs(): number {
    const sigmaMs = this.#warm ? Math.sqrt(this.#window.varianceMs2) : JITTER_SIGMA * this.#expectedMs;
    return Math.max(this.#memory.minSigmaMs, sigmaMs);
  }
}
