import {
  KERNEL_TIMER_LATENESS,
  type KeepaliveSettings,
  keepaliveBound,
  MAX_KEEPALIVE_TIME_MS,
  requireDurationMs,
  retransmissionLimitMs,
} from "@heartwire/core";

/** What {@link suggestSysctl} returns. */
export interface SysctlSuggestion {
  /** For a file in /etc/sysctl.d; the reasons are comments. */
  readonly lines: readonly string[];
  readonly settings: KeepaliveSettings;
  readonly retries2: number;
  /** The worst case of an idle connection, timers late: at most what was asked for. */
  readonly idleWithinMs: number;
  /** The worst case with unacknowledged data and no user timeout. May be longer than what was asked for. */
  readonly unacknowledgedWithinMs: number;
}

/** Below this the system's settings are the wrong tool: they hold for every program that turns keepalive on. */
const LEAST_DETECTION_MS = 10_000;
/** RFC 1122 4.2.3.5 asks for 100 s at least (SHOULD); by the kernel's documentation (ip-sysctl) that takes 8. */
const LEAST_RETRIES2 = 8;
/** The kernel's own. */
const DEFAULT_RETRIES2 = 15;
/** As many lost probes in a row are no accident: at 1 % loss each way, once in 3 × 10^8 times. */
const MOST_PROBES = 5;

/**
 * Settings for a whole system, so that an idle connection with keepalive on is found dead within `detectWithinMs`,
 * timers late and all: half of it idle time, half for four or five probes. net.ipv4.tcp_retries2 is lowered too,
 * where that helps, but never below 8 (RFC 1122).
 *
 * @throws RangeError unless `detectWithinMs` is 10 000 to 65 534 000: for less, set the sockets that need it, or
 * send heartbeats.
 */
export function suggestSysctl({ detectWithinMs }: { readonly detectWithinMs: number }): SysctlSuggestion {
  requireDurationMs("detectWithinMs", detectWithinMs, LEAST_DETECTION_MS, 2 * MAX_KEEPALIVE_TIME_MS);
  const settings = settingsWithin(detectWithinMs);
  const retries2 = retries2Within(detectWithinMs);
  const idle = keepaliveBound(settings);
  const data = keepaliveBound(settings, { unacknowledgedData: true, retries2 });
  const idleWithinMs = idle.detectionMs.worst;
  const unacknowledgedWithinMs = data.detectionMs.worst;
  const { idleMs, intervalMs, probes } = settings;
  const atLeast = retries2 === LEAST_RETRIES2 ? ", and RFC 1122 asks for 100 s at least" : "";
  const lines = [
    `# An idle connection with SO_KEEPALIVE is found dead within ${seconds(idleWithinMs)} s, and survives an outage of`,
    `# ${seconds((probes - 1) * intervalMs)} s. Programs that set their own values keep them; those that leave keepalive off stay without.`,
    "# Each container has its own settings. An open connection follows within its old idle time.",
    `net.ipv4.tcp_keepalive_time = ${idleMs / 1000}`,
    `net.ipv4.tcp_keepalive_intvl = ${intervalMs / 1000}`,
    `net.ipv4.tcp_keepalive_probes = ${probes}`,
    "# While sent data is unacknowledged keepalive is suspended, and retransmission decides: within",
    `# ${seconds(unacknowledgedWithinMs)} s on a near path${atLeast}. For a single socket TCP_USER_TIMEOUT decides.`,
    `net.ipv4.tcp_retries2 = ${retries2}`,
  ];
  return { lines, settings, retries2, idleWithinMs, unacknowledgedWithinMs };
}

function settingsWithin(detectWithinMs: number): KeepaliveSettings {
  const budget = Math.floor(detectWithinMs / (1 + KERNEL_TIMER_LATENESS) / 1000);
  const half = Math.floor(budget / 2);
  const probes = Math.min(MOST_PROBES, half);
  const interval = Math.floor(half / probes);
  const idleMs = Math.min((budget - probes * interval) * 1000, MAX_KEEPALIVE_TIME_MS);
  return { idleMs, intervalMs: interval * 1000, probes };
}

/** The most retries whose worst case on a near path is within the time. */
function retries2Within(detectWithinMs: number): number {
  for (let retries2 = DEFAULT_RETRIES2; retries2 > LEAST_RETRIES2; retries2--) {
    if (retransmissionLimitMs(retries2) > detectWithinMs) continue;
    const settings = settingsWithin(detectWithinMs);
    const { worst } = keepaliveBound(settings, { unacknowledgedData: true, retries2 }).detectionMs;
    if (worst <= detectWithinMs) return retries2;
  }
  return LEAST_RETRIES2;
}

function seconds(ms: number): string {
  return String(Math.ceil(ms / 1000));
}
