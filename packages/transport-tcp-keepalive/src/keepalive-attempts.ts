import type { Socket } from "node:net";
import { keepThroughNode, type WantedProbing } from "./node-keepalive.js";
import type { OptionKey } from "./option-numbers.js";
import type { Attempt } from "./option-report.js";
import type { SocketOptions } from "./socket-options.js";
import type { Unavailable } from "./system-calls.js";

/** What was tried, for each option. */
export type Attempts = Readonly<Record<Exclude<OptionKey, "enabled">, Attempt>>;

/** Settings in the kernel's own units; `undefined` leaves an option as it is. */
export interface KernelSettings extends WantedProbing {
  readonly userTimeoutMs: number | undefined;
}

type Probing = Omit<Attempts, "userTimeout">;

/** Nothing was tried, on a socket that cannot have keepalive. */
export function noAttempts(wanted: KernelSettings, why: string): Attempts {
  return { ...allOfProbing(wanted, why), userTimeout: unlessAbsent(wanted.userTimeoutMs, why) };
}

/** Turns keepalive on and sets what is wanted, by the best means there is. Never throws. */
export function attemptAll(
  socket: Socket,
  wanted: KernelSettings,
  options: SocketOptions | Unavailable,
  platform: NodeJS.Platform,
): Attempts {
  const probing = attemptProbing(socket, wanted, options, platform);
  // Last: without keepalive on, it would be half a setting.
  return { ...probing, userTimeout: attempt("userTimeout", wanted.userTimeoutMs, options) };
}

function attemptProbing(
  socket: Socket,
  wanted: KernelSettings,
  options: SocketOptions | Unavailable,
  platform: NodeJS.Platform,
): Probing {
  const byDescriptor = options.kind === "available";
  const node = keepThroughNode(socket, wanted, byDescriptor ? "by-descriptor" : "not-at-all");
  if (node.kind === "set-all") {
    return { idle: { means: "node" }, interval: { means: "node" }, probes: { means: "node" } };
  }
  if (byDescriptor) {
    if (node.kind === "refused") options.set("enabled", 1);
    return {
      idle: attempt("idle", wanted.idleSeconds, options),
      interval: attempt("interval", wanted.intervalSeconds, options),
      probes: attempt("probes", wanted.probes, options),
    };
  }
  if (node.kind === "refused") return allOfProbing(wanted, `${node.why}, and ${options.why}`);
  if (node.kind === "turned-on")
    return allOfProbing(wanted, `this Node cannot set it alone, and ${options.why}`);
  const why = `${node.whyNotAll}, and ${options.why}`;
  return {
    idle: { means: "node-idle-only" },
    interval: notLeftAlone(wanted.intervalSeconds, "1 s", why, platform),
    probes: notLeftAlone(wanted.probes, "10", why, platform),
  };
}

/** What Node's plain call does to interval and probes is known of Linux only: there it forces them. */
function notLeftAlone(
  wanted: number | undefined,
  forced: string,
  why: string,
  platform: NodeJS.Platform,
): Attempt {
  if (platform !== "linux") return { means: "none", problem: `left to Node, unknown here: ${why}` };
  const problem = `forced to ${forced}: ${why}`;
  return { means: "none", problem, ...(wanted === undefined && { touched: true }) };
}

function attempt(
  option: OptionKey,
  wanted: number | undefined,
  options: SocketOptions | Unavailable,
): Attempt {
  if (wanted === undefined) return { means: "none" };
  if (options.kind === "unavailable") return { means: "none", problem: `not set: ${options.why}` };
  const failure = options.set(option, wanted);
  return failure === undefined ? { means: "ffi" } : { means: "none", problem: `not set: ${failure}` };
}

function allOfProbing(wanted: KernelSettings, why: string): Probing {
  return {
    idle: unlessAbsent(wanted.idleSeconds, why),
    interval: unlessAbsent(wanted.intervalSeconds, why),
    probes: unlessAbsent(wanted.probes, why),
  };
}

function unlessAbsent(wanted: number | undefined, why: string): Attempt {
  return wanted === undefined ? { means: "none" } : { means: "none", problem: `not set: ${why}` };
}
