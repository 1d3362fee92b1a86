import type { Results, Trial } from "./results.js";

/** How often a subject called living peers dead. */
export interface Mistakes {
  readonly subject: string;
  /** Links watched. */
  readonly links: number;
  readonly mistakes: number;
  /** Of those, how many were not its own verdicts: the other end hung up, because it did not hear us. */
  readonly byOtherEnd: number;
  /** Hours for which a link was watched while its peer lived; undefined where they were not recorded. */
  readonly peerHours: number | undefined;
  /** The mistake rate; undefined where the hours are. */
  readonly perPeerHour: number | undefined;
}

/** Which trials' verdicts after the fault are mistakes too: those of harmless faults. */
export type VerdictIsMistake = (fault: string) => boolean;

const HOUR_MS = 3_600_000;

/** Counts mistakes over `trials`, all of one subject. Undefined where there are none to count. */
export function mistakesIn(
  trials: readonly Trial[],
  verdictIsMistake: VerdictIsMistake,
): Mistakes | undefined {
  const [first] = trials;
  if (first === undefined) return undefined;
  const calledAfter = trials.filter(({ detected, fault }) => detected && verdictIsMistake(fault));
  const mistakes = trials.reduce((sum, trial) => sum + trial.mistakes, calledAfter.length);
  const peerHours = hoursOf(trials);
  return {
    subject: first.subject,
    links: trials.length,
    mistakes,
    byOtherEnd: calledAfter.filter(isByOtherEnd).length,
    peerHours,
    perPeerHour: peerHours === undefined || peerHours === 0 ? undefined : mistakes / peerHours,
  };
}

/**
 * The other end gave the verdict. Where a library tells the two not apart, or a run is older than the question, it is
 * the subject's own.
 */
export function isByOtherEnd({ verdictBy }: Trial): boolean {
  return verdictBy === "other-end";
}

/**
 * Mistakes of a subject before real faults struck, when nothing was wrong at all: what happens under a harmless
 * fault is a rate of that fault, and is pooled with nothing.
 */
export function mistakesInCalm(
  results: Results,
  subject: string,
  isHarmless: VerdictIsMistake,
): Mistakes | undefined {
  return mistakesIn(
    results.trials.filter((trial) => trial.subject === subject && !isHarmless(trial.fault)),
    () => false,
  );
}

function hoursOf(trials: readonly Trial[]): number | undefined {
  let sumMs = 0;
  for (const { watchedMs } of trials) {
    if (watchedMs === undefined) return undefined;
    sumMs += watchedMs;
  }
  return sumMs / HOUR_MS;
}
