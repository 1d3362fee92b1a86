import { keepaliveBound } from "heartwire";

/** Copies beyond this are not worth counting: the last of them waits for minutes. */
const MAX_COPIES = 12;

/**
 * When the kernel sends the copies of one segment that is alone on its way, timers on time: at once, the tail loss
 * probe after one time-out, the first retransmission after another, and then twice as late each time. The schedule
 * of the core's `keepaliveBound`, which has the sources.
 *
 * @param rtoMs the retransmission time-out as the segment is sent; default the kernel's least
 */
export function copiesAtMs(rtoMs?: number): readonly number[] {
  // Idle time, interval and probes have no say in it.
  const { schedule } = keepaliveBound(
    { idleMs: 1000, intervalMs: 1000, probes: 1 },
    { unacknowledgedData: true, ...(rtoMs !== undefined && { rtoMs }) },
  );
  const sent = schedule.filter(({ what }) => what !== "give-up").map(({ atMs }) => atMs);
  return [0, ...sent].slice(0, MAX_COPIES);
}

/** The least retransmission time-out of the kernel. */
export const RTO_LEAST_MS = copiesAtMs()[1]!;

/** What a delayed acknowledgement adds to the round trip of a message that nobody answers: TCP_DELACK_MIN. */
export const DELAYED_ACK_MS = 40;

/**
 * How probable it is that a message on an idle TCP connection and its answer together take longer than `limitMs`,
 * each packet being lost on its own at `lossRate`. Either waits for the first of its copies that gets through:
 * copy n with probability (1 - lossRate) × lossRate^n, for both ends retransmit on their own. Whatever is sent
 * after it waits behind it, since after a retransmission a sender may have one segment on its way.
 */
export function lateAnswer(lossRate: number, limitMs: number, rtoMs?: number): number {
  const copies = copiesAtMs(rtoMs);
  let inTime = 0;
  for (const [there, thereMs] of copies.entries()) {
    for (const [back, backMs] of copies.entries()) {
      if (thereMs + backMs <= limitMs) inTime += (1 - lossRate) ** 2 * lossRate ** (there + back);
    }
  }
  return 1 - inTime;
}

/**
 * The same, by what loss does to the time-out. At least: nothing. At most: as long as a sample of `intervalMs` makes
 * it, which is the longest that a heartbeat yields, for what is unacknowledged by then is acknowledged with the next
 * one; and for as long as it takes to be forgotten. Such a sample needs an acknowledgement lost, and then the loss
 * probe or its answer too, at either end.
 *
 * From round trips near nothing a sample R makes the time-out R/8 + R; the variation in it, R, then shrinks by a
 * quarter each round until it is the least again (RFC 6298, 2.3; tcp_rtt_estimator, net/ipv4/tcp_input.c).
 */
export function lateAnswerSpan(
  lossRate: number,
  limitMs: number,
  intervalMs: number,
): { readonly least: number; readonly most: number } {
  return spanOf(lossRate, intervalMs, (rtoMs) => lateAnswer(lossRate, limitMs, rtoMs));
}

/**
 * How probable it is that a message on an idle TCP connection takes `limitMs` or longer, which nobody has to answer;
 * least and most as in {@link lateAnswerSpan}.
 *
 * @param intervalMs from one such message to the next
 */
export function lateMessageSpan(
  lossRate: number,
  limitMs: number,
  intervalMs: number,
): { readonly least: number; readonly most: number } {
  const lost = (rtoMs?: number) => copiesAtMs(rtoMs).filter((atMs) => atMs < limitMs).length;
  return spanOf(lossRate, intervalMs, (rtoMs) => lossRate ** lost(rtoMs));
}

function spanOf(
  lossRate: number,
  intervalMs: number,
  late: (rtoMs?: number) => number,
): { readonly least: number; readonly most: number } {
  const least = late();
  const inflatedMs = Math.max(RTO_LEAST_MS, 1.125 * intervalMs);
  const rounds = Math.max(0, Math.ceil(Math.log(intervalMs / RTO_LEAST_MS) / Math.log(4 / 3)));
  const sample = 2 * lossRate * (1 - (1 - lossRate) ** 2);
  const inflated = Math.min(1, rounds * sample);
  return { least, most: (1 - inflated) * least + inflated * late(inflatedMs) };
}

/** The wait of a segment whose first `ms` no copy survives. Infinity: longer than is worth counting. */
export function firstCopyAfterMs(ms: number, rtoMs?: number): number {
  return copiesAtMs(rtoMs).find((atMs) => atMs >= ms) ?? Number.POSITIVE_INFINITY;
}

/** The last copy of a segment that is sent within `ms`. */
export function lastCopyWithinMs(ms: number, rtoMs?: number): number {
  return (
    copiesAtMs(rtoMs)
      .filter((atMs) => atMs <= ms)
      .at(-1) ?? 0
  );
}
