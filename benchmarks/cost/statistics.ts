import { median, quantile } from "simple-statistics";

/** A figure with what it rests on. */
export interface Figure {
  /** The median. */
  readonly value: number;
  readonly n: number;
  readonly spread: { readonly p5: number; readonly p95: number };
}

/** @throws RangeError when there is nothing to summarise, or something that is no finite number. */
export function figureOf(samples: readonly number[]): Figure {
  if (samples.length === 0) throw new RangeError("no samples to summarise");
  const odd = samples.find((sample) => !Number.isFinite(sample));
  if (odd !== undefined) throw new RangeError(`a sample must be a finite number, not ${odd}`);
  const sorted = [...samples];
  return {
    value: median(sorted),
    n: sorted.length,
    spread: { p5: quantile(sorted, 0.05), p95: quantile(sorted, 0.95) },
  };
}

/**
 * The ratio of two things measured in turn: each round's own ratio, then the median of those. What slows the
 * machine for a while slows both halves of a round, and leaves their ratio.
 *
 * @throws RangeError when the rounds are not complete, or a base is not above zero
 */
export function ratioOf(measured: readonly number[], base: readonly number[]): Figure {
  if (measured.length !== base.length) {
    throw new RangeError(`each round needs both halves, not ${measured.length} and ${base.length}`);
  }
  const zero = base.find((value) => !(value > 0));
  if (zero !== undefined) throw new RangeError(`a base must be above 0, not ${zero}`);
  return figureOf(measured.map((value, round) => value / base[round]!));
}
