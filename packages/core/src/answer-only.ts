import { requireDurationMs } from "./checks.js";
import { MAX_INTERVAL_MS } from "./fixed-timeout.js";
import type { Policy, PolicyFactory } from "./policy.js";

/** Options of {@link answerOnly}. */
export interface AnswerOnlyOptions {
  /** Also beat at this interval, 1 to 2^32 - 1. Absent: only answer probes. */
  readonly beatIntervalMs?: number;
}

/**
 * The answering end: echoes probes, beats if asked to, and never judges silence itself.
 *
 * @throws RangeError when `beatIntervalMs` cannot work.
 */
export function answerOnly(options: AnswerOnlyOptions = {}): PolicyFactory {
  const { beatIntervalMs } = options;
  if (beatIntervalMs !== undefined) requireDurationMs("beatIntervalMs", beatIntervalMs, 1, MAX_INTERVAL_MS);
  const policy: Policy = {
    name: "answer-only",
    mode: beatIntervalMs === undefined ? "listen" : "beat",
    intervalMs: beatIntervalMs ?? Number.POSITIVE_INFINITY,
    suspectAfterMs: Number.POSITIVE_INFINITY,
    deadAfterMs: Number.POSITIVE_INFINITY,
    confirmIntervalMs: Number.POSITIVE_INFINITY,
  };
  return () => policy;
}
