import { type AdaptiveOptions, adaptiveSettings } from "./adaptive-options.js";
import { AdaptivePolicy, type ArrivalEstimator } from "./adaptive-policy.js";
import { ArrivalWindow } from "./arrival-window.js";
import { requireDurationMs, requireInteger } from "./checks.js";
import { JITTER_MEAN } from "./pacing.js";
import type { PolicyFactory } from "./policy.js";

/** Options of {@link nfdE}. */
export interface NfdEOptions extends AdaptiveOptions {
  /**
   * Death at so much silence beyond the expected arrival: the paper's α. 0 or more, finite; default 1.25 ×
   * `intervalMs`, one more heartbeat and a quarter. In proportion to a slower interval that the peer
   * announced.
   */
  readonly alphaMs?: number;
  /** The same for suspicion: 0 to `alphaMs`; default 0.4 × `alphaMs`. */
  readonly suspectAlphaMs?: number;
  /**
   * How many of the newest arrivals the expected one is averaged from, the paper's n: 1 to `windowGaps`;
   * default 5.
   */
  readonly averagedArrivals?: number;
  /** How many of the newest gaps tell how far heartbeats are apart, 2 to 1000; default 32. */
  readonly windowGaps?: number;
}

/**
 * NFD-E, the failure detector by expected arrivals: dead at the freshness point τ = EA + α, where EA is the
 * time at which the next heartbeat is expected. Most of a heartbeat's delay does not put off the next freshness
 * point.
 *
 * **Formula** (Chen, Toueg, Aguilera, On the Quality of Service of Failure Detectors, IEEE Transactions on
 * Computers 51(5), 2002): EA(l+1) = (1/n) Σ (A(i) - η·s(i)) + (l+1)·η, over the n newest heartbeats, which
 * bear the numbers s(i) and arrived at A(i). There η is known and heartbeats are numbered. Here η is the mean
 * over `windowGaps`, and a gap is of as many heartbeats, one or more, as times the median gap it is nearest
 * to.
 *
 * **As a duration:** silence of EA(l+1) - A(l) + α since heartbeat l, within the bounds of
 * {@link AdaptiveOptions}. Other evidence hides the phase: EA is then one η after it.
 *
 * **Approximation error:** with W = `windowGaps`, a heartbeat late by d puts EA off by d/n + d(n+1)/(2W), by
 * default 0.29 d. The paper's senders keep to a schedule, so the larger n the better; ours wait 75 to 100 % of
 * the interval each time, so old arrivals tell less of the next. With σ = `JITTER_SIGMA` × interval, the standard
 * deviation of a wait, that gives EA the standard deviation σ × √((n-1)(2n-1)/(6n) + (n+1)(3-n)/(4W)), by default
 * 1.05 σ, beside σ of the next wait itself.
 *
 * **Promise:** if lateness beyond EA has mean 0 and variance V, at most V / (V + α²) of all heartbeats come
 * after their freshness point, whatever the distribution (the one-sided Chebyshev inequality, as in the
 * paper).
 *
 * **Worst-case detection:** `maxDetectionMs`, half a round trip and the timer's slack. Per gap: a sort of the
 * window.
 *
 * @throws RangeError when an option cannot work, with its name and value.
 */
export function nfdE(options: NfdEOptions): PolicyFactory {
  const settings = adaptiveSettings(options);
  const { intervalMs } = settings;
  const { alphaMs = 1.25 * intervalMs, windowGaps = 32 } = options;
  requireDurationMs("alphaMs", alphaMs, 0, Number.MAX_SAFE_INTEGER);
  const { suspectAlphaMs = 0.4 * alphaMs } = options;
  requireDurationMs("suspectAlphaMs", suspectAlphaMs, 0, alphaMs);
  requireInteger("windowGaps", windowGaps, 2, 1000);
  const { averagedArrivals = Math.min(5, windowGaps) } = options;
  requireInteger("averagedArrivals", averagedArrivals, 1, windowGaps);
  const levels = { suspect: suspectAlphaMs / intervalMs, dead: alphaMs / intervalMs };
  return () =>
    new AdaptivePolicy("nfd-e", settings, levels, new ExpectedArrival(windowGaps, averagedArrivals));
}

/** Its centre is the time from the newest evidence to the expected arrival; its spread the interval. */
class ExpectedArrival implements ArrivalEstimator {
  readonly #window: ArrivalWindow;
  readonly #averagedArrivals: number;
  #expectedMs = Number.NaN;
  /**
   * How many of the newest arrivals followed each other without other evidence between them, one at least.
   */
  #unbroken = 1;

  constructor(windowGaps: number, averagedArrivals: number) {
    this.#window = new ArrivalWindow(windowGaps);
    this.#averagedArrivals = averagedArrivals;
  }

  begin(expectedMs: number): void {
    this.#window.clear();
    this.#expectedMs = expectedMs;
    this.#unbroken = 1;
  }

  learn(gapMs: number): void {
    this.#window.add(gapMs);
    this.#unbroken = Math.min(this.#unbroken + 1, this.#averagedArrivals);
  }

  interrupted(): boolean {
    const inStep = this.#unbroken > 1;
    this.#unbroken = 1;
    return inStep;
  }

  get spreadMs(): number {
    return this.#expectedMs;
  }

  get centreMs(): number {
    const { size, medianMs } = this.#window;
    if (size === 0) return JITTER_MEAN * this.#expectedMs;
    let sumMs = 0;
    let heartbeats = 0;
    for (let back = 0; back < size; back++) {
      const gapMs = this.#window.gapMs(back);
      sumMs += gapMs;
      heartbeats += heartbeatsIn(gapMs, medianMs);
    }
    const etaMs = sumMs / heartbeats;
    return etaMs - this.#latenessMs(etaMs, medianMs);
  }

  /**
   * How much later the newest heartbeat came than the average of it and those before, each moved on by its η.
   */
  #latenessMs(etaMs: number, medianMs: number): number {
    let aheadMs = 0;
    let sumMs = 0;
    for (let back = 0; back < this.#unbroken - 1; back++) {
      const gapMs = this.#window.gapMs(back);
      aheadMs += gapMs - heartbeatsIn(gapMs, medianMs) * etaMs;
      sumMs += aheadMs;
    }
    return sumMs / this.#unbroken;
  }
}

/** Lost heartbeats make a gap of several; most gaps are of one, so their median is. */
function heartbeatsIn(gapMs: number, medianMs: number): number {
  return Math.max(1, Math.round(gapMs / medianMs));
}
