import type { HarmlessEffect, MistakeExpectation } from "./subject.js";

/** No link should be called dead. */
export function noMistake(why: string): MistakeExpectation {
  return { kind: "share", least: 0, most: 0, why };
}

/** The formulas end here. */
export function notPredicted(why: string): MistakeExpectation {
  return { kind: "not-predicted", why };
}

/**
 * A share that the formula gives at either end of what it leaves open.
 *
 * @param by whose verdicts these are, where they are not the monitor's
 */
export function mistakeShare(ends: readonly number[], why: string, by?: "other-end"): MistakeExpectation {
  const shares = ends.map((share) => Math.min(1, Math.max(0, share)));
  return { kind: "share", least: Math.min(...shares), most: Math.max(...shares), why, ...(by && { by }) };
}

/** The longest round trip under a delay in each direction. */
export function slowestRoundTripMs({ forMs = 0, jitterMs = 0 }: HarmlessEffect): number {
  return 2 * (forMs + jitterMs);
}
