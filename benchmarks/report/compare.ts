import { mean } from "simple-statistics";
import { catalogueOf, isHarmless } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { caveatsOf } from "./compare-caveats.js";
import { type Mistakes, mistakesIn } from "./mistakes.js";
import type { CostRow, Results, Trial, WireRow } from "./results.js";
import { believed, FEWEST, rankTest, rateTest } from "./significance.js";
import { costTitle } from "./words.js";

/** What the figures show of a change. */
export type Change = "quicker" | "slower" | "more" | "less" | "none shown" | "too few to tell";

/** One cell of both runs. */
export interface CellChange {
  readonly subject: string;
  readonly fault: string;
  readonly before: Cell;
  readonly after: Cell;
  /** Of the latencies; a link that never noticed counts as the slowest. */
  readonly latency: Change;
  /** Of living peers called dead. */
  readonly mistakes: Change;
  readonly mistakesBefore: number;
  readonly mistakesAfter: number;
}

/** One figure of both runs. */
export interface FigureChange {
  readonly name: string;
  readonly before: number;
  readonly after: number;
  readonly unit: string;
  readonly change: Change;
}

/** What changed from one run to another. */
export interface RunComparison {
  readonly cells: readonly CellChange[];
  readonly wire: readonly FigureChange[];
  readonly cost: readonly FigureChange[];
  /** What makes the two hard to compare: other settings, another machine. */
  readonly caveats: readonly string[];
  /** Cells and rows that only one of them has. */
  readonly onlyBefore: readonly LoneRow[];
  readonly onlyAfter: readonly LoneRow[];
}

/** What only one run has. */
export interface LoneRow {
  readonly what: "cell" | "octets" | "cost";
  /** Whose it is; undefined for a cost of nobody in particular. */
  readonly subject: string | undefined;
  readonly name: string;
}

/** Of the changes claimed, at most this share is expected to be noise. */
const FALSE_DISCOVERIES = 0.01;
/** Heartwire sends at 75 to 100 % of its interval: the spread of one interval, of its mean. */
const JITTER = 0.25 / Math.sqrt(12) / 0.875;

/**
 * What changed between two runs, and what may be noise. Latencies are judged by rank, mistakes by their rate,
 * both corrected for the number of cells; octets by what the jitter of sending explains; cost by its spread.
 * The links of one strike share its instant, so few strikes with many links claim more than they should.
 */
export function compareResults(before: Results, after: Results): RunComparison {
  const rows = { before: rowsOf(before), after: rowsOf(after) };
  return {
    cells: compareCells(before, after),
    wire: paired(before.wire, after.wire, ({ subject }) => subject).map(compareWire),
    cost: paired(before.cost, after.cost, costName).map(compareCost),
    caveats: caveatsOf(before, after),
    onlyBefore: notIn(rows.after, rows.before),
    onlyAfter: notIn(rows.before, rows.after),
  };
}

/** Whether the figures show any change at all. */
export function hasChanged({ cells, wire, cost }: RunComparison): boolean {
  const shown = (change: Change) => change !== "none shown" && change !== "too few to tell";
  return (
    cells.some(({ latency, mistakes }) => shown(latency) || shown(mistakes)) ||
    [...wire, ...cost].some(({ change }) => shown(change))
  );
}

interface Sides {
  readonly before: readonly Trial[];
  readonly after: readonly Trial[];
}

function compareCells(before: Results, after: Results): CellChange[] {
  const harmless = new Set(
    [before, after].flatMap((run) =>
      catalogueOf(run)
        .faults.filter(isHarmless)
        .map(({ name }) => name),
    ),
  );
  const [trialsBefore, trialsAfter] = [byCell(before), byCell(after)];
  const cells = [...trialsBefore].flatMap(([key, own]) => {
    const others = trialsAfter.get(key);
    if (others === undefined) return [];
    const { subject, fault } = own[0]!;
    const verdictIsMistake = (name: string) => harmless.has(name);
    const sides: Sides = { before: own, after: others };
    const mistaken = [mistakesIn(own, verdictIsMistake)!, mistakesIn(others, verdictIsMistake)!] as const;
    return [{ subject, fault, sides, mistaken }];
  });
  const moved = believed(
    cells.map(({ sides }) => rankTest(ranked(sides.before), ranked(sides.after))),
    FALSE_DISCOVERIES,
  );
  const erred = believed(
    cells.map(({ mistaken: [a, b] }) => rateOf(a, b)),
    FALSE_DISCOVERIES,
  );
  return cells.map(({ subject, fault, sides, mistaken: [a, b] }, index) => {
    const [one, other] = [cellOf(before, subject, fault)!, cellOf(after, subject, fault)!];
    return {
      subject,
      fault,
      before: one,
      after: other,
      latency: moved[index] ? latencyChange(one, other, sides) : unmoved(sides),
      mistakes: erred[index] ? mistakesChange(a, b) : "none shown",
      mistakesBefore: a.mistakes,
      mistakesAfter: b.mistakes,
    };
  });
}

