import { formatDuration } from "../duration.js";
import { type Column, renderTable } from "../table.js";
import type { Colours, Terminal } from "../terminal.js";
import { bullet, count, heading, paragraph } from "../text.js";
import type { ConnectionReport, DoctorReport } from "./report.js";
import { formatEndpoint } from "./tcp-table.js";
import { renderTraps } from "./traps-view.js";

/** The report for people; at most `maxRows` connections, those with findings first. */
export function renderDiagnosis(report: DoctorReport, maxRows: number, terminal: Terminal): string {
  const { colours } = terminal;
  const sections = [
    [heading("This system", colours), ...system(report, terminal)],
    [heading("Established TCP connections", colours), ...connections(report.connections, maxRows, terminal)],
    ...findings(report.connections, maxRows, terminal),
    ...renderTraps(report.connections, maxRows, terminal),
    ...unseen(report, terminal),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

const OTHER_NAMESPACES =
  "Connections below are in other network namespaces too, which have settings of their own.";

function system(report: DoctorReport, terminal: Terminal): readonly string[] {
  const { system, detection, traps, namespace, connections } = report;
  if (system.kind === "unreadable") return [`  its keepalive settings are unknown: ${system.why}`];
  const { idleMs, intervalMs, probes, retries2 } = system;
  const elsewhere = connections.some((connection) => connection.namespace !== namespace);
  const defaults =
    `net.ipv4.tcp_keepalive_time ${idleMs / 1000} s, _intvl ${intervalMs / 1000} s, _probes ${probes}; ` +
    `tcp_retries2 ${retries2}.`;
  return [
    paragraph(defaults, terminal),
    ...(detection === null ? [] : [paragraph(consequence(detection), terminal)]),
    ...(elsewhere ? [paragraph(OTHER_NAMESPACES, terminal)] : []),
    // What to do about them is for those who set a socket, not for those who look at a system.
    ...(traps ?? []).map(({ severity, message }) => bullet(severity, [message], terminal)),
  ];
}

function consequence({ idleMs, unacknowledgedDataMs }: NonNullable<DoctorReport["detection"]>): string {
  return (
    "When its peer vanishes, a socket that turns keepalive on and sets nothing else fails " +
    `${formatDuration(idleMs)} after it last heard anything, or ${formatDuration(unacknowledgedDataMs)} after it ` +
    "sent something that is never acknowledged. A socket that does not turn keepalive on has only the latter."
  );
}

function connections(
  all: readonly ConnectionReport[],
  maxRows: number,
  terminal: Terminal,
): readonly string[] {
  if (all.length === 0) return ["  none"];
  const { colours } = terminal;
  const states = (["on", "off", "unknown"] as const).map(
    (state) => `${all.filter(({ keepalive }) => keepalive === state).length} ${state}`,
  );
  // A stable sort: within each half they stay by process.
  const sorted = [...all].sort((a, b) => Number(b.findings.length > 0) - Number(a.findings.length > 0));
  const shown = all.length > maxRows ? sorted.slice(0, maxRows) : all;
  const table = renderTable(
    COLUMNS,
    shown.map((connection) => rowOf(connection, colours)),
    terminal,
  );
  const rest = all.length - shown.length;
  return [
    `${count(all.length, "connection", "connections")}; keepalive: ${states.join(", ")}`,
    table,
    ...(rest > 0 ? [colours.dim(`… ${rest} more: --all shows them`)] : []),
  ];
}

const COLUMNS: readonly Column[] = [
  { title: "process" },
  { title: "local", sacrifice: 1 },
  { title: "peer" },
  { title: "keep-\nalive" },
  { title: "idle/intvl\n/probes" },
  { title: "user\ntimeout", sacrifice: 2 },
  { title: "next\nprobe", sacrifice: 3 },
  { title: "last\nheard", sacrifice: 4 },
];

function rowOf(connection: ConnectionReport, colours: Colours): readonly string[] {
  const { local, peer, socket, nextProbe, keepalive } = connection;
  const known = socket.kind === "read";
  return [
    processText(connection),
    formatEndpoint(local),
    formatEndpoint(peer),
    keepaliveText(connection, colours),
    known && keepalive === "on"
      ? `${seconds(socket.idleMs)}/${seconds(socket.intervalMs)}/${socket.probes}`
      : unless(keepalive !== "on"),
    known ? (socket.userTimeoutMs > 0 ? formatDuration(socket.userTimeoutMs) : "-") : "?",
    nextProbe === null
      ? unless(keepalive !== "unknown")
      : `${nextProbe.exact ? "" : ">= "}${formatDuration(nextProbe.inMs)}`,
    known ? `${formatDuration(socket.lastHeardMs)} ago` : "?",
  ];
}

function processText({ processes, uid }: ConnectionReport): string {
  const [first, ...others] = processes;
  if (first === undefined) return `? (user ${uid})`;
  return `${first.name} ${first.pid}${others.length > 0 ? ` +${others.length}` : ""}`;
}

function keepaliveText({ keepalive, findings, traps }: ConnectionReport, colours: Colours): string {
  const { red, yellow, green } = colours;
  if (findings.some(({ severity }) => severity === "problem")) return red(`${keepalive} !!`);
  const warned = traps?.some(({ severity }) => severity === "warning") ?? false;
  if (findings.length > 0 || warned) return yellow(`${keepalive} !`);
  if (traps !== null && traps.length > 0) return `${keepalive} -`;
  return keepalive === "on" ? green(keepalive) : keepalive;
}

function seconds(ms: number): string {
  return `${ms / 1000}`;
}

/** For a value that is not there: because there is none, or because it is not known. */
function unless(meaningless: boolean): string {
  return meaningless ? "-" : "?";
}

function findings(
  connections: readonly ConnectionReport[],
  maxRows: number,
  terminal: Terminal,
): readonly (readonly string[])[] {
  const lines = connections.flatMap((connection) =>
    connection.findings.map(({ severity, message }) => ({
      severity,
      text: `${whichText(connection)}: ${message}`,
    })),
  );
  if (lines.length === 0) return [];
  const problems = lines.filter(({ severity }) => severity === "problem");
  const bullets = problems.slice(0, maxRows).map(({ text }) => bullet("problem", [text], terminal));
  if (problems.length > maxRows)
    bullets.push(terminal.colours.dim(`  … ${problems.length - maxRows} more: --all shows them`));
  const doubts = lines.length - problems.length;
  // All doubts are of one kind, and the table marks them.
  const doubt = `${count(doubts, "connection", "connections")} without keepalive, marked "!": how long the peer has been silent could not be read`;
  if (doubts > 0) bullets.push(bullet("warning", [doubt], terminal));
  return [[heading("Findings", terminal.colours), ...bullets]];
}

function whichText(connection: ConnectionReport): string {
  const { local, peer } = connection;
  return `${processText(connection)}, ${formatEndpoint(local)} to ${formatEndpoint(peer)}`;
}

function unseen({ unseen }: DoctorReport, terminal: Terminal): readonly (readonly string[])[] {
  if (unseen.length === 0) return [];
  const lines = unseen.map(({ what, why, remedy }) =>
    bullet("note", [`${what}: ${why}`, `-> ${remedy}`], terminal),
  );
  return [[heading("Not seen", terminal.colours), ...lines]];
}
