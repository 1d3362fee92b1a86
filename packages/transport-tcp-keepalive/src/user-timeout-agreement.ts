import {
  KERNEL_TIMER_LATENESS,
  type KeepaliveSettings,
  keepalivePeriodMs,
  MAX_USER_TIMEOUT_MS,
  wholeSecondsMs,
} from "@heartwire/core";

/** Settings under which a user timeout and the count of probes say the same. */
export interface UserTimeoutAgreement {
  readonly userTimeoutMs: number;
  readonly intervalMs: number;
  readonly probes: number;
  /** Interval and probes are as they were: a user timeout alone can agree with them. */
  readonly asGiven: boolean;
}

const LATE = 1 + KERNEL_TIMER_LATENESS;
/** With more, late timers of the probes alone are a whole interval late. */
const MOST_EXACT_PROBES = Math.ceil(1 / KERNEL_TIMER_LATENESS) - 1;

/**
 * The user timeout under which exactly `probes` go unanswered: more than late timers take for all but the last wait, so
 * that they do not reach it one probe earlier, and no more than timers on time take for all. Where the idle time is
 * long and the interval short there is none: a late idle timer alone outlasts an interval. Then the nearest interval
 * for which there is one (longer; or, if it is above the idle time, as long as that), with at most seven probes.
 * `undefined`: no user timeout is as long as the idle time, which only a system's can be.
 */
export function userTimeoutAgreement(settings: KeepaliveSettings): UserTimeoutAgreement | undefined {
  const { idleMs, intervalMs, probes } = settings;
  const given = agreeing(settings);
  if (given !== undefined) return { userTimeoutMs: given, intervalMs, probes, asGiven: true };
  const fewer = Math.min(probes, MOST_EXACT_PROBES);
  const wholeIdleMs = wholeSecondsMs(idleMs);
  const tooShortMs = (wholeIdleMs * KERNEL_TIMER_LATENESS) / (1 - (fewer - 1) * KERNEL_TIMER_LATENESS);
  const leastMs = (Math.floor(tooShortMs / 1000) + 1) * 1000;
  // One second more, where that figure is exact, and so not enough.
  const nearest = intervalMs > wholeIdleMs ? [wholeIdleMs] : [leastMs, leastMs + 1000];
  for (const anotherMs of [intervalMs, ...nearest]) {
    const userTimeoutMs = agreeing({ idleMs, intervalMs: anotherMs, probes: fewer });
    if (userTimeoutMs === undefined) continue;
    return { userTimeoutMs, intervalMs: anotherMs, probes: fewer, asGiven: false };
  }
  return undefined;
}

/** The longest user timeout under which exactly as many probes go unanswered; `undefined`: there is none. */
function agreeing(settings: KeepaliveSettings): number | undefined {
  const intervalMs = wholeSecondsMs(settings.intervalMs);
  const mostMs = Math.min(
    MAX_USER_TIMEOUT_MS,
    wholeSecondsMs(settings.idleMs) + intervalMs * settings.probes,
  );
  const tooShortMs = (keepalivePeriodMs(settings) + intervalMs * (settings.probes - 1)) * LATE;
  return mostMs > tooShortMs ? mostMs : undefined;
}
