import type { Transition } from "./replay.js";

/**
 * What a failure-free run says of a detector's accuracy, after Chen, Toueg, Aguilera, On the Quality of Service of
 * Failure Detectors, IEEE Transactions on Computers 51(5), 2002, section 2. It begins with the first trust.
 */
export interface Accuracy {
  /** How long the run was. */
  readonly watchedMs: number;
  /** S-transitions: the peer lives, so each is a mistake. */
  readonly mistakes: number;
  /** Each T_MR: from one mistake to the next. One less than there are mistakes. */
  readonly mistakeRecurrencesMs: readonly number[];
  /** Each T_M: from a mistake to the trust that ends it; the last one may not have ended. */
  readonly mistakeDurationsMs: readonly number[];
  /** The part of `watchedMs` in which the output was S. */
  readonly suspectedMs: number;
}

/** Judges the transitions of a run in which the peer lived, which ended at `endMs`. */
export function accuracyOf(transitions: readonly Transition[], endMs: number): Accuracy {
  const [first, ...changes] = transitions;
  if (first === undefined) {
    return { watchedMs: 0, mistakes: 0, mistakeRecurrencesMs: [], mistakeDurationsMs: [], suspectedMs: 0 };
  }
  const suspicions = changes.filter(({ to }) => to === "suspect").map(({ atMs }) => atMs);
  const trusts = changes.filter(({ to }) => to === "trust").map(({ atMs }) => atMs);
  const openMs = suspicions.length > trusts.length ? endMs - suspicions.at(-1)! : 0;
  const mistakeDurationsMs = trusts.map((atMs, index) => atMs - suspicions[index]!);
  return {
    watchedMs: endMs - first.atMs,
    mistakes: suspicions.length,
    mistakeRecurrencesMs: suspicions.slice(1).map((atMs, index) => atMs - suspicions[index]!),
    mistakeDurationsMs,
    suspectedMs: mistakeDurationsMs.reduce((sumMs, ms) => sumMs + ms, openMs),
  };
}

/**
 * T_D of a run in which the peer crashed: from the crash to the S-transition that is never taken back. 0 if the peer
 * was wrongly suspected before, and for good; Infinity if it is still trusted at the end of the run. Undefined if it was
 * never trusted: there was nothing to lose.
 */
export function detectionMs(transitions: readonly Transition[], crashMs: number): number | undefined {
  const last = transitions.at(-1);
  if (last === undefined) return undefined;
  return last.to === "trust" ? Number.POSITIVE_INFINITY : Math.max(0, last.atMs - crashMs);
}

/** Query accuracy: how likely the output is T at a random instant; 1 - E(T_M)/E(T_MR). */
export function queryAccuracy({
  watchedMs,
  suspectedMs,
}: Pick<Accuracy, "watchedMs" | "suspectedMs">): number {
  return 1 - suspectedMs / watchedMs;
}
