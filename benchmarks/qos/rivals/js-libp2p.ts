import type { JudgeFactory } from "../judge.js";
import { DeadlineJudge } from "./deadline-judge.js";

/** js-libp2p's connection monitor and its adaptive timeout as shipped. */
export const JS_LIBP2P_DEFAULTS = {
  pingIntervalMs: 10_000,
  multiplier: 1.2,
  minTimeoutMs: 5000,
  maxTimeoutMs: 60_000,
  averageMs: 5000,
} as const;

/** Options of {@link jsLibp2p}. */
export interface JsLibp2pOptions {
  readonly pingIntervalMs: number;
  /** timeoutMultiplier. */
  readonly multiplier: number;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
  /** The time constant of the moving average. */
  readonly averageMs: number;
}

/** How long a ping may take: 1.2 × the average of those before, within bounds (utils/adaptive-timeout.ts). */
export function pingTimeoutMs(averageRttMs: number, options: JsLibp2pOptions): number {
  const { multiplier, minTimeoutMs, maxTimeoutMs } = options;
  return Math.min(maxTimeoutMs, Math.max(minTimeoutMs, Math.round(averageRttMs * multiplier)));
}

/**
 * js-libp2p's connection monitor (connection-monitor.ts): a ping every interval, and the first that takes longer than its
 * timeout ends the connection, whatever later ones say. The round trip is taken as twice the beat's own way, for a trace
 * has one way only. The average forgets exponentially in time: weight 1 - exp(-Δt/averageMs) (utils/moving-average.ts).
 */
export function jsLibp2p(options: JsLibp2pOptions): JudgeFactory {
  return () => {
    let averageMs = Number.NaN;
    let lastMs = 0;
    let awaitedSeq = 0;
    let deadlineMs = Number.NEGATIVE_INFINITY;
    return new DeadlineJudge(({ seq, sentMs }, nowMs) => {
      const rttMs = 2 * (nowMs - sentMs);
      const weight = 1 - Math.exp(-(nowMs - lastMs) / options.averageMs);
      averageMs = Number.isNaN(averageMs) ? rttMs : weight * rttMs + (1 - weight) * averageMs;
      lastMs = nowMs;
      // An earlier ping is still unanswered.
      if (seq !== awaitedSeq && nowMs < deadlineMs) return deadlineMs;
      awaitedSeq = seq + 1;
      deadlineMs = sentMs + options.pingIntervalMs + pingTimeoutMs(averageMs, options);
      return deadlineMs;
    });
  };
}
