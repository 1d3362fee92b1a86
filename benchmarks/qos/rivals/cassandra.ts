import type { JudgeFactory } from "../judge.js";
import { GapHistory } from "./gap-history.js";
import { type Polled, PollingJudge } from "./polling-judge.js";

/** Cassandra 4 as shipped; the intervals follow from the gossip's, 1 s. */
export const CASSANDRA_DEFAULTS = {
  intervalMs: 1000,
  threshold: 8,
  initialMs: 2000,
  maxGapMs: 2000,
  maxLocalPauseMs: 5000,
  samples: 1000,
} as const;

/** Options of {@link cassandra}. */
export interface CassandraOptions {
  /** Of the gossip: how often the detector is asked. */
  readonly intervalMs: number;
  /** phi_convict_threshold. */
  readonly threshold: number;
  /** The first entry of the window. */
  readonly initialMs: number;
  /** Longer gaps are not learnt. */
  readonly maxGapMs: number;
  /** After a longer pause between two questions nobody is convicted, for as long again. */
  readonly maxLocalPauseMs: number;
  readonly samples: number;
}

/** φ of a silence under the exponential distribution: t / (mean · ln 10). */
export function cassandraPhi(silentMs: number, meanMs: number): number {
  return silentMs / meanMs / Math.LN10;
}

/**
 * Cassandra's φ detector (gms/FailureDetector.java): exponential arrivals, so dead after threshold · ln 10 means, 18.4 at
 * the default. The only rival that knows local pauses, if they are longer than 5 s.
 */
export function cassandra(options: CassandraOptions): JudgeFactory {
  return (startMs) => new PollingJudge(startMs, options.intervalMs, new CassandraDetector(options, startMs));
}

class CassandraDetector implements Polled {
  readonly #options: CassandraOptions;
  readonly #history: GapHistory;
  #lastMs = Number.NaN;
  #lastAskedMs: number;
  #lastPauseMs = Number.NEGATIVE_INFINITY;

  constructor(options: CassandraOptions, startMs: number) {
    this.#options = options;
    this.#history = new GapHistory(options.samples);
    this.#lastAskedMs = startMs;
  }

  heard(_: unknown, nowMs: number): void {
    const { initialMs, maxGapMs } = this.#options;
    const gapMs = nowMs - this.#lastMs;
    if (Number.isNaN(gapMs)) {
      this.#history.add(initialMs);
      // Nobody was asked about before: there was nobody.
      this.#lastAskedMs = nowMs;
    } else if (gapMs <= maxGapMs) {
      this.#history.add(gapMs);
    }
    this.#lastMs = nowMs;
  }

  suspects(nowMs: number): boolean {
    const { threshold, maxLocalPauseMs } = this.#options;
    const pauseMs = nowMs - this.#lastAskedMs;
    this.#lastAskedMs = nowMs;
    if (pauseMs > maxLocalPauseMs) this.#lastPauseMs = nowMs;
    if (nowMs - this.#lastPauseMs < maxLocalPauseMs) return false;
    return cassandraPhi(nowMs - this.#lastMs, this.#history.meanMs) > threshold;
  }
}
