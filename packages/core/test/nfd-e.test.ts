import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NfdEOptions, nfdE, type Policy } from "../src/index.js";
import { normal, teach } from "./harness/gaps.js";
import { seededRandom } from "./harness/random.js";

const never = Number.POSITIVE_INFINITY;
/** Death at the expected arrival, and no floor within reach: deadAfterMs is what the estimator says. */
const bare = (own: Partial<NfdEOptions> = {}): Policy =>
  nfdE({ intervalMs: 1000, alphaMs: 1000, suspectAlphaMs: 0, warmUpGaps: 2, minDetectionMs: 1000, ...own })();
const expectedMs = (policy: Policy) => policy.deadAfterMs - 1000;

interface Arrival {
  readonly seq: number;
  readonly atMs: number;
}

/** The mean distance of heartbeats. */
function eta(arrivals: readonly Arrival[]): number {
  const [first, last] = [arrivals[0]!, arrivals.at(-1)!];
  return (last.atMs - first.atMs) / (last.seq - first.seq);
}

/** The paper's formula, over heartbeats with numbers and times of arrival. */
function paper(newest: readonly Arrival[], etaMs: number): number {
  const last = newest.at(-1)!;
  const sum = newest.reduce((total, { seq, atMs }) => total + atMs - etaMs * seq, 0);
  return sum / newest.length + (last.seq + 1) * etaMs - last.atMs;
}

describe("the expected arrival", () => {
  it("is that of the paper, computed from the newest gaps", () => {
    const heartbeat = fc.record({
      lost: fc.integer({ min: 0, max: 2 }),
      lateMs: fc.double({ min: 0, max: 60, noNaN: true }),
    });
    const sizes = fc.record({
      averagedArrivals: fc.integer({ min: 1, max: 8 }),
      windowGaps: fc.integer({ min: 8, max: 12 }),
    });
    fc.assert(
      fc.property(sizes, fc.array(heartbeat, { minLength: 3, maxLength: 40 }), (own, heartbeats) => {
        const policy = bare(own);
        const arrivals: Arrival[] = [{ seq: 0, atMs: 0 }];
        for (const [index, { lost, lateMs }] of heartbeats.entries()) {
          const before = arrivals.at(-1)!;
          // Most gaps are of one heartbeat, or nobody could tell by their lengths how many were lost.
          const seq = before.seq + 1 + (index % 4 === 3 ? lost : 0);
          arrivals.push({ seq, atMs: 1000 * seq + lateMs });
          policy.observe?.(1000 * seq + lateMs - before.atMs);
        }
        const etaMs = eta(arrivals.slice(-own.windowGaps - 1));
        expect(expectedMs(policy)).toBeCloseTo(paper(arrivals.slice(-own.averagedArrivals), etaMs), 6);
      }),
      { numRuns: 500 },
    );
  });

  it("a late heartbeat does not put off the next freshness point", () => {
    const policy = bare();
    teach(policy, 100, () => 1000);
    expect(expectedMs(policy)).toBeCloseTo(1000, 9);
    policy.observe?.(1340);
    // Due 660 later, but for a fifth of the delay, and a little that it adds to the mean gap.
    expect(expectedMs(policy)).toBeCloseTo(660 + 340 / 5 + (3 * 340) / 32, 9);
  });

  it("lost heartbeats do not put it off at all", () => {
    const policy = bare();
    teach(policy, 100, () => 1000);
    for (const gapMs of [3000, 1000, 2000, 1000, 1000]) {
      policy.observe?.(gapMs);
      expect(expectedMs(policy)).toBeCloseTo(1000, 9);
    }
  });

  it("a sender slower than it promised is expected at its own pace", () => {
    const policy = bare();
    teach(policy, 100, (index) => 1550 + (index % 2) * 100);
    expect(expectedMs(policy)).toBeGreaterThan(1500);
    expect(expectedMs(policy)).toBeLessThan(1700);
  });

  it("after other evidence it is one mean gap away, for the phase is unknown", () => {
    const policy = bare();
    teach(policy, 100, () => 1000);
    policy.observe?.(1340);
    policy.observe?.(5);
    expect(expectedMs(policy)).toBeCloseTo(1000 + 340 / 32, 9);
  });
});

