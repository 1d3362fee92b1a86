import { requireDurationMs, requireInteger } from "./checks.js";
import type { KeepaliveSettings, Policy, PolicyFactory } from "./policy.js";

/** Keepalive's idle time and interval are whole seconds, 1 to 32767 (MAX_TCP_KEEPIDLE, include/net/tcp.h). */
export const MAX_KEEPALIVE_TIME_MS = 32_767_000;
/** The most probes (MAX_TCP_KEEPCNT, include/net/tcp.h). */
export const MAX_KEEPALIVE_PROBES = 127;
/** TCP_USER_TIMEOUT is a C int of milliseconds. */
export const MAX_USER_TIMEOUT_MS = 0x7fff_ffff;

/**
 * Checks settings against the kernel's ranges.
 *
 * @throws RangeError with the option's name and value.
 */
export function checkKeepaliveSettings(settings: KeepaliveSettings): void {
  requireDurationMs("idleMs", settings.idleMs, 1, MAX_KEEPALIVE_TIME_MS);
  requireDurationMs("intervalMs", settings.intervalMs, 1, MAX_KEEPALIVE_TIME_MS);
  requireInteger("probes", settings.probes, 1, MAX_KEEPALIVE_PROBES);
  requireInteger("userTimeoutMs", settings.userTimeoutMs ?? 0, 0, MAX_USER_TIMEOUT_MS);
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
