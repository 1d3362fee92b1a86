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
