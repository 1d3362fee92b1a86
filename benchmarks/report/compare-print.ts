import Table from "cli-table3";
import pc from "picocolors";
import type { Cell } from "./cells.js";
import {
  type CellChange,
  type Change,
  type FigureChange,
  hasChanged,
  type LoneRow,
  type RunComparison,
} from "./compare.js";
import { counted, duration } from "./words.js";

/** Prints what changed, for people. Writes to stdout. */
export function printComparison(comparison: RunComparison): void {
  process.stdout.write(`${comparisonText(comparison)}\n`);
}

/** What changed, as a table; cells without a change are counted, not listed. */
export function comparisonText(comparison: RunComparison): string {
  const { cells, wire, cost, caveats, onlyBefore, onlyAfter } = comparison;
  const changed = cells.filter(({ latency, mistakes }) => shown(latency) || shown(mistakes));
  const figures = [...wire, ...cost].filter(({ change }) => shown(change));
  const few = cells.filter(({ latency }) => latency === "too few to tell").length;
  return [
    ...caveats.map((caveat) => pc.yellow(`Not the same: ${caveat}.`)),
    ...(changed.length > 0 ? [cellTable(changed)] : []),
    ...(figures.length > 0 ? [figureTable(figures)] : []),
    hasChanged(comparison)
      ? `${changed.length} of ${cells.length} cells changed, and ${figures.length} of ${wire.length + cost.length} figures.`
      : `No change shown in ${cells.length} cells and ${wire.length + cost.length} figures.`,
    ...(few > 0 ? [`${few} cells have too few links to tell.`] : []),
    ...lone("Only before", onlyBefore),
    ...lone("Only after", onlyAfter),
  ].join("\n");
}

function shown(change: Change): boolean {
  return change !== "none shown" && change !== "too few to tell";
}

/** More rows of one contender than these are counted: two unlike runs differ in hundreds. */
const NAMED_AT_MOST = 2;

/** A line for each contender: its rows by name where they are few, else how many of each kind. */
function lone(when: string, rows: readonly LoneRow[]): string[] {
  if (rows.length === 0) return [];
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const lines = subjects.map((subject) => {
    const own = rows.filter((row) => row.subject === subject);
    if (own.length <= NAMED_AT_MOST) return `  ${own.map(({ name }) => name).join(", ")}`;
    const count = (what: LoneRow["what"]) => own.filter((row) => row.what === what).length;
    const parts = [
      ...(count("cell") > 0 ? [counted(count("cell"), "cell")] : []),
      ...(count("octets") > 0 ? ["octets"] : []),
      ...(count("cost") > 0 ? [`${counted(count("cost"), "figure")} of cost`] : []),
    ];
    return `  ${subject ?? "of nobody in particular"}: ${parts.join(", ")}`;
  });
  return [`${when}:`, ...lines];
}

const STYLE = { head: [], border: [], compact: true };

function cellTable(cells: readonly CellChange[]): string {
  const table = new Table({ head: ["contender", "fault", "before", "after", "change"], style: STYLE });
  for (const { subject, fault, before, after, latency, mistakes, mistakesBefore, mistakesAfter } of cells) {
    if (shown(latency))
      table.push([subject, fault, cellText(before), cellText(after), latencyWords(latency)]);
    if (shown(mistakes)) {
      const words = mistakes === "more" ? pc.red("more mistakes") : pc.green("fewer mistakes");
      table.push([subject, fault, `${mistakesBefore} mistakes`, `${mistakesAfter} mistakes`, words]);
    }
  }
  return table.toString();
}

function latencyWords(change: Change): string {
  if (change === "more") return pc.green("noticed more");
  if (change === "less") return pc.red("noticed less");
  return change === "slower" ? pc.red(change) : pc.green(change);
}

function cellText({ latencyMs, detected, count }: Cell): string {
  const share = `${detected}/${count}`;
  return latencyMs === undefined ? `missed ${share}` : `${duration(latencyMs.median)} ${share}`;
}

function figureTable(figures: readonly FigureChange[]): string {
  const table = new Table({ head: ["figure", "before", "after", "change"], style: STYLE });
  for (const { name, before, after, unit, change } of figures) {
    const percent = before === 0 ? "" : ` (${(100 * (after / before - 1)).toFixed(1)} %)`;
    const words = change === "more" ? pc.red(`more${percent}`) : pc.green(`less${percent}`);
    table.push([name, `${round(before)} ${unit}`, `${round(after)} ${unit}`, words]);
  }
  return table.toString();
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
