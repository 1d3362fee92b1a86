import type { Results, Trial } from "./results.js";

interface TrialIndex {
  readonly byCell: ReadonlyMap<string, readonly Trial[]>;
  readonly byFault: ReadonlyMap<string, readonly Trial[]>;
}

/** Tables ask for some hundred cells of some thousand trials, several times over. */
const indexes = new WeakMap<readonly Trial[], TrialIndex>();

/** The trials of a subject under a fault, in their order. */
export function trialsOf(
  { trials }: Pick<Results, "trials">,
  subject: string,
  fault: string,
): readonly Trial[] {
  return indexOf(trials).byCell.get(cellKey(subject, fault)) ?? [];
}

/** The trials of all subjects under a fault. */
export function trialsUnder({ trials }: Pick<Results, "trials">, fault: string): readonly Trial[] {
  return indexOf(trials).byFault.get(fault) ?? [];
}

function indexOf(trials: readonly Trial[]): TrialIndex {
  const known = indexes.get(trials);
  if (known !== undefined) return known;
  const index = {
    byCell: grouped(trials, ({ subject, fault }) => cellKey(subject, fault)),
    byFault: grouped(trials, ({ fault }) => fault),
  };
  indexes.set(trials, index);
  return index;
}

function grouped(trials: readonly Trial[], keyOf: (trial: Trial) => string): Map<string, Trial[]> {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = keyOf(trial);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [trial]);
    else group.push(trial);
  }
  return groups;
}

const cellKey = (subject: string, fault: string) => JSON.stringify([subject, fault]);
