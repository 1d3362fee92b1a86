import type { Results } from "./results.js";
import { trialsUnder } from "./trials.js";
import { duration } from "./words.js";

/** Of round figures that are easily read. */
const STEPS = [1, 2, 5, 10];

/**
 * Below this a latency under a fault cannot be told from none: the whole width of what its instant is known to
 * in the worst trial, as a round figure. 0 when every instant is known exactly.
 */
export function resolutionOf(results: Pick<Results, "trials">, fault: string): number {
  const worst = trialsUnder(results, fault).reduce(
    (most, trial) => Math.max(most, 2 * trial.uncertaintyMs),
    0,
  );
  if (worst === 0) return 0;
  const power = 10 ** Math.floor(Math.log10(worst));
  return power * STEPS.find((step) => step * power >= worst)!;
}

/** A measured duration; where it lies below the resolution, only that: "< 20 ms". */
export function measured(ms: number, resolutionMs: number): string {
  return ms < resolutionMs ? `< ${duration(resolutionMs)}` : duration(ms);
}
