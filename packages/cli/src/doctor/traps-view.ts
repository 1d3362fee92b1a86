import { formatDuration } from "../duration.js";
import type { Terminal } from "../terminal.js";
import { bullet, count, heading, paragraph } from "../text.js";
import type { SocketReading } from "./foreign-socket.js";
import type { ConnectionReport } from "./report.js";

/** What the timers that are on walk into, once for each setting; at most `maxGroups` of them. */
export function renderTraps(
  connections: readonly ConnectionReport[],
  maxGroups: number,
  terminal: Terminal,
): readonly (readonly string[])[] {
  const groups = new Map<string, ConnectionReport[]>();
  for (const connection of connections) {
    const { socket, traps } = connection;
    if (socket.kind === "unread" || traps === null || traps.length === 0) continue;
    // The same timers in another namespace may have other traps.
    const key = JSON.stringify([timersText(socket), traps]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [connection]);
    else group.push(connection);
  }
  if (groups.size === 0) return [];
  const lines = [...groups.values()].slice(0, maxGroups).flatMap((group) => renderGroup(group, terminal));
  const rest = groups.size - maxGroups;
  if (rest > 0)
    lines.push(terminal.colours.dim(`  … ${count(rest, "more setting", "more settings")}: --all shows them`));
  return [[heading("Traps of the timers that are on", terminal.colours), ...lines]];
}

function renderGroup(group: readonly ConnectionReport[], terminal: Terminal): readonly string[] {
  const { socket, traps } = group[0]!;
  const timers = socket.kind === "read" ? timersText(socket) : "";
  return [
    paragraph(`${timers}: ${count(group.length, "connection", "connections")}`, terminal),
    ...(traps ?? []).map(({ severity, message, advice }) =>
      bullet(severity, [message, `-> ${advice}`], terminal),
    ),
  ];
}

function timersText({ idleMs, intervalMs, probes, userTimeoutMs }: SocketReading): string {
  const userTimeout = userTimeoutMs > 0 ? `user timeout ${formatDuration(userTimeoutMs)}` : "no user timeout";
  return `${idleMs / 1000}/${intervalMs / 1000}/${probes}, ${userTimeout}`;
}
