import { answer } from "./answer.js";
import { catalogueOf, harmlessFaults, realFaults } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { judgeClaims } from "./claims.js";
import { compactSubjects } from "./compact.js";
import {
  calledText,
  expectedText,
  flagText,
  isNotable,
  livingPeers,
  livingPeersOf,
  rateText,
} from "./living-peers.js";
import { cellText, markdownTable } from "./markdown-table.js";
import { measured, resolutionOf } from "./resolution.js";
import type { FaultRow, Results, SubjectRow } from "./results.js";
import { commonSettings } from "./settings.js";
import { deviationOf, deviationText, FRAME_NOTE, volumeOf, WIRE_NOTE } from "./wire.js";
import { chosen, costTitle, octets, span, upperFirst } from "./words.js";

/** All that a run found, as Markdown. */
export function renderMarkdown(results: Results): string {
  const { subjects } = catalogueOf(results);
  const compact = compactSubjects(results);
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
  return markdownTable(
    ["what broke", ...subjects.map(({ title }) => title)],
    faults.map(({ name, title }) => [
      title,
      ...subjects.map((subject) => detectionText(results, cellOf(results, subject.name, name))),
    ]),
  );
}

/** Where and with what it was measured, in a line. */
export function environmentLine({ environment, settings }: Results): string {
  const day = environment.date.slice(0, 10);
  return `Measured on ${day}: Node ${environment.node}, ${environment.platform}, kernel ${environment.kernel}, ${environment.cpus} × ${environment.cpuModel}; everyone set to ${commonSettings(settings)}; “missed” is not within ${chosen(settings.waitMs)}.`;
}

/** The folklore and its verdicts. */
export function claimsMarkdown(results: Results): string {
  return markdownTable(
    ["it is said", "verdict", "the figures"],
    judgeClaims(results).map(({ claim, verdict, figures }) => [claim, `**${verdict}**`, figures]),
  );
}

function detectionText(results: Results, cell: Cell | undefined): string {
  if (cell === undefined) return "–";
  const { latencyMs, predictedMs, detected, count, surprises } = cell;
  const expected = predictedMs === null ? "never" : span(predictedMs.best, predictedMs.worst);
  const flag = surprises > 0 ? " (!)" : "";
  if (latencyMs === undefined) return `**missed**${flag} [${expected}]`;
  const share = detected < count ? ` ${detected}/${count}` : "";
  return `${measured(latencyMs.median, resolutionOf(results, cell.fault))}${share}${flag} [${expected}]`;
}

function mistakesMarkdown(results: Results): string {
  const catalogue = catalogueOf(results);
  const faults = harmlessFaults(catalogue);
  if (faults.length === 0) return "Not part of this run.";
  return markdownTable(
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
  const flag = flagText(peers) === "" ? "" : " (!)";
  const rate = rateText(peers);
  return `${calledText(peers)}${flag}${rate === undefined ? "" : ` [${rate}]`}`;
}

function livingPeersMarkdown(results: Results): string {
  if (results.expectedMistakes === undefined) return "Not predicted in this run.";
  const rows = livingPeers(results).filter(isNotable);
  if (rows.length === 0) return "None was called dead, and none should have been.";
  const lead =
    "Links, and how many by each one's own formula; in brackets the 95 % interval of what chance makes of it.";
  return `${lead}\n\n${markdownTable(
    ["contender", "the peer lives, and", "called dead", "expected", "because"],
    rows.map((peers) => [
      peers.subject.title,
      peers.fault.title,
      `${calledText(peers)} ${flagText(peers)}`.trim(),
      expectedText(peers),
      peers.expected.why,
    ]),
  )}`;
}

function wireMarkdown(results: Results): string {
  const rows = catalogueOf(results).subjects.flatMap((subject) => {
    const row = results.wire.find((each) => each.subject === subject.name);
    if (row === undefined) return [];
    const volume = volumeOf(row);
    const deviation = deviationOf(row, subject);
    return [
      [
        subject.title,
        octets(volume.out),
        octets(volume.in),
        octets(volume.together),
        octets(row.perHour.out + row.perHour.in),
        octets(row.predictedPerHour.out + row.predictedPerHour.in),
        deviation === undefined ? "–" : deviationText(deviation),
      ],
    ];
  });
  if (rows.length === 0) return "Not measured.";
  return `${upperFirst(FRAME_NOTE)}; beside it the octets as captured between veth pairs, which do not pad, and as predicted. ${WIRE_NOTE}

${markdownTable(["an idle hour", "sent", "received", "together", "captured", "predicted", "off by"], rows)}`;
}

function costMarkdown(results: Results): string {
  if (results.cost.length === 0) return "Not measured.";
  const { titleOfSubject } = catalogueOf(results);
  return markdownTable(
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
