import { requireDurationMs, requireInteger } from "./checks.js";
import { keepalivePeriodMs, late, unansweredProbes, wholeSecondsMs } from "./keepalive-timing.js";
import type { KeepaliveSettings } from "./policy.js";
import type { DetectionSpan } from "./prediction.js";
import {
  firingsUntil,
  type RetransmissionConditions,
  RTO_LEAST_MS,
  RTO_MAX_MS,
  retransmissionLimitMs,
} from "./retransmission.js";
import { checkKeepaliveSettings, type KeepaliveRange } from "./trust-kernel.js";

/** What else decides how long the kernel waits. */
export interface KeepaliveConditions extends RetransmissionConditions {
  /** Sent data waits for its acknowledgement: keepalive is then suspended. Default false. */
  readonly unacknowledgedData?: boolean;
  /** `system`: some of the settings are the system's, and may be beyond what a socket can be given. Default `socket`. */
  readonly range?: KeepaliveRange;
}

/** What ends the wait. */
export type KeepaliveDecision = "probes" | "user-timeout" | "retransmissions";

/** One thing that the kernel does while it hears nothing. */
export interface KeepaliveStep {
  /** Since the peer was last heard; with unacknowledged data, since that was sent. Timers on time. */
  readonly atMs: number;
  /**
   * `probe`: keepalive's. `loss-probe`: the tail loss probe (RFC 8985), the last segment once more.
   * `retransmission`: of unacknowledged data. `give-up`: the connection fails with ETIMEDOUT.
   */
  readonly what: "probe" | "loss-probe" | "retransmission" | "give-up";
}

/** What {@link keepaliveBound} returns. */
export interface KeepaliveBound {
  /** From the fault (or the first data sent after it) to ETIMEDOUT. */
  readonly detectionMs: DetectionSpan;
  readonly decidedBy: KeepaliveDecision;
  /** What happens when, in order, `give-up` last. At most {@link MAX_SCHEDULE_STEPS}. */
  readonly schedule: readonly KeepaliveStep[];
  /** How many steps before `give-up` are left out of {@link schedule}. */
  readonly omittedSteps: number;
}

/** 127 probes always fit; only a long user timeout with short intervals has more steps. */
export const MAX_SCHEDULE_STEPS = 256;

/**
 * How long the kernel takes to notice a peer that no longer acknowledges (a cut network, a host gone), at best and
 * at worst; what decides it; and what is sent meanwhile. A peer whose kernel still acknowledges is never noticed,
 * however hung its process. Data that the peer's closed window keeps from being sent is neither case.
 *
 * Idle, the kernel looks `idleMs` after the last thing heard (`intervalMs`, if that is longer and the last thing heard
 * was the answer to a probe), then each `intervalMs`. It sends a probe at each
 * look, and gives up at the first with `probes` unanswered ones; with a user timeout the number does not matter:
 * at the first look but one at least, at which that much time has passed since the last thing heard.
 *
 * With unacknowledged data keepalive is suspended. The first retransmission comes after one time-out, or two if a
 * tail loss probe went first. From there the time-out doubles, and the kernel gives up at the first firing after
 * {@link retransmissionLimitMs}; with a user timeout (from Linux 4.19) when that has passed, counted from the first
 * retransmission too.
 *
 * Source: tcp_keepalive_timer, tcp_retransmit_timer, retransmits_timed_out and tcp_clamp_rto_to_user_timeout in
 * net/ipv4/tcp_timer.c; tcp_send_loss_probe in net/ipv4/tcp_output.c.
 *
 * @throws RangeError when a setting or a condition is out of range, with its name and value.
 */
export function keepaliveBound(
  settings: KeepaliveSettings,
  conditions: KeepaliveConditions = {},
): KeepaliveBound {
  checkKeepaliveSettings(settings, conditions.range);
  const {
    unacknowledgedData = false,
    retries2 = 15,
    rtoMs = RTO_LEAST_MS,
    rtoMaxMs = RTO_MAX_MS,
  } = conditions;
  requireInteger("retries2", retries2, 0, 255);
  requireDurationMs("rtoMaxMs", rtoMaxMs, 1000, RTO_MAX_MS);
  requireDurationMs("rtoMs", rtoMs, 1, rtoMaxMs);
  if (!unacknowledgedData) return idleBound(settings);
  const { userTimeoutMs = 0 } = settings;
  return userTimeoutMs > 0
    ? userTimeoutBound(userTimeoutMs, rtoMs, rtoMaxMs)
    : retriesBound(retransmissionLimitMs(retries2, rtoMaxMs), rtoMs, rtoMaxMs);
}

