import { requireDurationMs } from "@heartwire/core";

/** How a duration is distributed: a delay on the way, a time between faults, the length of one. */
export type Distribution =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "uniform"; readonly minMs: number; readonly maxMs: number }
  /** Cut off below zero. */
  | { readonly kind: "normal"; readonly meanMs: number; readonly deviationMs: number }
  /** `sigma` is the standard deviation of the logarithm. */
  | { readonly kind: "lognormal"; readonly medianMs: number; readonly sigma: number }
  /** At least `minMs`, and an exponential tail of mean `tailMs`: the model of a queue, and of rare events. */
  | { readonly kind: "exponential"; readonly minMs: number; readonly tailMs: number }
  /**
   * Heavy tail: P(X > x) = (minMs / x)^shape. Without a mean for `shape` up to 1, without variance up to 2: so it
   * is cut off at `maxMs`.
   */
  | { readonly kind: "pareto"; readonly minMs: number; readonly shape: number; readonly maxMs: number };

/** @throws RangeError naming what cannot be, as `name.field`. */
export function checkDistribution(name: string, distribution: Distribution): void {
  const { kind, ...fields } = distribution;
  for (const [field, value] of Object.entries(fields)) {
    if (field === "shape" && !(value > 0))
      throw new RangeError(`${name}.shape must be above 0, not ${value}`);
    requireDurationMs(`${name}.${field}`, value, 0, Number.MAX_SAFE_INTEGER);
  }
  if ((kind === "uniform" || kind === "pareto") && distribution.maxMs < distribution.minMs) {
    throw new RangeError(
      `${name}.maxMs must be at least minMs, ${distribution.minMs}, not ${distribution.maxMs}`,
    );
  }
}

/**
 * A sample, by inverse transform; of the normal ones by Box and Muller (1958), the only ones to use `second`.
 *
 * @param first from (0, 1), and so is `second`
 */
export function sampleMs(distribution: Distribution, first: number, second: number): number {
  switch (distribution.kind) {
    case "constant":
      return distribution.ms;
    case "uniform":
      return distribution.minMs + (distribution.maxMs - distribution.minMs) * first;
    case "normal":
      return Math.max(0, distribution.meanMs + distribution.deviationMs * standardNormal(first, second));
    case "lognormal":
      return distribution.medianMs * Math.exp(distribution.sigma * standardNormal(first, second));
    case "exponential":
      return distribution.minMs - distribution.tailMs * Math.log(first);
    case "pareto":
      return Math.min(distribution.maxMs, distribution.minMs * first ** (-1 / distribution.shape));
  }
}

function standardNormal(first: number, second: number): number {
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
}