function unmoved({ before, after }: Sides): Change {
  return before.length < FEWEST || after.length < FEWEST ? "too few to tell" : "none shown";
}

function mistakesChange(before: Mistakes, after: Mistakes): Change {
  const rate = (own: Mistakes, other: Mistakes) => own.mistakes / exposure(own, other);
  return rate(after, before) > rate(before, after) ? "more" : "less";
}

function ranked(trials: readonly Trial[]): number[] {
  return trials.map(({ latencyMs }) => latencyMs ?? Number.MAX_VALUE);
}

/** A shift smaller than what the fault's instant is known to is none. */
function latencyChange(before: Cell, after: Cell, sides: Sides): Change {
  const share = after.detected / after.count - before.detected / before.count;
  if (before.latencyMs === undefined || after.latencyMs === undefined) {
    return share === 0 ? "none shown" : share > 0 ? "more" : "less";
  }
  const shiftMs = after.latencyMs.median - before.latencyMs.median;
  const known = mean([...sides.before, ...sides.after].map(({ uncertaintyMs }) => uncertaintyMs));
  if (Math.abs(shiftMs) > known) return shiftMs > 0 ? "slower" : "quicker";
  return share === 0 ? "none shown" : share > 0 ? "more" : "less";
}

function rateOf(a: Mistakes, b: Mistakes): number | undefined {
  return rateTest(a.mistakes, exposure(a, b), b.mistakes, exposure(b, a));
}

/** Hours where both have them, else links. */
function exposure(own: Mistakes, other: Mistakes): number {
  return own.peerHours && other.peerHours ? own.peerHours : own.links;
}

function compareWire([before, after]: readonly [WireRow, WireRow]): FigureChange {
  const [one, other] = [before, after].map(({ perHour }) => perHour.out + perHour.in) as [number, number];
  const frames = [before, after].map((row) => Math.max(1, row.frames.out + row.frames.in));
  // Three standard errors of the mean interval, and a frame cut off at either end.
  const explained =
    3 * JITTER * Math.sqrt(frames.reduce((sum, count) => sum + 1 / count, 0)) +
    frames.reduce((sum, count) => sum + 1 / count, 0);
  const moved = Math.abs(other - one) > explained * one;
  return {
    name: before.subject,
    before: one,
    after: other,
    unit: "octets an hour",
    change: moved ? (other > one ? "more" : "less") : "none shown",
  };
}

function compareCost([before, after]: readonly [CostRow, CostRow]): FigureChange {
  const figures = { name: costName(before), before: before.value, after: after.value, unit: before.unit };
  if (before.spread === undefined || after.spread === undefined) {
    return { ...figures, change: before.value === after.value ? "none shown" : "too few to tell" };
  }
  if (after.spread.p5 > before.spread.p95) return { ...figures, change: "more" };
  return { ...figures, change: after.spread.p95 < before.spread.p5 ? "less" : "none shown" };
}

function costName(row: CostRow): string {
  return row.subject === undefined ? costTitle(row) : `${costTitle(row)}, ${row.subject}`;
}

function byCell({ trials }: Results): Map<string, Trial[]> {
  const cells = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = `${trial.subject} at ${trial.fault}`;
    const own = cells.get(key);
    if (own === undefined) cells.set(key, [trial]);
    else own.push(trial);
  }
  return cells;
}

function rowsOf(results: Results): LoneRow[] {
  return [
    ...[...byCell(results)].map(
      ([name, [trial]]): LoneRow => ({ what: "cell", subject: trial!.subject, name }),
    ),
    ...results.wire.map(
      ({ subject }): LoneRow => ({ what: "octets", subject, name: `octets of ${subject}` }),
    ),
    ...results.cost.map((row): LoneRow => ({ what: "cost", subject: row.subject, name: costName(row) })),
  ];
}

function notIn(others: readonly LoneRow[], rows: readonly LoneRow[]): LoneRow[] {
  const names = new Set(others.map(({ name }) => name));
  return rows.filter(({ name }) => !names.has(name));
}

function paired<Row>(
  before: readonly Row[],
  after: readonly Row[],
  nameOf: (row: Row) => string,
): [Row, Row][] {
  return before.flatMap((row): [Row, Row][] => {
    const other = after.find((candidate) => nameOf(candidate) === nameOf(row));
    return other === undefined ? [] : [[row, other]];
  });
}
