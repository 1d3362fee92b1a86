import type { Socket } from "node:net";
import { checkKeepaliveSettings, type KeepaliveSettings } from "@heartwire/core";
import { setIdleThroughNode, setThroughNode, takesFourArguments } from "./node-keepalive.js";
import type { OptionKey } from "./option-numbers.js";
import { type Attempt, reportOption } from "./option-report.js";
import type { KeepaliveReport } from "./report.js";
import { whyNotTcp } from "./socket-handle.js";
import { optionsOf, type SocketOptions, whyNotConnected } from "./socket-options.js";
import { type SystemCalls, systemCalls, type Unavailable } from "./system-calls.js";

type Attempts = Readonly<Record<Exclude<OptionKey, "enabled">, Attempt>>;

/** Settings in the kernel's own units. */
interface KernelSettings {
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
  readonly userTimeoutMs: number | undefined;
}

/**
 * Turns the kernel's keepalive on for a connected socket, sets its options for real, and reads them back.
 *
 * The kernel counts idle time and interval in whole seconds, so fractions are rounded up, and the report says
 * so. The best means that is there is taken: Node's own four-argument `setKeepAlive` (24.19, 26.4 and later);
 * else setsockopt through koffi; else `setKeepAlive(true, idleMs)`, which on Linux forces the interval to 1 s and
 * the probes to 10. TCP_USER_TIMEOUT, and all reading back, need koffi. What could not be done is in the report,
 * never thrown: also a socket that is destroyed, not connected yet or no TCP is only reported, with means `none`.
 * A few microseconds: at most nine system calls to set, five to read back.
 *
 * A later `setKeepAlive` by anybody else, such as that of `http.Agent`, replaces what was set here:
 * `enforceKeepalive` on the agent sets it again.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 */
export function applyKeepalive(socket: Socket, settings: KeepaliveSettings): KeepaliveReport {
  return applyKeepaliveWith(socket, settings, systemCalls(), process.platform);
}

/** {@link applyKeepalive} with given means. */
export function applyKeepaliveWith(
  socket: Socket,
  settings: KeepaliveSettings,
  calls: SystemCalls | Unavailable,
  platform: NodeJS.Platform,
): KeepaliveReport {
  checkKeepaliveSettings(settings);
  const wanted = inKernelUnits(settings);
  const why = whyNotConnected(socket) ?? whyNotTcp(socket);
  const options: SocketOptions | Unavailable =
    why === undefined ? optionsOf(socket, calls, platform) : { kind: "unavailable", why };
  const attempts = why === undefined ? setAll(socket, wanted, options, platform) : noAttempts(wanted, why);
  return reportOf(settings, attempts, options);
}

function inKernelUnits(settings: KeepaliveSettings): KernelSettings {
  return {
    idleSeconds: Math.ceil(settings.idleMs / 1000),
    intervalSeconds: Math.ceil(settings.intervalMs / 1000),
    probes: settings.probes,
    userTimeoutMs: settings.userTimeoutMs,
  };
}

function noAttempts(wanted: KernelSettings, why: string): Attempts {
  const failed: Attempt = { means: "none", problem: `not set: ${why}` };
  const userTimeout: Attempt = wanted.userTimeoutMs === undefined ? { means: "none" } : failed;
  return { idle: failed, interval: failed, probes: failed, userTimeout };
}

function setAll(
  socket: Socket,
  wanted: KernelSettings,
  options: SocketOptions | Unavailable,
  platform: NodeJS.Platform,
): Attempts {
  const userTimeout = setUserTimeout(wanted.userTimeoutMs, options);
  if (takesFourArguments(socket)) {
    setThroughNode(socket, wanted.idleSeconds, wanted.intervalSeconds, wanted.probes);
    const byNode: Attempt = { means: "node" };
    return { idle: byNode, interval: byNode, probes: byNode, userTimeout };
  }
  setIdleThroughNode(socket, wanted.idleSeconds);
  // After Node's call, which forces interval and probes. That call is made so that Node knows keepalive to be on:
  // else its setKeepAlive(false) would later make no system call, and leave it on.
  if (options.kind === "available") return { ...setThroughDescriptor(wanted, options), userTimeout };
  const why = `this Node cannot set it, and ${options.why}`;
  // What Node's plain call does to the other two is known of Linux only.
  const outcome = (forced: string) => (platform === "linux" ? `forced to ${forced}` : "not set");
  return {
    idle: { means: "node-idle-only" },
    interval: { means: "none", problem: `${outcome("1 s")}: ${why}` },
    probes: { means: "none", problem: `${outcome("10")}: ${why}` },
    userTimeout,
  };
}

function setUserTimeout(wantedMs: number | undefined, options: SocketOptions | Unavailable): Attempt {
  if (wantedMs === undefined) return { means: "none" };
  if (options.kind === "unavailable") return { means: "none", problem: `not set: ${options.why}` };
  return attempted(options.set("userTimeout", wantedMs));
}

function setThroughDescriptor(wanted: KernelSettings, options: SocketOptions): Omit<Attempts, "userTimeout"> {
  const idle = attempted(options.set("idle", wanted.idleSeconds));
  const interval = attempted(options.set("interval", wanted.intervalSeconds));
  const probes = attempted(options.set("probes", wanted.probes));
  return { idle, interval, probes };
}

function attempted(failure: string | undefined): Attempt {
  return failure === undefined ? { means: "ffi" } : { means: "none", problem: `not set: ${failure}` };
}

function reportOf(
  settings: KeepaliveSettings,
  attempts: Attempts,
  options: SocketOptions | Unavailable,
): KeepaliveReport {
  const read = (option: OptionKey): number | string =>
    options.kind === "available" ? options.get(option) : options.why;
  const { idleMs, intervalMs, probes, userTimeoutMs } = settings;
  const enabled = read("enabled");
  const userTimeout = read("userTimeout");
  const overrules = typeof userTimeout === "number" && userTimeout > 0;
  return Object.freeze({
    enabled: typeof enabled === "number" ? enabled !== 0 : undefined,
    idleMs: reportOption({ asked: idleMs, unit: 1000, attempt: attempts.idle, read: read("idle") }),
    intervalMs: reportOption({
      asked: intervalMs,
      unit: 1000,
      attempt: attempts.interval,
      read: read("interval"),
    }),
    probes: reportOption({
      asked: probes,
      unit: 1,
      attempt: attempts.probes,
      read: read("probes"),
      remark: overrules ? "a user timeout replaces the count of probes" : undefined,
    }),
    userTimeoutMs: reportOption({
      asked: userTimeoutMs,
      unit: 1,
      attempt: attempts.userTimeout,
      read: userTimeout,
    }),
  });
}
