import { formatDuration } from "../duration.js";
import { renderTable } from "../table.js";
import type { Terminal } from "../terminal.js";
import { bullet, heading, paragraph } from "../text.js";
import { FAULTS } from "./asked.js";
import { literal } from "./code.js";
import type { Evidence } from "./evidence.js";
import type { AdviseReport, Answer, Part } from "./report.js";

/** The report for people. */
export function renderAdvice(report: AdviseReport, terminal: Terminal): string {
  const { advice } = report;
  const answer = advice.kind === "recommended" ? advice.answer : advice.nearest;
  const sections = [
    ...(advice.kind === "impossible" ? [cannot(advice.why, answer !== null, terminal)] : []),
    ...(answer === null ? [] : answerSections(answer, report, terminal)),
    ...others(report, terminal),
    ...(answer === null ? [] : answer.parts.flatMap((part) => code(part, terminal))),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function cannot(why: readonly string[], hasNearest: boolean, terminal: Terminal): readonly string[] {
  const bullets = why.map((text) => bullet("problem", [text], terminal));
  return [
    heading("Not all of this can be had", terminal.colours),
    ...bullets,
    ...(hasNearest ? [paragraph("The nearest that can:", terminal)] : []),
  ];
}

const ANSWERS = { keepalive: "keepalive", heartbeat: "a heartbeat", both: "keepalive and a heartbeat" };

function answerSections(
  answer: Answer,
  report: AdviseReport,
  terminal: Terminal,
): readonly (readonly string[])[] {
  const { colours } = terminal;
  const { peers } = report.asked;
  return [
    [
      heading(`Take ${ANSWERS[answer.kind]}: ${answer.title}`, colours),
      ...answer.parts.flatMap((part) => settings(part, terminal)),
      `  on the wire  ${octets(answer.octetsPerHour)} an hour while idle${total(answer, peers)}`,
    ],
    [
      heading("Why: what was measured", colours),
      evidence(answer.evidence, terminal),
      measuredOn(report, terminal),
    ],
  ];
}

function settings(part: Part, { colours }: Terminal): readonly string[] {
  const { prediction } = part;
  const rare =
    prediction.mistakesPerDay === 0 ? "none expected" : `${part.prediction.mistakesPerDay} a day at most`;
  return [
    `  ${colours.bold(part.title)}, which proves: ${PROVES[part.proves] ?? part.proves}`,
    `    settings   ${literal(part.settings)}`,
    `    predicted  noticed within ${formatDuration(prediction.detectWithinMs)}; mistakes: ${rare}; ${octets(prediction.octetsPerHour)} an hour`,
  ];
}

const PROVES: Readonly<Record<string, string>> = {
  connection: "the peer's kernel holds the connection",
  process: "its event loop answered",
  application: "its own code answered",
};

function total({ octetsPerHour }: Answer, peers: number): string {
  return peers === 1 ? "" : `; ${octets(peers * octetsPerHour)} for ${peers} peers`;
}

function octets(count: number): string {
  return `${Math.round(count).toLocaleString("en-US").replaceAll(",", " ")} octets`;
}

function evidence(rows: readonly Evidence[], terminal: Terminal): string {
  const cells = rows.map((row) => [FAULTS[row.wanted].title, row.fault, row.by, figuresOf(row)]);
  const columns = [
    { title: "to notice" },
    { title: "measured as", sacrifice: 1 },
    { title: "by" },
    { title: "result" },
  ];
  const table = renderTable(columns, cells, { ...terminal, columns: terminal.columns - 2 });
  return table.replaceAll(/^/gm, "  ");
}

function figuresOf({ figures, harmless, why }: Evidence): string {
  if (why !== null) return why;
  if (figures === null) return "not measured";
  const { n, detected, medianMs, p95Ms } = figures;
  if (harmless) return `${n - detected} of ${n} links kept alive`;
  if (medianMs === undefined || p95Ms === undefined) return `${detected} of ${n} links`;
  return `${detected} of ${n} links, median ${formatDuration(medianMs)}, 95 % in ${formatDuration(p95Ms)}`;
}

function measuredOn({ measured, advice }: AdviseReport, terminal: Terminal): string {
  const { settings, environment, source } = measured;
  const answer = advice.kind === "recommended" ? advice.answer : advice.nearest;
  const remarks =
    answer?.parts.flatMap(({ remark, title }) =>
      remark === null ? [] : [`Remark on ${title}: ${remark}.`],
    ) ?? [];
  const { intervalMs, misses, waitMs } = settings;
  const at = `with a check every ${formatDuration(intervalMs)} and a verdict after ${formatDuration(intervalMs * misses)} at worst, waiting ${formatDuration(waitMs)}; what the settings above do is predicted`;
  const on = `${source}, ${environment.date.slice(0, 10)}: Node ${environment.node}, ${environment.platform}, kernel ${environment.kernel}, ${environment.cpus} × ${environment.cpuModel}`;
  return terminal.colours.dim(paragraph([`All measured ${at}. ${on}.`, ...remarks].join(" "), terminal));
}

function others({ advice: { others } }: AdviseReport, terminal: Terminal): readonly (readonly string[])[] {
  if (others.length === 0) return [];
  const bullets = others.map(({ title, why }) => bullet("note", [`${title}: ${why}`], terminal));
  return [[heading("Why not", terminal.colours), ...bullets]];
}

function code({ title, code }: Part, { colours }: Terminal): readonly (readonly string[])[] {
  return code.map(({ where, packages, lines }) => [
    heading(`Code ${where}, for ${title}`, colours),
    colours.dim(`  npm install ${packages.join(" ")}`),
    ...lines.map((line) => (line === "" ? "" : `  ${line}`)),
  ]);
}
