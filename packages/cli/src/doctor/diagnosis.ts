import { formatDuration } from "../duration.js";
import { count } from "../text.js";
import type { Connection } from "./survey.js";

/** Something about a connection that somebody should look at. */
export interface Finding {
  readonly code: "no-keepalive" | "unanswered-probes" | "retransmitting";
  /** `problem`: it is so. `doubt`: it may be so; what would tell could not be read. */
  readonly severity: "problem" | "doubt";
  readonly message: string;
}

/** Whether the kernel probes a connection; `unknown`: another timer hides whether the probing one runs. */
export type KeepaliveState = "on" | "off" | "unknown";

/** What the socket says; else what the kernel's tables show. */
export function keepaliveStateOf({ socket, row }: Connection): KeepaliveState {
  if (socket.kind === "read") return socket.enabled ? "on" : "off";
  if (row.timer.kind === "keepalive") return "on";
  return row.timer.kind === "none" ? "off" : "unknown";
}

/**
 * When the kernel will send its next keepalive probe, if it hears nothing until then. `exact: false`: no sooner
 * than that; its timer is not moved when the peer is heard, but looks when it fires how long ago that was.
 */
export function nextProbeOf({ socket, row }: Connection): { inMs: number; exact: boolean } | undefined {
  if (row.timer.kind !== "keepalive") return undefined;
  const { expiresInMs } = row.timer;
  if (row.unansweredProbes > 0) return { inMs: expiresInMs, exact: true };
  if (socket.kind === "unread") return { inMs: expiresInMs, exact: false };
  return { inMs: Math.max(expiresInMs, socket.idleMs - socket.lastHeardMs), exact: true };
}

/**
 * What is wrong with a connection.
 *
 * @param quietMs silence from which on a connection without keepalive is a finding
 */
export function diagnose(connection: Connection, quietMs: number): readonly Finding[] {
  const { row } = connection;
  const findings: Finding[] = [];
  if (row.unansweredProbes > 0) {
    findings.push({
      code: "unanswered-probes",
      severity: "problem",
      message: `the peer has left ${count(row.unansweredProbes, "probe", "probes")} unanswered`,
    });
  }
  if (row.retransmits > 0) {
    findings.push({
      code: "retransmitting",
      severity: "problem",
      message: `the peer does not acknowledge: ${count(row.retransmits, "retransmission", "retransmissions")} so far`,
    });
  }
  return [...findings, ...missingKeepalive(connection, quietMs)];
}

function missingKeepalive(connection: Connection, quietMs: number): readonly Finding[] {
  if (keepaliveStateOf(connection) !== "off" || connection.onThisMachine) return [];
  const { socket } = connection;
  const code = "no-keepalive";
  if (socket.kind === "unread") {
    const message = "no keepalive; since when the peer is silent could not be read";
    return [{ code, severity: "doubt", message }];
  }
  if (socket.lastHeardMs < quietMs) return [];
  const silent = formatDuration(socket.lastHeardMs);
  const message = `no keepalive, and nothing heard for ${silent}: the kernel will not find out whether the peer is gone`;
  return [{ code, severity: "problem", message }];
}
