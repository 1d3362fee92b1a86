import type { Results, Trial } from "./results.js";

/** How often a subject called living peers dead. */
export interface Mistakes {
  readonly subject: string;
  /** Links watched. */
  readonly links: number;
  readonly mistakes: number;
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
  const mistakes = trials.reduce(
    (sum, trial) => sum + trial.mistakes + (trial.detected && verdictIsMistake(trial.fault) ? 1 : 0),
    0,
  );
  const peerHours = hoursOf(trials);
  return {
    subject: first.subject,
    links: trials.length,
    mistakes,
    peerHours,
    perPeerHour: peerHours === undefined || peerHours === 0 ? undefined : mistakes / peerHours,
  };
}

/** Mistakes of a subject under one fault, or under all of them. */
export function mistakesOf(
  results: Results,
  subject: string,
  verdictIsMistake: VerdictIsMistake,
  fault?: string,
): Mistakes | undefined {
  return mistakesIn(
    results.trials.filter(
      (trial) => trial.subject === subject && (fault === undefined || trial.fault === fault),
    ),
    verdictIsMistake,
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
