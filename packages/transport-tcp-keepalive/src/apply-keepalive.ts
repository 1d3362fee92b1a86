import type { Socket } from "node:net";
import { checkPartialKeepaliveSettings, type PartialKeepaliveSettings } from "@heartwire/core";
import { type Attempts, attemptAll, type KernelSettings, noAttempts } from "./keepalive-attempts.js";
import type { OptionKey } from "./option-numbers.js";
import { reportOption } from "./option-report.js";
import type { KeepaliveReport } from "./report.js";
import { requireObject } from "./require.js";
import { whyNoKeepalive } from "./socket-handle.js";
import { optionsOf, type SocketOptions } from "./socket-options.js";
import { type SystemCalls, systemCalls, type Unavailable } from "./system-calls.js";

/**
 * Turns the kernel's keepalive on for a connected socket, sets its options for real, and reads them back. A setting
 * that is absent is left as it is, which is the system's value unless somebody has set another: so `{}` is what
 * nginx calls `on`. Its outcome is `untouched`.
 *
 * The kernel counts idle time and interval in whole seconds, so fractions are rounded up, and the report says
 * so. The best means that is there is taken: Node's own four-argument `setKeepAlive` (24.19, 26.4 and later), if all
 * three are given; else setsockopt through koffi; else `setKeepAlive(true, idleMs)`, which on Linux forces the interval
 * to 1 s and the probes to 10. TCP_USER_TIMEOUT, and all reading back, need koffi. What could not be done is in the
 * report, never thrown: also a socket that is destroyed, not connected yet or no TCP, such as TLS over a stream that is
 * no socket, is only reported, with means `none`; and that of an HTTP/2 session, whose `setKeepAlive` throws, is set by
 * its descriptor. A few microseconds: at most nine system calls to set, five to read back.
 *
 * A later `setKeepAlive` by anybody else, such as that of `http.Agent`, replaces what was set here:
 * `enforceKeepalive` on the agent sets it again.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 * @throws TypeError when `socket` or `settings` is no object.
 */
export function applyKeepalive(socket: Socket, settings: PartialKeepaliveSettings): KeepaliveReport {
  return applyKeepaliveWith(socket, settings, systemCalls(), process.platform);
}

/** {@link applyKeepalive} with given means. */
export function applyKeepaliveWith(
  socket: Socket,
  settings: PartialKeepaliveSettings,
  calls: SystemCalls | Unavailable,
  platform: NodeJS.Platform,
): KeepaliveReport {
  checkPartialKeepaliveSettings(settings);
  requireObject("socket", socket, "a net.Socket");
  const wanted = inKernelUnits(settings);
  const why = whyNoKeepalive(socket, platform);
  const options: SocketOptions | Unavailable =
    why === undefined ? optionsOf(socket, calls, platform) : { kind: "unavailable", why };
  const attempts =
    why === undefined ? attemptAll(socket, wanted, options, platform) : noAttempts(wanted, why);
  return reportOf(settings, attempts, options);
}

function inKernelUnits({
  idleMs,
  intervalMs,
  probes,
  userTimeoutMs,
}: PartialKeepaliveSettings): KernelSettings {
  const wholeSeconds = (ms: number | undefined) => (ms === undefined ? undefined : Math.ceil(ms / 1000));
  return {
    idleSeconds: wholeSeconds(idleMs),
    intervalSeconds: wholeSeconds(intervalMs),
    probes,
    userTimeoutMs,
  };
}

function reportOf(
  settings: PartialKeepaliveSettings,
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
