import { type Catalogue, catalogueOf } from "../catalogue.js";
import { type Cell, cellOf } from "../cells.js";
import { resolutionOf } from "../resolution.js";
import type { Results, SubjectRow } from "../results.js";
import { type Ink, inksOf } from "./palette.js";

/** Results, prepared once for all parts of the page. */
export interface View {
  readonly results: Results;
  readonly catalogue: Catalogue;
  /** How a subject is drawn. */
  ink(subject: string): Ink;
  /** How a subject did under a fault; undefined when not measured. */
  cell(subject: string, fault: string): Cell | undefined;
  /** Below this a latency under a fault cannot be told from none. */
  resolution(fault: string): number;
  /** Why a cell was not measured; undefined when nobody says. */
  whyNot(subject: string, fault: string): string | undefined;
}

/** Prepares results for drawing; `shown` limits the subjects. */
export function viewOf(results: Results, shown?: readonly string[]): View {
  const whole = catalogueOf(results);
  const isShown = ({ name }: SubjectRow) => shown === undefined || shown.includes(name);
  const catalogue = { ...whole, subjects: whole.subjects.filter(isShown) };
  const inks = inksOf([...catalogue.subjects, ...catalogue.controls]);
  const cells = new Map<string, Cell | undefined>();
  const resolutions = new Map(whole.faults.map(({ name }) => [name, resolutionOf(results, name)]));
  return {
    results,
    catalogue,
    ink: (subject) => inks.get(subject)!,
    cell(subject, fault) {
      const key = `${subject} ${fault}`;
      if (!cells.has(key)) cells.set(key, cellOf(results, subject, fault));
      return cells.get(key);
    },
    resolution: (fault) => resolutions.get(fault) ?? 0,
    whyNot: (subject, fault) =>
      results.notMeasured.find(
        (row) =>
          (row.subject === subject && (row.fault ?? fault) === fault) ||
          (row.subject === undefined && row.fault === fault),
      )?.why,
  };
}
