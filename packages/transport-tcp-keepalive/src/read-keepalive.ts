import type { Socket } from "node:net";
import type { KeepaliveReading } from "./report.js";
import { whyNoKeepalive } from "./socket-handle.js";
import { optionsOf, type SocketOptions } from "./socket-options.js";
import { systemCalls } from "./system-calls.js";

/**
 * Reads what the kernel really holds for a connected socket. Needs koffi, and a system other than Windows:
 * Node itself cannot read any of it. Never throws; a few microseconds.
 */
export function readKeepalive(socket: Socket): KeepaliveReading {
  const why = whyNoKeepalive(socket, process.platform);
  if (why !== undefined) return { kind: "unreadable", why };
  const options = optionsOf(socket, systemCalls(), process.platform);
  return options.kind === "available" ? readAll(options) : { kind: "unreadable", why: options.why };
}

function readAll(options: SocketOptions): KeepaliveReading {
  const enabled = options.get("enabled");
  const idleSeconds = options.get("idle");
  const intervalSeconds = options.get("interval");
  const probes = options.get("probes");
  const userTimeoutMs = options.get("userTimeout");
  if (typeof enabled === "string") return { kind: "unreadable", why: enabled };
  if (typeof idleSeconds === "string") return { kind: "unreadable", why: idleSeconds };
  if (typeof intervalSeconds === "string") return { kind: "unreadable", why: intervalSeconds };
  if (typeof probes === "string") return { kind: "unreadable", why: probes };
  return {
    kind: "read",
    enabled: enabled !== 0,
    idleMs: idleSeconds * 1000,
    intervalMs: intervalSeconds * 1000,
    probes,
    userTimeoutMs: typeof userTimeoutMs === "string" ? undefined : userTimeoutMs,
  };
}
