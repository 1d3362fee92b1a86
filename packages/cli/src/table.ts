import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import type { Terminal } from "./terminal.js";

/** No column gets narrower than this. */
const NARROWEST = 6;
/** Between two columns. */
const GAP = "  ";

/** A column of a table. */
export interface Column {
  /** May have several lines. */
  readonly title: string;
  /** Where there is no room for all columns: the lowest is left out first. Absent: never left out. */
  readonly sacrifice?: number;
}

/**
 * A table without rules, as wide as its contents or as the terminal: then columns are left out, as its last line
 * says, and if that does not do, the widest are cut, with "…".
 *
 * @param rows each as long as the columns
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Pick<Terminal, "columns" | "colours">,
): string {
  const natural = columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, widthOf(row[index] ?? "")), widthOf(title)),
  );
  const shown = chooseColumns(columns, natural, terminal.columns);
  const { bold, dim } = terminal.colours;
  const widths = fitColumns(
    shown.map((index) => natural[index]!),
    terminal.columns - GAP.length * (shown.length - 1),
  );
  // Colour by line: cut text must not lose the end of it.
  const titles = columns.map(({ title }) => title.split("\n").map(bold).join("\n"));
  const cells = [titles, ...rows].map((row) => shown.map((index) => row[index] ?? ""));
  const omitted = columns
    .filter((_, index) => !shown.includes(index))
    .map(({ title }) => title.replaceAll("\n", " "));
  return [
    ...renderCells(cells, widths),
    ...(omitted.length > 0 ? [dim(`(no room for: ${omitted.join(", ")})`)] : []),
  ].join("\n");
}

/** Rows in one table of the library: its time grows with the square of them. */
const ROWS_AT_ONCE = 200;

function renderCells(cells: readonly (readonly string[])[], widths: readonly number[]): readonly string[] {
  const lines: string[] = [];
  for (let first = 0; first < cells.length; first += ROWS_AT_ONCE) {
    const table = new Table({
      chars: NO_RULES,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
      colWidths: [...widths],
    });
    for (const row of cells.slice(first, first + ROWS_AT_ONCE)) table.push([...row]);
    for (const line of table.toString().split("\n")) lines.push(line.trimEnd());
  }
  return lines;
}

/** The indices of the columns that are shown. */
function chooseColumns(columns: readonly Column[], natural: readonly number[], available: number): number[] {
  let shown = columns.map((_, index) => index);
  const rank = (index: number): number => columns[index]?.sacrifice ?? Number.POSITIVE_INFINITY;
  const width = (): number => shown.reduce((sum, index) => sum + natural[index]! + GAP.length, -GAP.length);
  while (width() > available) {
    const first = Math.min(...shown.map(rank));
    if (first === Number.POSITIVE_INFINITY) break;
    shown = shown.filter((index) => rank(index) !== first);
  }
  return shown;
}

/** Takes from the widest columns until all fit, or all are as narrow as may be. */
export function fitColumns(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess--;
  }
  return widths;
}

/** Of the longest line, in characters: what is shown is ASCII but for names of processes. */
function widthOf(text: string): number {
  return Math.max(
    ...stripVTControlCharacters(text)
      .split("\n")
      .map(({ length }) => length),
  );
}

const NO_RULES = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: GAP,
};
