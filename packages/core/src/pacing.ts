import type { Policy } from "./policy.js";

/** Beats and probes go out at 75 to 100 % of the interval (RFC 5880, 6.8.7): never late, never in step. */
export const JITTER_FLOOR = 0.75;

/** Waits evenly spread over 75 to 100 % of an interval have this mean and this standard deviation, in intervals. */
export const JITTER_MEAN = (1 + JITTER_FLOOR) / 2;
export const JITTER_SIGMA = (1 - JITTER_FLOOR) / Math.sqrt(12);

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
