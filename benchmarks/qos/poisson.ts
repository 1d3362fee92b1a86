/** An interval that covers the true value with the probability asked for, at least. */
export interface Interval {
  readonly from: number;
  /** May be Infinity. */
  readonly to: number;
}

const TAIL = 0.025;

/**
 * The exact 95 % interval of the mean of a Poisson variable that was seen to be `count` (Garwood 1936): the means under
 * which so many or more, or so many or fewer, have probability 2.5 %.
 */
export function poissonInterval(count: number): Interval {
  const top = count + 10 * Math.sqrt(count + 1) + 10;
  return {
    from: count === 0 ? 0 : bisect(0, top, (mean) => 1 - poissonUpTo(count - 1, mean) < TAIL),
    to: bisect(0, top, (mean) => poissonUpTo(count, mean) > TAIL),
  };
}

/**
 * The exact 95 % interval of the ratio of two Poisson rates, seen as `a` and `b` over the same time: given their sum, `a`
 * is binomial with p = ratio / (1 + ratio) (Przyborowski, Wilenski 1940), whose interval is that of Clopper and Pearson
 * (1934). Without any event there is nothing to compare: 0 to Infinity.
 */
export function ratioInterval(a: number, b: number): Interval {
  const both = a + b;
  const odds = (p: number) => p / (1 - p);
  return {
    from: a === 0 ? 0 : odds(bisect(0, 1, (p) => 1 - binomialUpTo(a - 1, both, p) < TAIL)),
    to: b === 0 ? Number.POSITIVE_INFINITY : odds(bisect(0, 1, (p) => binomialUpTo(a, both, p) > TAIL)),
  };
}

/** Where `isBelow` turns false, to the last bit of a double or so. */
function bisect(from: number, to: number, isBelow: (value: number) => boolean): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≤ count). */
function poissonUpTo(count: number, mean: number): number {
  if (mean === 0) return 1;
  return sumBelow(count, (k) => k * Math.log(mean) - mean - logFactorial(k));
}

/** P(X ≤ count) of `n` tries. */
function binomialUpTo(count: number, n: number, p: number): number {
  if (count >= n || p === 0) return 1;
  if (p === 1) return 0;
  const logN = logFactorial(n);
  return sumBelow(
    count,
    (k) => logN - logFactorial(k) - logFactorial(n - k) + k * Math.log(p) + (n - k) * Math.log1p(-p),
  );
}

/** Sums from `count` down, until the terms, which fall from their mode on, no longer matter. */
function sumBelow(count: number, logTerm: (k: number) => number): number {
  let sum = 0;
  for (let k = count; k >= 0; k--) {
    const term = Math.exp(logTerm(k));
    sum += term;
    const isFalling = logTerm(Math.max(0, k - 1)) < logTerm(k);
    if (isFalling && term < sum * 1e-17) break;
  }
  return Math.min(1, sum);
}

/** ln k!, to 1e-14 of itself: by multiplication, above 20 Stirling's series (Abramowitz and Stegun, 6.1.41). */
function logFactorial(k: number): number {
  if (k <= 20) {
    let product = 1;
    for (let factor = 2; factor <= k; factor++) product *= factor;
    return Math.log(product);
  }
  const z = k + 1;
  return (
    (z - 0.5) * Math.log(z) -
    z +
    0.918_938_533_204_672_7 +
    1 / (12 * z) -
    1 / (360 * z ** 3) +
    1 / (1260 * z ** 5)
  );
}
