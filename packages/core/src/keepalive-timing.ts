import type { KeepaliveSettings } from "./policy.js";

/**
 * A kernel timer is never early, and late by up to this share of its time: in the wheel's level n, which begins
 * at 63 × 8^(n-1) ticks, they are rounded up to 8^n ticks (calc_index and LVL_START, kernel/time/timer.c). Holds
 * from eight ticks up (80 ms at 100 Hz). Measured at 250 Hz: 2.4 % for 1 s.
 */
export const KERNEL_TIMER_LATENESS = 8 / 63;

/** A time of the kernel's after which a timer that is as late as can be fires. */
export const late = (ms: number): number => ms * (1 + KERNEL_TIMER_LATENESS);

/** What the kernel is given: it counts keepalive in seconds, so fractions are rounded up. */
export function wholeSecondsMs(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

/**
 * How often an idle peer that answers is asked, timers on time: the longer of idle time and interval, in whole
 * seconds. After a probe the kernel's timer runs for an interval whatever comes, and only then looks how long the
 * silence is (tcp_keepalive_timer, net/ipv4/tcp_timer.c). So this is also the longest silence before a probe.
 */
export function keepalivePeriodMs({
  idleMs,
  intervalMs,
}: Pick<KeepaliveSettings, "idleMs" | "intervalMs">): number {
  return Math.max(wholeSecondsMs(idleMs), wholeSecondsMs(intervalMs));
}

/** How many probes go unanswered before the kernel gives an idle connection up. */
export interface UnansweredProbes {
  /** Where the kernel's timers are as late as they can be, and reach a user timeout with fewer probes sent. */
  readonly fewest: number;
  /** Where they are on time. */
  readonly most: number;
}

/**
 * How many probes really go unanswered before the kernel gives an idle connection up. Without a user timeout that is
 * `probes`; with one that number does not matter, and it gives up at the first look, but one at least, at which the
 * user timeout has passed since the peer was last heard.
 */
export function unansweredProbes(settings: KeepaliveSettings): UnansweredProbes {
  const { intervalMs, probes, userTimeoutMs = 0 } = settings;
  if (userTimeoutMs === 0) return { fewest: probes, most: probes };
  const looks = (firstMs: number, lateness: number): number =>
    Math.max(1, Math.ceil((userTimeoutMs / lateness - firstMs) / wholeSecondsMs(intervalMs)));
  return {
    // The first look comes latest after a probe that was answered, and soonest after data.
    fewest: looks(keepalivePeriodMs(settings), late(1)),
    most: looks(wholeSecondsMs(settings.idleMs), 1),
  };
}
