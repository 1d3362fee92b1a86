import { median, quantile } from "simple-statistics";
import type { Results, Trial } from "./results.js";
import { trialsOf } from "./trials.js";

/** How one subject did under one fault. */
export interface Cell {
  readonly subject: string;
  readonly fault: string;
  /** How many links were tried. */
  readonly count: number;
  /** How many of them were noticed. */
  readonly detected: number;
  /** Of those noticed; absent when none was. */
  readonly latencyMs?: { readonly median: number; readonly p5: number; readonly p95: number };
  readonly predictedMs: { readonly best: number; readonly worst: number } | null;
  /** Each cause told, the most frequent first. */
  readonly causes: readonly string[];
  readonly mistakes: number;
  /** How many links were noticed outside the prediction, or noticed although that was thought impossible. */
  readonly surprises: number;
}

/**
 * What a loaded machine may add to any verdict: some dozens of processes share its cores. Longer than this is
 * a surprise and marked as such.
 */
export const SCHEDULING_TOLERANCE_MS = 100;

/** The cell of a subject and a fault; undefined when it was not measured. */
export function cellOf(results: Results, subject: string, fault: string): Cell | undefined {
  const trials = trialsOf(results, subject, fault);
  const [first] = trials;
  if (first === undefined) return undefined;
  const latencies = trials.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return {
    subject,
    fault,
    count: trials.length,
    detected: latencies.length,
    ...(latencies.length > 0 && {
      latencyMs: {
        median: median(latencies),
        p5: quantile(latencies, 0.05),
        p95: quantile(latencies, 0.95),
      },
    }),
    predictedMs: first.predictedMs,
    causes: byFrequency(trials.flatMap(({ cause }) => (cause === null ? [] : [cause]))),
    mistakes: trials.reduce((sum, { mistakes }) => sum + mistakes, 0),
    surprises: trials.filter((trial) => isSurprise(trial, results.settings.waitMs)).length,
  };
}

function isSurprise({ latencyMs, predictedMs, uncertaintyMs }: Trial, waitMs: number): boolean {
  if (latencyMs === null) return predictedMs !== null && predictedMs.worst < waitMs;
  if (predictedMs === null) return true;
  return (
    latencyMs < predictedMs.best - uncertaintyMs - 1 ||
    latencyMs > predictedMs.worst + uncertaintyMs + SCHEDULING_TOLERANCE_MS
  );
}

function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}
