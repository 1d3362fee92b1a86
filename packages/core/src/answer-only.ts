import { requireDurationMs } from "./checks.js";
import { MAX_INTERVAL_MS } from "./fixed-timeout.js";
import type { Policy, PolicyFactory } from "./policy.js";

/** Options of {@link answerOnly}. */
export interface AnswerOnlyOptions {
  /** Also beat at this interval, or as rarely as the peer asks; 1 to 2^32 - 1. Absent: only answer probes. */
  readonly beatIntervalMs?: number;
}

/**
 * The answering end: echoes probes, beats if asked to, and never judges silence itself.
 *
 * @throws RangeError when `beatIntervalMs` cannot work.
 */
export function answerOnly(options: AnswerOnlyOptions = {}): PolicyFactory {
  const { beatIntervalMs } = options;
  if (beatIntervalMs === undefined) return () => ANSWERING;
  requireDurationMs("beatIntervalMs", beatIntervalMs, 1, MAX_INTERVAL_MS);
  return () => new Beating(beatIntervalMs);
}

const NO_VERDICT = {
  name: "answer-only",
  suspectAfterMs: Number.POSITIVE_INFINITY,
  deadAfterMs: Number.POSITIVE_INFINITY,
  confirmIntervalMs: Number.POSITIVE_INFINITY,
} as const;

const ANSWERING: Policy = { ...NO_VERDICT, mode: "listen", intervalMs: Number.POSITIVE_INFINITY };

/** Beats as rarely as the peer asks: it alone judges by them. */
class Beating implements Policy {
  readonly name = NO_VERDICT.name;
  readonly mode = "beat";
  readonly suspectAfterMs = NO_VERDICT.suspectAfterMs;
  readonly deadAfterMs = NO_VERDICT.deadAfterMs;
  readonly confirmIntervalMs = NO_VERDICT.confirmIntervalMs;
  readonly #askedMs: number;
  intervalMs: number;

  constructor(intervalMs: number) {
    this.#askedMs = intervalMs;
    this.intervalMs = intervalMs;
  }

  limited(minReceiveMs: number): void {
    this.intervalMs = Math.max(this.#askedMs, minReceiveMs);
  }
}
