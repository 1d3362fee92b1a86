import type { Socket } from "node:net";
import { codeOf } from "./socket-handle.js";

/** What is to be set, in the kernel's own units; `undefined` leaves it as it is. */
export interface WantedProbing {
  readonly idleSeconds: number | undefined;
  readonly intervalSeconds: number | undefined;
  readonly probes: number | undefined;
}

/**
 * What Node did: `set-all`, idle time, interval and probes; `set-idle`, the idle time, and forced the other two;
 * `turned-on`, no more than that; `refused`, it threw. It hides the kernel's refusals: read back.
 */
export type NodeOutcome =
  | { readonly kind: "set-all" }
  | { readonly kind: "set-idle"; readonly whyNotAll: string }
  | { readonly kind: "turned-on" }
  | { readonly kind: "refused"; readonly why: string };

/** `setKeepAlive` as of Node 24.19 and 26.4, all times in milliseconds. */
interface FourArgumentKeepalive {
  setKeepAlive(enable: boolean, initialDelay: number, interval: number, count: number): unknown;
}

/**
 * Turns keepalive on through Node, so that Node knows it to be on: else its `setKeepAlive(false)` would later make no
 * system call, and leave it on. Sets as much as this Node can. `others`: whether the rest can be set by descriptor;
 * then nothing is touched here that was not asked for.
 */
export function keepThroughNode(
  socket: Socket,
  wanted: WantedProbing,
  others: "by-descriptor" | "not-at-all",
): NodeOutcome {
  const { idleSeconds, intervalSeconds, probes } = wanted;
  try {
    const four = socket.setKeepAlive.length === 4;
    forgetCache(socket);
    if (four && idleSeconds !== undefined && intervalSeconds !== undefined && probes !== undefined) {
      const { setKeepAlive } = socket as unknown as FourArgumentKeepalive;
      setKeepAlive.call(socket, true, idleSeconds * 1000, intervalSeconds * 1000, probes);
      return { kind: "set-all" };
    }
    if (others === "by-descriptor" || idleSeconds === undefined) {
      socket.setKeepAlive(true);
      return { kind: "turned-on" };
    }
    socket.setKeepAlive(true, idleSeconds * 1000);
    return {
      kind: "set-idle",
      whyNotAll: four ? "Node sets all three or the idle time alone" : "this Node cannot set it",
    };
  } catch (error) {
    return { kind: "refused", why: `Node refuses (${codeOf(error)})` };
  }
}

/**
 * Node makes no system call when it is asked for what it was last asked for, even if that failed or was
 * overwritten since. Off and on again is never the same twice.
 */
function forgetCache(socket: Socket): void {
  socket.setKeepAlive(false);
}
