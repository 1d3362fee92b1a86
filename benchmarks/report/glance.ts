import { catalogueOf, harmlessFaults, realFaults } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { cpuComparisons, isOfMachine } from "./claims/cost.js";
import { heartbeatsIn, ofKind, silentCut } from "./claims/evidence.js";
import { calledText, livingPeersOf } from "./living-peers.js";
import { markdownTable } from "./markdown-table.js";
import { measured, resolutionOf } from "./resolution.js";
import type { FaultRow, Results, SubjectRow } from "./results.js";
import { trialsUnder } from "./trials.js";
import { whyNotNoticed } from "./why.js";
import { FRAME_NOTE, volumeOf } from "./wire.js";
import { chosen, list } from "./words.js";

type Matches = (effect: FaultRow["effect"]) => boolean;

/** The contenders of the question "keepalive or heartbeat?", each as short as a column's head. */
const COLUMNS: readonly { readonly name: string; readonly head: string }[] = [
  { name: "tcp-keepalive", head: "keepalive" },
  { name: "tcp-keepalive-user-timeout", head: "+ user timeout" },
  { name: "tcp", head: "heartbeat, TCP" },
  { name: "udp-echo", head: "heartbeat, UDP echo" },
  { name: "udp-beat", head: "heartbeat, UDP beat" },
];

/** What both find, then what tells them apart. */
const ROWS: readonly { readonly what: string; readonly matches: Matches }[] = [
  { what: "network cut, line idle", matches: silentCut(false) },
  { what: "network cut, data in flight", matches: silentCut(true) },
  { what: "process hangs", matches: ofKind("process-hung") },
  { what: "backend dead behind a proxy", matches: ofKind("silent-behind-proxy") },
];

/** By how much a worst case may exceed the common one and still be called the same: timers of a kernel are late. */
const SAME_WORST = 1.2;

/** The comparison in a handful of rows, for somebody who gives it ten seconds; what heartbeats miss is said below. */
export function glance(results: Results): string {
  const catalogue = catalogueOf(results);
  const columns = COLUMNS.flatMap(({ name, head }) => {
    const subject = catalogue.subjects.find((each) => each.name === name);
    return subject === undefined ? [] : [{ subject, head }];
  });
  const shown = columns.map(({ subject }) => subject);
  const rows = [
    ...ROWS.flatMap(({ what, matches }) => {
      const fault = faultFor(results, realFaults(catalogue), matches);
      return fault === undefined ? [] : [[what, ...shown.map(({ name }) => latency(results, name, fault))]];
    }),
    ...mistakesRow(results, shown),
    ...wireRow(results, shown),
    ...cpuRow(results, shown),
  ];
  return [
    markdownTable([atSettings(results, shown), ...columns.map(({ head }) => head)], rows),
    `Medians of ${linksPerCell(results, shown)} links each, measured on ${results.environment.date.slice(0, 10)} ([how](benchmarks)); *in italics* what was predicted and not noticed within ${chosen(results.settings.waitMs)}. Octets with ${FRAME_NOTE}.`,
    ...blindSpots(results),
  ].join("\n\n");
}

/** Of several faults of one effect the one that most tried; the first of those. */
function faultFor(results: Results, among: readonly FaultRow[], matches: Matches): FaultRow | undefined {
  return among.find(({ name, effect }) => matches(effect) && trialsUnder(results, name).length > 0);
}

/** "20", or "18 to 20" where cells have unlike many. */
function linksPerCell(results: Results, shown: readonly SubjectRow[]): string {
  const faults = ROWS.flatMap(
    ({ matches }) => faultFor(results, realFaults(catalogueOf(results)), matches) ?? [],
  );
  const counts = faults.flatMap(({ name }) =>
    shown.flatMap((subject) => cellOf(results, subject.name, name)?.count ?? []),
  );
  return [...new Set([Math.min(...counts), Math.max(...counts)])].join(" to ");
}