/**
 * The last answer is 0 to `firstMs` old when the fault strikes. That is the idle time; but after a probe the timer
 * runs for an interval whatever comes, so where the interval is longer, an idle peer is looked at only so often.
 */
function idleBound(settings: KeepaliveSettings): KeepaliveBound {
  const { userTimeoutMs = 0 } = settings;
  const everyMs = wholeSecondsMs(settings.intervalMs);
  const afterDataMs = wholeSecondsMs(settings.idleMs);
  const firstMs = keepalivePeriodMs(settings);
  const byUserTimeout = userTimeoutMs > 0;
  const { fewest, most: looksAfterData } = unansweredProbes(settings);
  const looks = byUserTimeout ? Math.max(1, Math.ceil((userTimeoutMs - firstMs) / everyMs)) : looksAfterData;
  const bestMs = Math.max(fewest * everyMs, byUserTimeout ? userTimeoutMs - firstMs : 0);
  const worstMs = Math.max(firstMs + looks * everyMs, afterDataMs + looksAfterData * everyMs);
  return {
    detectionMs: { best: bestMs, mean: looks * everyMs + firstMs / 2, worst: late(worstMs) },
    decidedBy: byUserTimeout ? "user-timeout" : "probes",
    ...scheduleOf(
      "probe",
      looksAfterData,
      (index) => afterDataMs + index * everyMs,
      afterDataMs + looksAfterData * everyMs,
    ),
  };
}

/**
 * The fault finds the data under way for less than a round trip, so for less than a time-out: at best the wait is
 * what follows the first retransmission.
 */
function retriesBound(limitMs: number, rtoMs: number, rtoMaxMs: number): KeepaliveBound {
  const { firings, count, lastMs } = firingsUntil(limitMs, rtoMs, rtoMaxMs, MAX_SCHEDULE_STEPS);
  // Late timers may reach the limit a firing earlier.
  const earlyMs = firings.find((firingMs) => late(firingMs) >= limitMs) ?? lastMs;
  const bestMs = Math.max(earlyMs, limitMs);
  const worstMs = late(2 * rtoMs + lastMs);
  return {
    detectionMs: { best: bestMs, mean: (bestMs + worstMs) / 2, worst: worstMs },
    decidedBy: "retransmissions",
    ...retransmissionSchedule(rtoMs, firings, count, lastMs),
  };
}

/** The kernel cuts the last time-out short, so that it ends with the user timeout. */
function userTimeoutBound(userTimeoutMs: number, rtoMs: number, rtoMaxMs: number): KeepaliveBound {
  const { firings, count } = firingsUntil(userTimeoutMs, rtoMs, rtoMaxMs, MAX_SCHEDULE_STEPS);
  const worstMs = late(2 * rtoMs + userTimeoutMs);
  return {
    detectionMs: { best: userTimeoutMs, mean: (userTimeoutMs + worstMs) / 2, worst: worstMs },
    decidedBy: "user-timeout",
    ...retransmissionSchedule(rtoMs, firings, count, userTimeoutMs),
  };
}

/** `firings` count from the first retransmission; the last gives up, all others retransmit. */
function retransmissionSchedule(rtoMs: number, firings: readonly number[], count: number, giveUpMs: number) {
  const firstMs = 2 * rtoMs;
  return scheduleOf(
    "retransmission",
    count,
    (index) => firstMs + (index === 0 ? 0 : firings[index - 1]!),
    firstMs + giveUpMs,
    [{ atMs: rtoMs, what: "loss-probe" }],
  );
}

function scheduleOf(
  what: "probe" | "retransmission",
  count: number,
  atMs: (index: number) => number,
  giveUpMs: number,
  before: readonly KeepaliveStep[] = [],
): Pick<KeepaliveBound, "schedule" | "omittedSteps"> {
  const shown = Math.min(count, MAX_SCHEDULE_STEPS - before.length - 1);
  const steps = Array.from({ length: shown }, (_, index): KeepaliveStep => ({ atMs: atMs(index), what }));
  return {
    schedule: [...before, ...steps, { atMs: giveUpMs, what: "give-up" }],
    omittedSteps: count - shown,
  };
}
