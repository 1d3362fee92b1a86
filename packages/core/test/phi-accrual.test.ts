import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArrivalModelName,
  MAX_PHI,
  type PhiAccrual,
  type PhiAccrualOptions,
  phiAccrual,
} from "../src/index.js";
import { teach } from "./harness/gaps.js";

const ARRIVALS: readonly ArrivalModelName[] = ["normal", "exponential"];
const second = { intervalMs: 1000, warmUpGaps: 2 };

/** A detector that has seen gaps of this mean and standard deviation: 100 of them, half above and half below. */
function taught(meanMs: number, sigmaMs: number, options: Partial<PhiAccrualOptions> = {}): PhiAccrual {
  const policy = phiAccrual({ ...second, maxDetectionMs: 1e9, minSigmaMs: 0.001, ...options })();
  const offMs = sigmaMs * Math.sqrt(99 / 100);
  teach(policy, 100, (index) => meanMs + (index % 2 === 0 ? offMs : -offMs));
  return policy;
}

const path = fc.record({
  arrivals: fc.constantFrom(...ARRIVALS),
  meanMs: fc.double({ min: 1500, max: 5000, noNaN: true }),
  sigmaMs: fc.double({ min: 0, max: 700, noNaN: true }),
});

describe("φ", () => {
  // mpmath 1.3, 60 digits: -mp.log(mp.erfc((t - 1500) / 100 / mp.sqrt(2)) / 2) / mp.log(10).
  it.each([
    [1500, 0.301_029_995_663_981],
    [1600, 0.799_545_541_491_97],
    [1800, 2.869_699_035_929_37],
    [2000, 6.542_645_672_390_65],
    [3000, 50.435_219_614_275_5],
    [5200, 299.242_181_178_61],
  ])("normal, after %d ms of gaps of 1500 ± 100", (elapsedMs, expected) => {
    expect(Math.abs(taught(1500, 100).phi(elapsedMs) / expected - 1)).toBeLessThan(1e-9);
  });

  it("exponential: each mean gap of silence makes it 0.434 more", () => {
    const policy = taught(1500, 100, { arrivals: "exponential" });
    for (const elapsedMs of [0, 750, 1500, 30_000]) {
      expect(policy.phi(elapsedMs)).toBeCloseTo(elapsedMs / (1500 * Math.LN10), 12);
    }
  });

  it("never falls while the silence lasts, and is a number to the end", () => {
    const silence = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(path, silence, fc.double({ min: 0.01, max: 1e5, noNaN: true }), (of, elapsedMs, moreMs) => {
        const policy = taught(of.meanMs, of.sigmaMs, of);
        const before = policy.phi(elapsedMs);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(policy.phi(elapsedMs + moreMs)).toBeGreaterThanOrEqual(before);
      }),
      { numRuns: 1000 },
    );
    for (const arrivals of ARRIVALS)
      expect(taught(1500, 100, { arrivals }).phi(Number.POSITIVE_INFINITY)).toBe(Infinity);
  });

  it("and its inverse undo each other, to 1e-9, up to 300", () => {
    fc.assert(
      fc.property(path, fc.double({ min: 0.1, max: MAX_PHI, noNaN: true }), (of, phi) => {
        const policy = taught(of.meanMs, of.sigmaMs, of);
        const elapsedMs = policy.elapsedMs(phi);
        fc.pre(elapsedMs > 0);
        expect(Math.abs(policy.phi(elapsedMs) / phi - 1)).toBeLessThan(1e-9);
        expect(Math.abs(policy.elapsedMs(policy.phi(elapsedMs)) / elapsedMs - 1)).toBeLessThan(1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it("of perfectly regular gaps is finite, thanks to the least σ", () => {
    const policy = phiAccrual(second)();
    teach(policy, 100, () => 1000);
    expect(policy.phi(1000)).toBeCloseTo(Math.log10(2), 9);
    expect(policy.phi(1002)).toBeCloseTo(1.841_021_645_009_26 / Math.LN10, 9);
    expect(policy.phi(1074)).toBeCloseTo(689.030_585_576_891 / Math.LN10, 9);
    expect(policy.phi(9000)).toBeGreaterThan(1e6);
    expect(policy.phi(9000)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it("during the warm-up is that of a sender with our jitter: 875 ± 72 ms of 1000", () => {
    const policy = phiAccrual({ intervalMs: 1000 })();
    expect(policy.phi(875)).toBeCloseTo(Math.log10(2), 12);
    expect(policy.phi(875 + 250 / Math.sqrt(12))).toBeCloseTo(1.841_021_645_009_26 / Math.LN10, 12);
    expect(phiAccrual({ intervalMs: 1000, arrivals: "exponential" })().phi(875)).toBeCloseTo(Math.LOG10E, 12);
  });

  it("zero is any silence's; below all silences' φ the inverse is zero", () => {
    expect(taught(1500, 100).elapsedMs(0)).toBe(0);
    expect(taught(1500, 700).elapsedMs(1e-6)).toBe(0);
  });

  it.each([-1, Number.NaN])("is refused of a silence of %d", (elapsedMs) => {
    expect(() => phiAccrual(second)().phi(elapsedMs)).toThrow(/^elapsedMs must /);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("%d has no silence", (phi) => {
    expect(() => phiAccrual(second)().elapsedMs(phi)).toThrow(/^phi must be a number from 0 to /);
  });
});

describe("the thresholds", () => {
  it("are the silences with the φ asked for, where the bounds allow", () => {
    for (const arrivals of ARRIVALS) {
      for (const [suspectPhi, deadPhi] of [
        [2, 8],
        [5, 300],
      ] as const) {
        const policy = taught(1500, 700, { arrivals, suspectPhi, deadPhi, minDetectionMs: 1000 });
        expect(policy.phi(policy.deadAfterMs)).toBeCloseTo(deadPhi, 8);
        expect(policy.phi(policy.suspectAfterMs)).toBeCloseTo(suspectPhi, 8);
      }
    }
  });

  it("by default: dead at φ = 8, suspect at 3, as far as that leaves a quarter of the time to confirm", () => {
    const policy = taught(1500, 700);
    expect(policy.phi(policy.deadAfterMs)).toBeCloseTo(8, 8);
    expect(policy.phi(policy.suspectAfterMs)).toBeCloseTo(3, 8);
    const narrow = taught(1700, 200);
    expect(narrow.suspectAfterMs).toBe(0.75 * narrow.deadAfterMs);
  });
});

describe("options of its own", () => {
  const { NaN: nan, POSITIVE_INFINITY: never } = Number;
  const wrong: [keyof PhiAccrualOptions, unknown][] = [
    ...["gamma", "", 7, null].map((value): [keyof PhiAccrualOptions, unknown] => ["arrivals", value]),
    ...[0, 0.09, -1, 301, nan, "8"].map((value): [keyof PhiAccrualOptions, unknown] => ["deadPhi", value]),
    ...[0, 9, nan, "1"].map((value): [keyof PhiAccrualOptions, unknown] => ["suspectPhi", value]),
    ...[1, 10_001, 2.5, nan].map((value): [keyof PhiAccrualOptions, unknown] => ["windowGaps", value]),
    ...[0, -1, nan, never, "2"].map((value): [keyof PhiAccrualOptions, unknown] => ["minSigmaMs", value]),
  ];
  it.each(wrong)("refuses %s: %j", (name, value) => {
    const options = { ...second, [name]: value } as PhiAccrualOptions;
    expect(() => phiAccrual(options)).toThrow(RangeError);
    expect(() => phiAccrual(options)).toThrow(new RegExp(`^${name} must .* not ${String(value)}`));
  });
});
