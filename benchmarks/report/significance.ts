import { errorFunction, wilcoxonRankSum } from "simple-statistics";

/** Below this many values on either side the normal approximation of the rank test is no longer sound. */
export const FEWEST = 8;

/**
 * Mann-Whitney's test with ties and continuity corrected: how probable ranks as uneven as these are when both
 * samples come from one distribution. It knows only ranks, so outliers and the shape of latencies do not
 * mislead it, and what was never noticed can take part as the greatest value of all.
 *
 * @returns undefined when either sample has fewer than {@link FEWEST} values
 */
export function rankTest(a: readonly number[], b: readonly number[]): number | undefined {
  const [n, m] = [a.length, b.length];
  if (n < FEWEST || m < FEWEST) return undefined;
  const total = n + m;
  const statistic = wilcoxonRankSum([...a], [...b]) - (n * (n + 1)) / 2;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm([...a, ...b]) / (total * (total - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(statistic - (n * m) / 2) - 0.5);
  return twoSided(distance / Math.sqrt(variance));
}

/**
 * Whether two counts of rare events may share one rate: given their sum, the first is binomial. Exact.
 *
 * @param exposureA over what `a` was counted: hours, or trials
 * @returns undefined when one side was not exposed at all
 */
export function rateTest(a: number, exposureA: number, b: number, exposureB: number): number | undefined {
  if (!(exposureA > 0 && exposureB > 0)) return undefined;
  const share = exposureA / (exposureA + exposureB);
  const observed = binomial(a, a + b, share);
  let p = 0;
  for (let count = 0; count <= a + b; count++) {
    const probability = binomial(count, a + b, share);
    if (probability <= observed * (1 + 1e-9)) p += probability;
  }
  return Math.min(1, p);
}

/**
 * Which of many tests to believe, so that of those believed at most the share `rate` is expected to be wrong
 * (Benjamini and Hochberg 1995).
 */
export function believed(pValues: readonly (number | undefined)[], rate: number): boolean[] {
  const tested = pValues.flatMap((p, index) => (p === undefined ? [] : [{ p, index }]));
  tested.sort((a, b) => a.p - b.p);
  let count = tested.length;
  while (count > 0 && tested[count - 1]!.p > (rate * count) / tested.length) count -= 1;
  const chosen = new Set(tested.slice(0, count).map(({ index }) => index));
  return pValues.map((_, index) => chosen.has(index));
}

/**
 * What a count of `n` may be with 95 % confidence when each counts on its own with a probability from `least` to
 * `most`: exact quantiles of the binomial distribution, at most 2.5 % beyond either end.
 */
export function binomialInterval(n: number, least: number, most: number): { from: number; to: number } {
  return { from: binomialQuantile(n, least, 0.025), to: binomialQuantile(n, most, 0.975) };
}

/** The smallest count that with probability `share` or more is not exceeded. */
function binomialQuantile(n: number, probability: number, share: number): number {
  let sum = 0;
  for (let count = 0; count < n; count++) {
    sum += binomial(count, n, probability);
    if (sum >= share) return count;
  }
  return n;
}

function twoSided(z: number): number {
  return Math.min(1, Math.max(0, 1 - errorFunction(z / Math.SQRT2)));
}

function tieTerm(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + count ** 3 - count, 0);
}

function binomial(count: number, trials: number, share: number): number {
  if (share === 0 || share === 1) return count === trials * share ? 1 : 0;
  let logarithm = count * Math.log(share) + (trials - count) * Math.log1p(-share);
  for (let index = 1; index <= count; index++) logarithm += Math.log((trials - count + index) / index);
  return Math.exp(logarithm);
}
