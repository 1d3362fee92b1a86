/** ln √(2π). */
const LOG_ROOT_TWO_PI = 0.918_938_533_204_672_7;
/** From here on the continued fraction converges faster than the series, and nothing cancels. */
const FRACTION_FROM = 3;
/** Enough at 3, where convergence is slowest: the last term no longer changes a double. */
const FRACTION_TERMS = 60;

/**
 * The natural logarithm of the normal distribution's upper tail, ln P(Z > z), for any z but NaN.
 *
 * In the logarithm, for the tail itself leaves the range of a double at z = 38.5. Relative error below 3e-13
 * from z = -37 to 1e6, measured against 40-digit arithmetic; 1e-300 (φ = 300) lies at z = 37.05. Falls with
 * z, except for rounding.
 *
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions (1964): series 26.2.11 below 3, continued
 * fraction 26.2.14 above, symmetry 26.2.6 below 0.
 */
export function logNormalTail(z: number): number {
  // Not ln(1 - p): that would round every tail near 1 to 1.
  if (z < 0) return Math.log1p(-Math.exp(logNormalTail(-z)));
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  const logDensity = -(z * z) / 2 - LOG_ROOT_TWO_PI;
  if (z < FRACTION_FROM) return Math.log(0.5 - Math.exp(logDensity) * centralSeries(z));
  return logDensity - Math.log(tailFraction(z));
}

/**
 * The inverse: the z whose upper tail has the natural logarithm `logTail`, any negative number.
 *
 * Newton's iteration, which cannot overshoot: ln P(Z > z) is concave, and the start lies beyond the root,
 * since P(Z > z) ≤ exp(-z²/2) / 2. Relative error below 1e-12 where |z| ≥ 1e-3, absolute below 1e-15 nearer
 * to zero; ends after at most 20 steps, 5 as a rule.
 *
 * @throws RangeError when `logTail` is not negative: no tail is 1 or more.
 */
export function normalTailQuantile(logTail: number): number {
  if (!(logTail < 0)) throw new RangeError(`logTail must be a negative number, not ${logTail}`);
  // The other side of the middle: its tail is 1 - p.
  if (logTail > -Math.LN2) return -normalTailQuantile(Math.log(-Math.expm1(logTail)));
  let z = Math.sqrt(2 * (-logTail - Math.LN2));
  for (let step = 0; step < 20; step++) {
    const logAtZ = logNormalTail(z);
    // Density over tail: by how much the logarithm falls per unit of z.
    const hazard = Math.exp(-(z * z) / 2 - LOG_ROOT_TWO_PI - logAtZ);
    const correction = (logAtZ - logTail) / hazard;
    z += correction;
    if (Math.abs(correction) <= 1e-15 * Math.abs(z)) break;
  }
  return z;
}

/** (P(Z < z) - 1/2) / density(z) = z + z³/3 + z⁵/(3·5) + …: all terms positive. */
function centralSeries(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * Number.EPSILON; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return sum;
}

/** density(z) / P(Z > z) = z + 1/(z + 2/(z + 3/(z + …))). */
function tailFraction(z: number): number {
  let fraction = z;
  for (let numerator = FRACTION_TERMS; numerator >= 1; numerator--) fraction = z + numerator / fraction;
  return fraction;
}
