import { describe, expect, it } from "vitest";
import { jacobson, type Policy, phiAccrual } from "../src/index.js";
import { normal } from "./harness/gaps.js";
import { seededRandom } from "./harness/random.js";

/** No bound within reach of gaps around 1600 ms: what the formula says, decides. */
const unbounded = { intervalMs: 1000, minDetectionMs: 1000, maxDetectionMs: 1e9 };

/** The share of gaps, each independent of the others, that outlast the threshold of their moment. */
function mistaken(policy: Policy, rounds: number, gapMs: () => number): number {
  for (let round = 0; round < 2000; round++) policy.observe?.(gapMs());
  let mistakes = 0;
  for (let round = 0; round < rounds; round++) {
    const nextMs = gapMs();
    if (nextMs > policy.deadAfterMs) mistakes += 1;
    policy.observe?.(nextMs);
  }
  return mistakes / rounds;
}

const normalGaps = (seed: number) => {
  const random = seededRandom(seed);
  return () => 1600 + 100 * normal(random);
};

describe("mistakes among independent gaps, 400 000 to 800 000 of them, against what the formula promises", () => {
  // The factor over 10^-φ that Student's distribution asks for, by mpmath 1.3: with z the quantile of 10^-φ and
  // t = z / sqrt(1 + 1/n), betainc((n - 1) / 2, 1/2, 0, (n - 1) / (n - 1 + t²), regularized) / 2 × 10^φ.
  it.each([
    [1, 30, 1.087],
    [2, 30, 1.479],
    [3, 30, 2.488],
    [2, 100, 1.134],
    [3, 100, 1.361],
    [3, 1000, 1.033],
  ])("φ = %d from a window of %d: 10^-φ and the factor %d", (deadPhi, windowGaps, factor) => {
    const policy = phiAccrual({ ...unbounded, deadPhi, windowGaps })();
    const promised = factor * 10 ** -deadPhi;
    const measured = mistaken(policy, 800_000, normalGaps(deadPhi * windowGaps));
    expect(measured / promised).toBeGreaterThan(0.85);
    expect(measured / promised).toBeLessThan(1.15);
  });

  it.each([1, 2])("exponential gaps, φ = %d", (deadPhi) => {
    const random = seededRandom(deadPhi);
    // Long ones: hardly any is too short to teach.
    const gapMs = () => -100_000 * Math.log(1 - random());
    const policy = phiAccrual({ ...unbounded, arrivals: "exponential", deadPhi })();
    // A mean of n exponential gaps has a gamma distribution; over that, exp(-t/μ) averages to this.
    const promised = (1 + (deadPhi * Math.LN10) / 100) ** -100;
    const measured = mistaken(policy, 400_000, gapMs);
    expect(measured / promised).toBeGreaterThan(0.9);
    expect(measured / promised).toBeLessThan(1.1);
  });

  it("Jacobson's margin promises nothing: one gap in 155 is beyond K = 4, and hardly any beyond K = 12", () => {
    const margin = (deadDeviations: number) =>
      mistaken(jacobson({ ...unbounded, deadDeviations })(), 800_000, normalGaps(4));
    expect(1 / margin(4)).toBeGreaterThan(150);
    expect(1 / margin(4)).toBeLessThan(160);
    expect(margin(12)).toBeLessThan(1e-5);
  });
});
