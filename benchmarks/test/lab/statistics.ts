/**
 * Whether so many hits are what chance would give.
 *
 * @returns how many standard deviations of the binomial distribution they are away from the expected number
 */
export function binomialZ(hits: number, trials: number, rate: number): number {
  return (hits - trials * rate) / Math.sqrt(trials * rate * (1 - rate));
}

/** The statistic of Kolmogorov and Smirnov: how far a sample strays from the even spread over a range. */
export function distanceFromUniform(sample: readonly number[], from: number, to: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const distances = sorted.flatMap((value, index) => {
    const expected = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return [Math.abs(expected - index / sorted.length), Math.abs(expected - (index + 1) / sorted.length)];
  });
  return Math.max(...distances);
}

/** The arithmetic mean. */
export function meanOf(sample: readonly number[]): number {
  return sample.reduce((sum, value) => sum + value, 0) / sample.length;
}