/** "at 1 s and a worst case of 3 s", where that is true of all. */
function atSettings(results: Results, shown: readonly SubjectRow[]): string {
  const { intervalMs, misses } = results.settings;
  const budgetMs = intervalMs * misses;
  const cut = faultFor(results, realFaults(catalogueOf(results)), silentCut(false));
  const worst = shown.flatMap(({ name }) => {
    const predicted = cut && cellOf(results, name, cut.name)?.predictedMs;
    return predicted ? [predicted.worst] : [];
  });
  return worst.every((ms) => ms <= budgetMs * SAME_WORST)
    ? `at ${chosen(intervalMs)} and a worst case of ${chosen(budgetMs)}`
    : `at ${chosen(intervalMs)} and ${misses} misses`;
}

function latency(results: Results, subject: string, fault: FaultRow): string {
  const cell = cellOf(results, subject, fault.name);
  if (cell === undefined) return "–";
  const flag = cell.surprises > 0 ? " (!)" : "";
  if (cell.latencyMs === undefined) return `${notNoticed(cell)}${flag}`;
  const share = cell.detected < cell.count ? ` (${cell.detected} of ${cell.count})` : "";
  const { median } = cell.latencyMs;
  const said =
    median < 1000 ? measured(median, resolutionOf(results, fault.name)) : `${(median / 1000).toFixed(1)} s`;
  return `${said}${share}${flag}`;
}

function notNoticed({ predictedMs }: Cell): string {
  if (predictedMs === null) return "*never*";
  const { best } = predictedMs;
  return best < 120_000 ? `*after ${chosen(best)}*` : `*after ${Math.floor(best / 60_000)} min*`;
}

/** Under the heaviest loss that was tried. */
function mistakesRow(results: Results, shown: readonly SubjectRow[]): string[][] {
  const lossOf = ({ effect }: FaultRow) =>
    (effect.kind === "harmless" && effect.by === "loss" ? effect.lossRate : 0) ?? 0;
  const [worst] = harmlessFaults(catalogueOf(results)).sort((a, b) => lossOf(b) - lossOf(a));
  if (worst === undefined || lossOf(worst) === 0) return [];
  const cells = shown.map((subject) => {
    const peers = livingPeersOf(results, subject, worst);
    return peers === undefined ? "–" : calledText(peers);
  });
  return [[`${Math.round(100 * lossOf(worst))} % loss: living peers called dead`, ...cells]];
}

function wireRow(results: Results, shown: readonly SubjectRow[]): string[][] {
  if (results.wire.length === 0) return [];
  const cells = shown.map(({ name }) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row === undefined ? "–" : (volumeOf(row).together / 1000).toFixed(0);
  });
  return [["kB an hour on the wire", ...cells]];
}

/** Of the whole machine: the kernel's work is nobody's process. Absent where it was not measured for keepalive. */
function cpuRow(results: Results, shown: readonly SubjectRow[]): string[][] {
  const [comparison] = cpuComparisons(results);
  if (comparison === undefined || !isOfMachine(comparison.keepalive)) return [];
  const { name, peers, unit } = comparison.keepalive;
  const cells = shown.map((subject) => {
    const row = results.cost.find(
      (each) => each.subject === subject.name && each.name === name && each.peers === peers,
    );
    return row === undefined ? "–" : Number(row.value.toPrecision(2)).toString();
  });
  return [[`${unit} of CPU a check, both ends together`, ...cells]];
}

/** What heartbeats do not find, however they are set. */
function blindSpots(results: Results): string[] {
  const catalogue = catalogueOf(results);
  const missed = heartbeatsIn(results).flatMap((subject) =>
    realFaults(catalogue).flatMap((fault) => {
      const cell = cellOf(results, subject.name, fault.name);
      if (cell === undefined || cell.detected > 0) return [];
      const why = whyNotNoticed(results, subject.name, fault.name);
      return [`${subject.title} at "${fault.title}"${why === undefined ? "" : ` (${why})`}`];
    }),
  );
  return missed.length === 0 ? [] : [`Heartbeats miss, too: ${list(missed)}.`];
}
