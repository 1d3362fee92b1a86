import { answer } from "./answer.js";
import { catalogueOf, harmlessFaults, realFaults } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { judgeClaims } from "./claims.js";
import { expectedText, flagText, isNotable, livingPeers, livingPeersOf } from "./living-peers.js";
import { QUICK_SUBJECTS } from "./quick.js";
import type { FaultRow, Results, SubjectRow } from "./results.js";
import { costTitle, duration, octets, span } from "./words.js";

/** All that a run found, as Markdown. */
export function renderMarkdown(results: Results): string {
  const { subjects } = catalogueOf(results);
  const compact = subjects.filter(({ name }) => QUICK_SUBJECTS.includes(name));
  return [
    "# Who notices that the other end is gone?",
    environmentLine(results),
    answer(results)
      .map((sentence) => `- ${cellText(sentence)}`)
      .join("\n"),
    "## In short",
    detectionMarkdown(results, compact),
    ...(compact.length < subjects.length ? ["## All contenders", detectionMarkdown(results, subjects)] : []),
    "## What must not be called death",
    mistakesMarkdown(results),
    "### Living peers called dead: expected and measured",
    livingPeersMarkdown(results),
    "## Octets on the wire",
    wireMarkdown(results),
    "## Cost",
    costMarkdown(results),
    "## Claims",
    claimsMarkdown(results),
    "## Not measured",
    notMeasuredMarkdown(results),
    "",
  ].join("\n\n");
}

/** Who noticed what: measured median, and the prediction in brackets. */
export function detectionMarkdown(results: Results, subjects: readonly SubjectRow[]): string {
  const faults = realFaults(catalogueOf(results));
  return table(
    ["what broke", ...subjects.map(({ title }) => title)],
    faults.map(({ name, title }) => [
      title,
      ...subjects.map((subject) => detectionText(cellOf(results, subject.name, name))),
    ]),
  );
}

/** Where and with what it was measured, in a line. */
export function environmentLine({ environment, settings }: Results): string {
  const day = environment.date.slice(0, 10);
  return `Measured on ${day}: Node ${environment.node}, ${environment.platform}, kernel ${environment.kernel}, ${environment.cpus} × ${environment.cpuModel}; everyone set to ${settings.intervalMs / 1000} s and ${settings.misses} misses; “missed” is not within ${settings.waitMs / 1000} s.`;
}

/** The folklore and its verdicts. */
export function claimsMarkdown(results: Results): string {
  return table(
    ["it is said", "verdict", "the figures"],
    judgeClaims(results).map(({ claim, verdict, figures }) => [claim, `**${verdict}**`, figures]),
  );
}

function detectionText(cell: Cell | undefined): string {
  if (cell === undefined) return "–";
  const { latencyMs, predictedMs, detected, count, surprises } = cell;
  const expected = predictedMs === null ? "never" : span(predictedMs.best, predictedMs.worst);
  const flag = surprises > 0 ? " (!)" : "";
  if (latencyMs === undefined) return `**missed**${flag} [${expected}]`;
  const share = detected < count ? ` ${detected}/${count}` : "";
  return `${duration(latencyMs.median)}${share}${flag} [${expected}]`;
}

function mistakesMarkdown(results: Results): string {
  const catalogue = catalogueOf(results);
  const faults = harmlessFaults(catalogue);
  if (faults.length === 0) return "Not part of this run.";
  return table(
    ["the peer lives, and", ...catalogue.subjects.map(({ title }) => title)],
    faults.map((fault) => [
      fault.title,
      ...catalogue.subjects.map((subject) => mistakesText(results, subject, fault)),
    ]),
  );
}

function mistakesText(results: Results, subject: SubjectRow, fault: FaultRow): string {
  const peers = livingPeersOf(results, subject, fault);
  if (peers === undefined) return "–";
  return `${peers.called} of ${peers.links}${flagText(peers) === "" ? "" : " (!)"}`;
}

function livingPeersMarkdown(results: Results): string {
  if (results.expectedMistakes === undefined) return "Not predicted in this run.";
  const rows = livingPeers(results).filter(isNotable);
  if (rows.length === 0) return "None was called dead, and none should have been.";
  const lead =
    "Links, and how many by each one's own formula; in brackets the 95 % interval of what chance makes of it.";
  return `${lead}\n\n${table(
    ["contender", "the peer lives, and", "called dead", "expected", "because"],
    rows.map((peers) => [
      peers.subject.title,
      peers.fault.title,
      `${peers.called} of ${peers.links} ${flagText(peers)}`.trim(),
      expectedText(peers),
      peers.expected.why,
    ]),
  )}`;
}

function wireMarkdown(results: Results): string {
  const rows = catalogueOf(results).subjects.flatMap(({ name, title }) => {
    const row = results.wire.find(({ subject }) => subject === name);
    if (row === undefined) return [];
    const { out, in: into } = row.perHour;
    const predicted = row.predictedPerHour.out + row.predictedPerHour.in;
    const padded = row.minimumFrameOctets;
    const paddedPerHour = padded && ((padded.out + padded.in) / row.seconds) * 3600;
    return [
      [
        title,
        octets(out),
        octets(into),
        octets(out + into),
        octets(predicted),
        paddedPerHour === null ? "–" : octets(paddedPerHour),
      ],
    ];
  });
  if (rows.length === 0) return "Not measured.";
  return table(["an idle hour", "sent", "received", "together", "predicted", "padded to 60"], rows);
}

function costMarkdown(results: Results): string {
  if (results.cost.length === 0) return "Not measured.";
  const { titleOfSubject } = catalogueOf(results);
  return table(
    ["what", "contender", "median", "limit", "n"],
    results.cost.map(({ name, peers, subject, value, unit, bar, met, n }) => [
      costTitle({ name, peers }),
      subject === undefined ? "" : titleOfSubject(subject),
      `${Number(value.toPrecision(3))} ${unit}`,
      bar === undefined ? "" : `${bar} ${unit}, ${(met ?? value <= bar) ? "kept" : "**missed**"}`,
      String(n),
    ]),
  );
}

function notMeasuredMarkdown(results: Results): string {
  if (results.notMeasured.length === 0) return "Everything was measured.";
  const { titleOfSubject, titleOfFault } = catalogueOf(results);
  return results.notMeasured
    .map(({ subject, fault, why }) => {
      const what = [subject && titleOfSubject(subject), fault && titleOfFault(fault)].filter(Boolean);
      return cellText(`- ${what.length > 0 ? `${what.join(", ")}: ` : ""}${why}`);
    })
    .join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(" | ")} |`;
  return [
    line(head),
    `|${head.map((_, index) => (index === 0 ? "---|" : "--:|")).join("")}`,
    ...rows.map(line),
  ].join("\n");
}

/** On one line, and without what would end a cell. */
function cellText(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s*\n\s*/g, " ");
}
