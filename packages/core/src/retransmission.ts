/** What decides how long the kernel goes on retransmitting. */
export interface RetransmissionConditions {
  /** net.ipv4.tcp_retries2. Default 15, the kernel's. */
  readonly retries2?: number;
  /**
   * The retransmission time-out when the fault strikes: `rto` of `ss -ti` and TCP_INFO. Default 201: the kernel's
   * least, for it is the smoothed round trip plus TCP_RTO_MIN (200 ms) at least, rounded up to a tick.
   */
  readonly rtoMs?: number;
  /** net.ipv4.tcp_rto_max_ms (Linux 6.15 and later). Default 120 000, the kernel's TCP_RTO_MAX. */
  readonly rtoMaxMs?: number;
}

/** TCP_RTO_MIN, include/net/tcp.h: the base of the kernel's model, whatever the connection's own time-out. */
const MODEL_RTO_MS = 200;
/** TCP_RTO_MAX, include/net/tcp.h. */
export const RTO_MAX_MS = 120_000;
/** See {@link RetransmissionConditions.rtoMs}. */
export const RTO_LEAST_MS = 201;

/**
 * How long the kernel keeps retransmitting, counted from the first retransmission: the time that `retries2`
 * retransmissions, doubling from 200 ms, would take. It is a time and no count: 924 600 ms for 15, the default.
 *
 * Source: tcp_model_timeout, net/ipv4/tcp_timer.c.
 */
export function retransmissionLimitMs(retries2: number, rtoMaxMs = RTO_MAX_MS): number {
  const doublings = Math.floor(Math.log2(rtoMaxMs / MODEL_RTO_MS));
  const doubled = Math.min(retries2, doublings);
  return (2 ** (doubled + 1) - 1) * MODEL_RTO_MS + (retries2 - doubled) * rtoMaxMs;
}

/** Firings of the retransmission timer, counted from the first retransmission. */
export interface Firings {
  /** When the first of them come. */
  readonly firings: readonly number[];
  readonly count: number;
  readonly lastMs: number;
}

/**
 * When the retransmission timer fires after the first retransmission, timers on time, up to and with the first
 * firing that is not before `limitMs`: the time-out doubles each time, from twice `rtoMs` up to `rtoMaxMs`. A
 * limit of weeks has a million firings: at most `keep` are listed.
 *
 * Source: tcp_retransmit_timer, net/ipv4/tcp_timer.c.
 */
export function firingsUntil(limitMs: number, rtoMs: number, rtoMaxMs: number, keep: number): Firings {
  const firings: number[] = [];
  let count = 0;
  let lastMs = 0;
  let timeoutMs = rtoMs;
  do {
    timeoutMs = Math.min(2 * timeoutMs, rtoMaxMs);
    lastMs += timeoutMs;
    count++;
    if (count <= keep) firings.push(lastMs);
  } while (lastMs < limitMs);
  return { firings, count, lastMs };
}
