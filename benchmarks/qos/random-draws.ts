import type { Random } from "../lab/random.js";

/** An exponential sample: the time to the next of events that do not remember (inverse transform). */
export function exponential(meanMs: number, random: Random): number {
  return -meanMs * Math.log(1 - random());
}

/** A lognormal sample (Box and Muller 1958); `sigma` is the standard deviation of the logarithm. */
export function lognormal(medianMs: number, sigma: number, random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return medianMs * Math.exp(sigma * radius * Math.cos(2 * Math.PI * random()));
}
