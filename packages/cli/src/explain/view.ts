import type { KeepaliveStep } from "@heartwire/core";
import type { KeepaliveFinding } from "@heartwire/tcp-keepalive";
import { formatDuration } from "../duration.js";
import type { Colours, Terminal } from "../terminal.js";
import { bullet, heading } from "../text.js";
import type { ExplainReport, Outcome, Sourced } from "./report.js";

/** The report for people. */
export function renderExplanation(report: ExplainReport, terminal: Terminal): string {
  const { colours } = terminal;
  const sections = [
    [heading(`so_keepalive=${report.setting}`, colours), ...meaning(report)],
    [heading("A peer that vanishes is noticed", colours), ...outcomes(report, colours)],
    ...timeline(report, colours),
    [heading("On the wire", colours), wire(report)],
    ...traps(report, terminal),
    [heading("The same elsewhere", colours), ...equivalents(report, colours)],
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function meaning({ settings, userTimeoutMs }: ExplainReport): readonly string[] {
  const userTimeout =
    userTimeoutMs > 0
      ? `user timeout  ${formatDuration(userTimeoutMs)} that sent data may stay unacknowledged (given)`
      : "user timeout  none: how long data is retransmitted is the system's decision";
  if (settings === null) return ["  keepalive is off: the kernel sends no probes", `  ${userTimeout}`];
  const { idleMs, intervalMs, probes } = settings;
  return [
    `  idle          ${sourced(idleMs, formatDuration, "tcp_keepalive_time")}: silence before the first probe`,
    `  interval      ${sourced(intervalMs, formatDuration, "tcp_keepalive_intvl")}: between unanswered probes`,
    `  probes        ${sourced(probes, String, "tcp_keepalive_probes")}: unanswered, until the kernel gives up`,
    `  ${userTimeout}`,
  ];
}

function sourced(sourced: Sourced, format: (value: number) => string, sysctl: string): string {
  switch (sourced.from) {
    case "given":
      return `${format(sourced.value)} (given)`;
    case "system":
      return `${format(sourced.value)} (this system's net.ipv4.${sysctl})`;
    case "unknown":
      return `unknown (the system's net.ipv4.${sysctl}, which could not be read)`;
  }
}

function outcomes({ outcomes }: ExplainReport, colours: Colours): readonly string[] {
  return [
    `  nothing on its way    ${outcomeText(outcomes.idle, colours)}`,
    `  data unacknowledged   ${outcomeText(outcomes.unacknowledgedData, colours)}`,
    `  its process hangs     ${outcomeText(outcomes.hungProcess, colours)}`,
  ];
}

const DECIDED_BY = {
  probes: "the unanswered probes decide",
  "user-timeout": "the user timeout decides",
  retransmissions: "net.ipv4.tcp_retries2 decides, whatever keepalive says",
};

function outcomeText(outcome: Outcome, { bold, red, dim }: Colours): string {
  switch (outcome.kind) {
    case "noticed": {
      const { best, worst } = outcome.detectionMs;
      const span = `after ${formatDuration(best)} to ${bold(formatDuration(worst))}`;
      return `${span} ${dim(`(${DECIDED_BY[outcome.decidedBy]})`)}`;
    }
    case "never":
      return `${red("never")} ${dim(`(${outcome.why})`)}`;
    case "unknown":
      return `unknown ${dim(`(${outcome.why})`)}`;
  }
}

function timeline({ outcomes: { idle } }: ExplainReport, colours: Colours): readonly (readonly string[])[] {
  if (idle.kind !== "noticed") return [];
  const shown = abridge(idle.schedule, idle.omittedSteps);
  const width = Math.max(
    ...shown.map((step) => (typeof step === "number" ? 0 : formatDuration(step.atMs).length)),
  );
  const lines = shown.map((step) => {
    if (typeof step === "number") return colours.dim(`  … ${step} more`);
    const text = step.what === "give-up" ? "gives up: the socket fails with ETIMEDOUT" : "a probe";
    return `  ${formatDuration(step.atMs).padStart(width)}  ${text}`;
  });
  return [[heading("After the last thing heard, when idle", colours), ...lines]];
}

/** The first three steps and the last two; a number stands for the steps between. */
function abridge(steps: readonly KeepaliveStep[], omitted: number): readonly (KeepaliveStep | number)[] {
  const between = steps.length + omitted - 5;
  return between <= 1 && omitted === 0 ? steps : [...steps.slice(0, 3), between, ...steps.slice(-2)];
}

function wire({ octetsPerDay }: ExplainReport): string {
  if (octetsPerDay === null) return "  unknown";
  if (octetsPerDay === 0) return "  nothing";
  const octets = octetsPerDay.toLocaleString("en-US").replaceAll(",", " ");
  return `  ${octets} octets of Ethernet a day for an idle connection: probes and their answers; none while data flows`;
}

function traps({ traps }: ExplainReport, terminal: Terminal): readonly (readonly string[])[] {
  if (traps === null || traps.length === 0) return [];
  return [[heading("Traps", terminal.colours), ...traps.map((trap) => renderTrap(trap, terminal))]];
}

/** What happens, and what to do about it. */
function renderTrap({ severity, message, advice }: KeepaliveFinding, terminal: Terminal): string {
  return bullet(severity, [message, `-> ${advice}`], terminal);
}

function equivalents({ equivalents }: ExplainReport, { dim }: Colours): readonly string[] {
  return equivalents.flatMap(({ name, lines, note }) => [
    `  ${name}${note === undefined ? "" : dim(` (${note})`)}`,
    ...lines.map((line) => `    ${line}`),
  ]);
}
