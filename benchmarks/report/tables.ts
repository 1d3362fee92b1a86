import Table from "cli-table3";
import pc from "picocolors";
import { catalogueOf, isHarmless } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import {
  calledText,
  expectedText,
  flagText,
  isFlagged,
  isNotable,
  livingPeers,
  livingPeersOf,
} from "./living-peers.js";
import { measured, resolutionOf } from "./resolution.js";
import type { FaultRow, Results, SubjectRow } from "./results.js";
import { deviationOf, deviationText, volumeOf } from "./wire.js";
import { inTwoLines, octets, span } from "./words.js";

const PROVES = {
  connection: "its kernel",
  process: "its process",
  application: "its application",
} as const;

/** Borders that a pipe or a file can do without colour. */
const STYLE = { head: [], border: [] };

/** More columns than this do not fit a terminal of 100. */
const SUBJECTS_A_TABLE = 6;

/**
 * Which fault, who noticed, after how long: a row per fault, a column per subject. At most 100 columns wide;
 * with more subjects than fit, one table below the other.
 */
export function detectionTable(results: Results): string {
  const { subjects, faults } = catalogueOf(results);
  const tables: string[] = [];
  // Evenly, so that nobody stands alone in the last.
  const each = Math.ceil(subjects.length / Math.ceil(subjects.length / SUBJECTS_A_TABLE));
  for (let first = 0; first < subjects.length; first += each) {
    tables.push(tableOf(results, subjects.slice(first, first + each), faults));
  }
  return tables.join("\n");
}

function tableOf(results: Results, shown: readonly SubjectRow[], faults: readonly FaultRow[]): string {
  const table = new Table({
    head: ["What broke", ...shown.map(({ title }) => inTwoLines(title))].map((head) => pc.bold(head)),
    colAligns: ["left", ...shown.map(() => "right" as const)],
    style: STYLE,
  });
  for (const fault of faults) {
    const cells = shown.map(({ name }) => cellOf(results, name, fault.name));
    if (cells.every((cell) => cell === undefined)) continue;
    const texts = isHarmless(fault)
      ? shown.map((subject) => harmlessText(results, subject, fault))
      : cells.map((cell) => cellText(cell, resolutionOf(results, fault.name)));
    table.push([inTwoLines(fault.title), ...texts]);
  }
  return table.toString();
}

/** Measured above, expected below; a mark where they disagree. */
function cellText(cell: Cell | undefined, resolutionMs: number): string {
  if (cell === undefined) return pc.dim("–");
  const { latencyMs, predictedMs, detected, count } = cell;
  const mark = cell.surprises > 0 ? pc.yellow(" !") : "";
  const expected = pc.dim(predictedMs === null ? "never" : span(predictedMs.best, predictedMs.worst));
  if (latencyMs === undefined) return `${pc.red("missed")}${mark}\n${expected}`;
  const share = detected < count ? ` ${detected}/${count}` : "";
  return `${pc.green(measured(latencyMs.median, resolutionMs))}${share}${mark}\n${expected}`;
}

/** The peer lives: nothing to notice, and every verdict a mistake. */
function harmlessText(results: Results, subject: SubjectRow, fault: FaultRow): string {
  const peers = livingPeersOf(results, subject, fault);
  if (peers === undefined) return pc.dim("–");
  const mark = isFlagged(peers) ? pc.yellow(" !") : "";
  if (peers.called === 0) return `${pc.green("alive")}${mark}\n${pc.dim("alive")}`;
  const count = `${peers.called}/${peers.links}${mark}`;
  if (peers.byOtherEnd === 0) return `${pc.red("called dead")}\n${count}`;
  const theirs = peers.byOtherEnd === peers.called ? "" : ` (${peers.byOtherEnd})`;
  return `${pc.yellow("peer hung up")}${theirs}\n${count}`;
}

/** Living peers called dead, measured beside expected, where either is worth a line. At most 100 columns wide. */
export function livingPeersTable(results: Results): string {
  const table = new Table({
    head: ["", "the peer lives, and", "called", "expected\n(95 %)", "because"].map((head) => pc.bold(head)),
    colAligns: ["left", "left", "right", "right", "left"],
    style: { ...STYLE, compact: true },
    colWidths: [15, 23, 15, 14, 26],
    wordWrap: true,
  });
  for (const peers of livingPeers(results).filter(isNotable)) {
    const { subject, fault, expected } = peers;
    const flag = flagText(peers);
    const count = calledText(peers);
    table.push([
      subject.title,
      fault.title,
      flag === "" ? count : `${count}\n${pc.yellow(flag)}`,
      expectedText(peers),
      pc.dim(expected.why),
    ]);
  }
  return table.toString();
}

/** What watching one idle peer costs on the wire: a row per subject. At most 100 columns wide. */
export function wireTable(results: Results): string {
  const table = new Table({
    head: ["", "every hour", "captured", "expected", "off by", "an answer proves"].map((head) =>
      pc.bold(head),
    ),
    colAligns: ["left", "right", "right", "right", "right", "left"],
    style: { ...STYLE, compact: true },
  });
  for (const subject of catalogueOf(results).subjects) {
    const row = results.wire.find((wire) => wire.subject === subject.name);
    if (row === undefined) continue;
    const volume = volumeOf(row);
    const deviation = deviationOf(row, subject);
    const off = deviation === undefined ? "–" : deviationText(deviation);
    table.push([
      subject.title,
      pc.green(octets(volume.together)),
      octets(row.perHour.out + row.perHour.in),
      pc.dim(octets(row.predictedPerHour.out + row.predictedPerHour.in)),
      deviation?.flagged ? pc.yellow(off) : pc.dim(off),
      PROVES[subject.proves],
    ]);
  }
  return table.toString();
}
