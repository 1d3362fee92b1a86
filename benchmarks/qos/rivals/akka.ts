import type { JudgeFactory } from "../judge.js";
import { GapHistory } from "./gap-history.js";
import { type Polled, PollingJudge } from "./polling-judge.js";

/** akka.cluster.failure-detector as shipped, and the reaper that asks it. */
export const AKKA_DEFAULTS = {
  intervalMs: 1000,
  threshold: 8,
  pauseMs: 3000,
  minSigmaMs: 100,
  samples: 1000,
  reaperMs: 1000,
} as const;

/** Options of {@link akka}. */
export interface AkkaOptions {
  /** heartbeat-interval: also the first estimate. */
  readonly intervalMs: number;
  readonly threshold: number;
  /** acceptable-heartbeat-pause: added to the mean. */
  readonly pauseMs: number;
  /** min-std-deviation. */
  readonly minSigmaMs: number;
  /** max-sample-size. */
  readonly samples: number;
  /** unreachable-nodes-reaper-interval: how often φ is asked for. */
  readonly reaperMs: number;
}

/**
 * φ by Akka's logistic approximation of the normal distribution's tail (PhiAccrualFailureDetector.scala).
 *
 * @param y how many deviations the silence is beyond the mean
 */
export function akkaPhi(y: number): number {
  const e = Math.exp(-y * (1.5976 + 0.070566 * y * y));
  return y > 0 ? -Math.log10(e / (1 + e)) : -Math.log10(1 - 1 / (1 + e));
}

/**
 * Akka's φ accrual detector (PhiAccrualFailureDetector.scala): mean and deviation of the last gaps, the deviation with a
 * floor, the mean with a pause added. The gap that ends a suspicion is not learnt. A local pause is only warned of.
 * Whether after one the reaper or the waiting heartbeats come first is a race of threads there; here the reaper does.
 */
export function akka(options: AkkaOptions): JudgeFactory {
  return (startMs) => new PollingJudge(startMs, options.reaperMs, new AkkaDetector(options));
}

class AkkaDetector implements Polled {
  readonly #options: AkkaOptions;
  readonly #history: GapHistory;
  #lastMs = Number.NaN;

  constructor(options: AkkaOptions) {
    this.#options = options;
    this.#history = new GapHistory(options.samples);
    const { intervalMs } = options;
    this.#history.add(intervalMs - intervalMs / 4);
    this.#history.add(intervalMs + intervalMs / 4);
  }

  heard(_: unknown, nowMs: number): void {
    if (!Number.isNaN(this.#lastMs) && !this.suspects(nowMs)) this.#history.add(nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  suspects(nowMs: number): boolean {
    const { pauseMs, minSigmaMs, threshold } = this.#options;
    const sigmaMs = Math.max(minSigmaMs, this.#history.sigmaMs);
    return akkaPhi((nowMs - this.#lastMs - this.#history.meanMs - pauseMs) / sigmaMs) >= threshold;
  }
}
