import { faults } from "../faults/index.js";
import { controls, subjects } from "../subjects/index.js";
import type { FaultRow, Results, SubjectRow, Trial } from "./results.js";

/** Who took part in a run and what was broken, in the order of the tables. */
export interface Catalogue {
  /** The contenders. */
  readonly subjects: readonly SubjectRow[];
  /** What they are held against under some faults: no contenders, and in no table of these. */
  readonly controls: readonly SubjectRow[];
  readonly faults: readonly FaultRow[];
  titleOfSubject(name: string): string;
  titleOfFault(name: string): string;
}

/** What this checkout knows of every contender and fault, as results.json has it: for who writes results. */
export function knownCatalogue(): { readonly subjects: SubjectRow[]; readonly faults: FaultRow[] } {
  return {
    subjects: [...subjects, ...controls].map(({ name, title, kind, proves, protocol }) => ({
      name,
      title,
      kind,
      proves,
      protocol,
    })),
    faults: faults.map(({ name, title, effect }) => ({ name, title, effect })),
  };
}

/**
 * The catalogue of a run: its own, or, where its file has none, what this checkout knows of the names in it.
 * Only what was tried or has a reason not to be is in it.
 *
 * @throws Error when a name in the trials is described nowhere: it would silently be left out of every table
 */
export function catalogueOf(results: Results): Catalogue {
  const known = knownCatalogue();
  const tried = new Set(results.trials.map(({ fault }) => fault));
  for (const { fault } of results.notMeasured) if (fault !== undefined) tried.add(fault);
  const tookPart = (results.subjects ?? known.subjects).filter(
    ({ name }) => name in results.settings.subjects,
  );
  const rows = {
    subjects: tookPart.filter(({ kind }) => kind !== "control"),
    controls: tookPart.filter(({ kind }) => kind === "control"),
    faults: (results.faults ?? known.faults).filter(({ name }) => tried.has(name)),
  };
  expectKnown("fault", results.trials, ({ fault }) => fault, rows.faults);
  expectKnown("subject", results.trials, ({ subject }) => subject, tookPart);
  return {
    ...rows,
    titleOfSubject: (name) => tookPart.find((row) => row.name === name)?.title ?? name,
    titleOfFault: (name) => rows.faults.find((row) => row.name === name)?.title ?? name,
  };
}

function expectKnown(
  what: "fault" | "subject",
  trials: Results["trials"],
  nameOf: (trial: Trial) => string,
  rows: readonly { readonly name: string }[],
): void {
  const known = new Set(rows.map(({ name }) => name));
  const unknown = trials.map(nameOf).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new Error(
    `the results have trials of the ${what} "${unknown}", which they do not describe and which is not known here: add it to their list of ${what}s`,
  );
}

/** The peer lives under it: whoever calls it dead is mistaken. */
export function isHarmless({ effect }: Pick<FaultRow, "effect">): boolean {
  return effect.kind === "harmless";
}

/** The faults that should be noticed. */
export function realFaults({ faults: all }: Pick<Catalogue, "faults">): FaultRow[] {
  return all.filter((fault) => !isHarmless(fault));
}

/** The faults that must not be called death. */
export function harmlessFaults({ faults: all }: Pick<Catalogue, "faults">): FaultRow[] {
  return all.filter(isHarmless);
}
