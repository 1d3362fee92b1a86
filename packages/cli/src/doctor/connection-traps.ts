import {
  type KeepaliveFinding,
  lintKeepalive,
  type MiddleboxName,
  type SystemKeepalive,
} from "@heartwire/tcp-keepalive";
import { keepaliveStateOf } from "./diagnosis.js";
import type { SocketReading } from "./foreign-socket.js";
import type { Connection } from "./survey.js";

/** A trap that the timers of a connection walk into; what is behind it, `heartwire explain --json` says. */
export type ConnectionTrap = Pick<KeepaliveFinding, "code" | "severity" | "message" | "advice">;

/** What is known besides the sockets. */
export interface TrapContext {
  /** The network namespace whose settings `system` has. */
  readonly namespace: string;
  readonly system: SystemKeepalive;
  /** What is known to stand on the path. */
  readonly path?: readonly MiddleboxName[] | undefined;
}

/**
 * Judges the timers of connections, warnings first. `null`: keepalive is off, both ends are on this machine, or the
 * timers are not known.
 */
export function trapFinder(
  context: TrapContext,
): (connection: Connection) => readonly ConnectionTrap[] | null {
  // Of thousands of connections most have the same few timers.
  const known = new Map<string, readonly ConnectionTrap[] | null>();
  return (connection) => {
    const { socket, onThisMachine, namespace } = connection;
    if (socket.kind === "unread" || onThisMachine || keepaliveStateOf(connection) !== "on") return null;
    const key = [namespace, socket.idleMs, socket.intervalMs, socket.probes, socket.userTimeoutMs].join();
    const traps = known.has(key) ? known.get(key)! : trapsOf(socket, namespace, context);
    known.set(key, traps);
    return traps;
  };
}

function trapsOf(
  { idleMs, intervalMs, probes, userTimeoutMs }: SocketReading,
  namespace: string,
  context: TrapContext,
): readonly ConnectionTrap[] | null {
  const { system, path } = context;
  try {
    const findings = lintKeepalive(
      { idleMs, intervalMs, probes, userTimeoutMs },
      {
        range: "system",
        ...(system.kind === "read" && namespace === context.namespace && { system }),
        ...(path !== undefined && { path }),
      },
    );
    return findings.map(({ code, severity, message, advice }) => ({ code, severity, message, advice }));
  } catch (error) {
    // A system may have 0 seconds or probes, of which nothing can be reckoned.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
