import Table from "cli-table3";
import pc from "picocolors";
import type { CostReport, CostRow } from "./row.js";

const STYLE = { head: [], border: [], compact: true };

/** Every figure that has a bar, and the verdict; then those without. At most 100 columns wide. */
export function costTable({ rows }: CostReport): string {
  const table = new Table({
    head: ["", "peers", "measured", "p5–p95", "n", "bar", ""].map((head) => pc.bold(head)),
    colAligns: ["left", "right", "right", "right", "right", "right", "left"],
    style: STYLE,
    colWidths: [37, 9, 11, 13, 6, 8, 8],
    wordWrap: true,
  });
  for (const row of [...rows.filter(({ bar }) => bar !== null), ...rows.filter(({ bar }) => bar === null)]) {
    table.push([
      row.subject === undefined ? row.title : `${row.title}: ${row.subject}`,
      String(row.peers),
      measured(row),
      row.spread === null || row.n === 1 ? "" : `${plain(row.spread.p5)}–${plain(row.spread.p95)}`,
      String(row.n),
      row.bar === null ? "" : `≤ ${row.bar}`,
      verdict(row),
    ]);
  }
  return table.toString();
}

/** How many bars were met, and which were not. */
export function costVerdict({ rows }: CostReport): string {
  const judged = rows.filter(({ met }) => met !== null);
  const missed = judged.filter(({ met }) => met === false);
  const names = missed.map(({ name, peers }) => `${name} at ${peers} peers`);
  const met = `${judged.length - missed.length} of ${judged.length} bars met`;
  return missed.length === 0 ? `${met}.` : `${met}; missed: ${names.join(", ")}.`;
}

function measured({ value, unit }: CostRow): string {
  return unit === "ratio"
    ? `${value.toFixed(2)} ×`
    : `${plain(value)} ${unit === "count" ? "" : unit}`.trim();
}

function plain(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  return value.toFixed(digits);
}

function verdict({ met }: CostRow): string {
  if (met === null) return "";
  return met ? pc.green("met") : pc.red("missed");
}
