import { requireDurationMs, requireInteger } from "./checks.js";
import type { KeepaliveSettings, Policy, PolicyFactory } from "./policy.js";

/** Keepalive's idle time and interval are whole seconds, 1 to 32767 (MAX_TCP_KEEPIDLE, include/net/tcp.h). */
export const MAX_KEEPALIVE_TIME_MS = 32_767_000;
/** The most probes (MAX_TCP_KEEPCNT, include/net/tcp.h). */
export const MAX_KEEPALIVE_PROBES = 127;
/** TCP_USER_TIMEOUT is a C int of milliseconds. */
export const MAX_USER_TIMEOUT_MS = 0x7fff_ffff;

/** What sysctl takes for keepalive's times, in seconds: they are C ints. Linux lets a system have more than a socket. */
const MAX_SYSTEM_TIME_MS = 0x7fff_ffff * 1000;
/** net.ipv4.tcp_keepalive_probes is an octet. */
const MAX_SYSTEM_PROBES = 255;

/** Whose values settings are: given to a `socket`, or in part those of the `system`, whose range is wider. */
export type KeepaliveRange = "socket" | "system";

/**
 * Checks settings against the kernel's ranges: what a socket can be given, or, for the range `system`, what sysctl
 * takes (times up to 2^31 − 1 s, 255 probes).
 *
 * @throws TypeError when there are none.
 * @throws RangeError with the option's name and value.
 */
export function checkKeepaliveSettings(settings: KeepaliveSettings, range: KeepaliveRange = "socket"): void {
  requireSettings(settings);
  const mostMs = range === "system" ? MAX_SYSTEM_TIME_MS : MAX_KEEPALIVE_TIME_MS;
  const mostProbes = range === "system" ? MAX_SYSTEM_PROBES : MAX_KEEPALIVE_PROBES;
  requireDurationMs("idleMs", settings.idleMs, 1, mostMs);
  requireDurationMs("intervalMs", settings.intervalMs, 1, mostMs);
  requireInteger("probes", settings.probes, 1, mostProbes);
  if (settings.userTimeoutMs !== undefined) {
    requireInteger("userTimeoutMs", settings.userTimeoutMs, 0, MAX_USER_TIMEOUT_MS);
  }
}

/** Settings for a socket that leave what is absent as it is: the system's, unless somebody has set it. */
export type PartialKeepaliveSettings = Partial<KeepaliveSettings>;

/**
 * Checks those settings that are given against what a socket can be given.
 *
 * @throws TypeError when `settings` is no object.
 * @throws RangeError with the option's name and value.
 */
export function checkPartialKeepaliveSettings(settings: PartialKeepaliveSettings): void {
  requireSettings(settings);
  const unused: KeepaliveSettings = { idleMs: 1, intervalMs: 1, probes: 1 };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  checkKeepaliveSettings({ ...unused, ...Object.fromEntries(given) });
}

function requireSettings(settings: unknown): void {
  if (typeof settings === "object" && settings !== null) return;
  throw new TypeError(
    `settings must be an object such as { idleMs: 10_000, intervalMs: 5000, probes: 3 }, not ${settings}`,
  );
}

/**
 * Leaves sending and judging to the kernel: no heartbeat, no verdict of our own. A death is what the socket
 * reports. `settings` are those given to the socket; predictions are made from them.
 *
 * @throws RangeError when a setting is outside the kernel's range.
 */
export function trustKernel(settings: KeepaliveSettings): PolicyFactory {
  checkKeepaliveSettings(settings);
  const policy: Policy = {
    name: "trust-kernel",
    mode: "listen",
    intervalMs: Number.POSITIVE_INFINITY,
    suspectAfterMs: Number.POSITIVE_INFINITY,
    deadAfterMs: Number.POSITIVE_INFINITY,
    confirmIntervalMs: Number.POSITIVE_INFINITY,
    kernel: Object.freeze({ ...settings }),
  };
  return () => policy;
}
