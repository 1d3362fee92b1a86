import type { Policy } from "./policy.js";

/** Beats and probes go out at 75 to 100 % of the interval (RFC 5880, 6.8.7): never late, never in step. */
export const JITTER_FLOOR = 0.75;

/** Sends of all peers fall on so many instants of an interval, the same for all of one policy. */
const SEND_GRID = 16;
const TRIFLE = 1e-9;

/**
 * Waits of 75 to 100 % of an interval, evenly spread and then rounded to the grid of sends, have this mean and this
 * standard deviation: 12, 13, 14, 15 and 16 sixteenths, the outer ones half as often.
 */
export const JITTER_MEAN = (1 + JITTER_FLOOR) / 2;
export const JITTER_SIGMA = Math.sqrt(1.5) / SEND_GRID;

/**
 * Confirming probes from suspicion to death, unless a policy says otherwise. While a path loses every second frame,
 * three of four questions or their answers are lost: of four in a row all, one time in three; of fifteen, one in 75.
 */
export const CONFIRMING_PROBES = 15;

/** Of short phases, so many: probes still closer together would share one fate. */
const LEAST_CONFIRMING_PROBES = 4;
const CONFIRM_SPACING_MS = 20;

/** The wait between confirming probes in a phase of `phaseMs` from suspicion to death, unless a policy says otherwise. */
export function confirmingWaitMs(phaseMs: number): number {
  const spacedMs = Math.min(CONFIRM_SPACING_MS, phaseMs / LEAST_CONFIRMING_PROBES);
  return Math.max(1, spacedMs, phaseMs / CONFIRMING_PROBES);
}

/** How many confirming probes a peer that asked for a slower pace is sent in each interval it asked for. */
export const CONFIRMING_PROBES_WITHIN_LIMIT = 4;

/** How long to wait until the next heartbeat, with jitter; `random` gives numbers from [0, 1). */
export function jitteredIntervalMs({ intervalMs }: Policy, random: () => number): number {
  return intervalMs * (JITTER_FLOOR + (1 - JITTER_FLOOR) * random());
}

/**
 * A time near `atMs`, so that the peers of one policy send in company: a process that wakes up for each of
 * thousands alone spends more on waking up than on sending. As likely later as earlier; never below the floor of the
 * jitter, and never later than the interval.
 *
 * @param waitMs the wait that ends at `atMs`
 */
export function inCompanyMs({ intervalMs }: Policy, atMs: number, waitMs: number): number {
  const gridMs = intervalMs / SEND_GRID;
  // A trifle wider, for twelve sixteenths may be a little less than three quarters in floating point.
  const leastMs = atMs - waitMs + JITTER_FLOOR * intervalMs - TRIFLE * intervalMs;
  const mostMs = atMs - waitMs + intervalMs + TRIFLE * intervalMs;
  const nearestMs = Math.round(atMs / gridMs) * gridMs;
  if (nearestMs >= leastMs && nearestMs <= mostMs) return nearestMs;
  const otherMs = nearestMs > atMs ? nearestMs - gridMs : nearestMs + gridMs;
  return otherMs >= leastMs && otherMs <= mostMs ? otherMs : atMs;
}
