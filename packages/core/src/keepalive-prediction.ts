import type { KeepaliveSettings } from "./policy.js";
import type { DetectionSpan } from "./prediction.js";

/** What else decides how long the kernel waits. */
export interface KeepaliveConditions {
  /** Sent data waits for its acknowledgement: keepalive is then suspended. Default false. */
  readonly unacknowledgedData?: boolean;
  /** net.ipv4.tcp_retries2. Default 15, the kernel's. */
  readonly retries2?: number;
  /** The retransmission time-out when the fault strikes. Default 200, the kernel's least (TCP_RTO_MIN). */
  readonly rtoMs?: number;
}

/** The retransmission time-out grows no longer than this (TCP_RTO_MAX, include/net/tcp.h). */
const RTO_MAX_MS = 120_000;

/** The kernel's timer wheel fires up to an eighth of the time-out late, never early (kernel/time/timer.c). */
const WHEEL_SLACK = 1 / 8;

/**
 * How long the kernel takes to notice a peer that no longer acknowledges: a cut network, a host gone. A peer
 * whose kernel still acknowledges, however hung its process, is never noticed.
 *
 * Source: tcp_keepalive_timer and retransmits_timed_out in net/ipv4/tcp_timer.c.
 */
export function keepaliveDetection(
  settings: KeepaliveSettings,
  conditions: KeepaliveConditions = {},
): DetectionSpan {
  return conditions.unacknowledgedData === true
    ? retransmissionSpan(settings, conditions)
    : idleSpan(settings);
}

/**
 * The last answer is 0 to `idleMs` old when the fault strikes. The kernel looks at `idleMs`, and then at each
 * `intervalMs`: it gives up at the look after the last allowed probe; a user timeout, if set, replaces the
 * number of probes, at the first look (but one probe at least) at which that much time has passed.
 */
function idleSpan(settings: KeepaliveSettings): DetectionSpan {
  const { probes, userTimeoutMs = 0 } = settings;
  const idleMs = wholeSecondsMs(settings.idleMs);
  const intervalMs = wholeSecondsMs(settings.intervalMs);
  const looks = userTimeoutMs > 0 ? Math.max(1, Math.ceil((userTimeoutMs - idleMs) / intervalMs)) : probes;
  const bestMs = looks * intervalMs;
  return {
    best: bestMs,
    mean: bestMs + idleMs / 2,
    worst: (idleMs + bestMs) * (1 + WHEEL_SLACK),
  };
}

/** What the kernel is given: it counts keepalive in seconds. */
function wholeSecondsMs(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}

/**
 * With data in flight the retransmission timer alone decides. It doubles from `rtoMs` up to two minutes; the
 * kernel gives up at the first firing after the time that `retries2` doublings from TCP_RTO_MIN would take,
 * so up to one more time-out later. A user timeout is honoured to within two retransmission time-outs.
 */
function retransmissionSpan(
  { userTimeoutMs = 0 }: KeepaliveSettings,
  { retries2 = 15, rtoMs = 200 }: KeepaliveConditions,
): DetectionSpan {
  const boundMs = userTimeoutMs > 0 ? userTimeoutMs : backoffMs(retries2);
  const lastRtoMs = userTimeoutMs > 0 ? 2 * rtoMs : Math.min(boundMs + 2 * rtoMs, RTO_MAX_MS);
  const worst = (boundMs + lastRtoMs) * (1 + WHEEL_SLACK);
  return { best: boundMs, mean: (boundMs + worst) / 2, worst };
}

/** The sum of a doubling time-out over the first transmission and its retransmissions. */
function backoffMs(retransmissions: number): number {
  let sumMs = 0;
  for (
    let count = 0, rtoMs = 200;
    count <= retransmissions;
    count++, rtoMs = Math.min(2 * rtoMs, RTO_MAX_MS)
  ) {
    sumMs += rtoMs;
  }
  return sumMs;
}