describe("the error of the estimate under our own jitter is as the formula says", () => {
  it.each([
    [1, 32],
    [5, 32],
    [20, 100],
  ])("%d arrivals, %d gaps", (n, windowGaps) => {
    const random = seededRandom(n);
    const policy = bare({ averagedArrivals: n, windowGaps });
    const nextMs = () => 1000 * (0.75 + 0.25 * random());
    teach(policy, windowGaps, nextMs);
    let sum = 0;
    let squares = 0;
    const rounds = 40_000;
    for (let round = 0; round < rounds; round++) {
      // The mean wait is 875; what else it expects is error. The floor of 1000 must not hide it.
      const errorMs = expectedMs(policy) - 875;
      sum += errorMs;
      squares += errorMs ** 2;
      policy.observe?.(nextMs());
    }
    const sigmaMs = 1000 * (0.25 / Math.sqrt(12));
    const factor = Math.sqrt(((n - 1) * (2 * n - 1)) / (6 * n) + ((n + 1) * (3 - n)) / (4 * windowGaps));
    expect(Math.abs(sum / rounds)).toBeLessThan(10);
    expect(Math.sqrt(squares / rounds) / (sigmaMs * factor)).toBeGreaterThan(0.9);
    expect(Math.sqrt(squares / rounds) / (sigmaMs * factor)).toBeLessThan(1.1);
  });
});

describe("the promise: no more than V / (V + α²) of all heartbeats come after their freshness point", () => {
  it.each([
    ["normal delays", (random: () => number) => 100 * normal(random)],
    ["delays with an exponential tail", (random: () => number) => -100 * Math.log(1 - random())],
    ["delays of two kinds", (random: () => number) => (random() < 0.03 ? 600 : 0)],
  ])("%s", (_name, delayMs) => {
    const random = seededRandom(7);
    const alphaMs = 250;
    const policy = nfdE({
      intervalMs: 1000,
      alphaMs,
      suspectAlphaMs: 0,
      minDetectionMs: 1000,
      confirmIntervalMs: never,
    })();
    let beforeMs = 0;
    const lateMs: number[] = [];
    for (let beat = 1; beat <= 50_000; beat++) {
      const arrivedMs = 2000 * beat + delayMs(random);
      const gapMs = arrivedMs - beforeMs;
      if (beat > 100) lateMs.push(gapMs - (policy.deadAfterMs - alphaMs));
      policy.observe?.(gapMs);
      beforeMs = arrivedMs;
    }
    const mean = lateMs.reduce((sum, late) => sum + late, 0) / lateMs.length;
    const variance = lateMs.reduce((sum, late) => sum + late ** 2, 0) / lateMs.length;
    const mistakes = lateMs.filter((late) => late > alphaMs).length / lateMs.length;
    expect(Math.abs(mean)).toBeLessThan(10);
    expect(mistakes).toBeLessThan(variance / (variance + alphaMs ** 2));
    // And the bound is none that could not be missed: some do come late.
    expect(mistakes).toBeGreaterThan(0.001);
  });
});

describe("options of its own", () => {
  const { NaN: nan } = Number;
  const wrong: [keyof NfdEOptions, unknown][] = [
    ...[-1, nan, never, "5"].map((value): [keyof NfdEOptions, unknown] => ["alphaMs", value]),
    ...[-1, 1251, nan].map((value): [keyof NfdEOptions, unknown] => ["suspectAlphaMs", value]),
    ...[0, 33, 2.5, nan].map((value): [keyof NfdEOptions, unknown] => ["averagedArrivals", value]),
    ...[1, 1001, 2.5, nan].map((value): [keyof NfdEOptions, unknown] => ["windowGaps", value]),
  ];
  it.each(wrong)("refuses %s: %j", (name, value) => {
    const options = { intervalMs: 1000, [name]: value } as NfdEOptions;
    expect(() => nfdE(options)).toThrow(RangeError);
    expect(() => nfdE(options)).toThrow(new RegExp(`^${name} must .* not ${String(value)}`));
  });
});
