import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Distribution, KeyedRandom, Lane, QuantileSketch, sampleMs } from "../../src/index.js";
import { HappeningQueue } from "../../src/simulator/happening-queue.js";
import { LOST } from "../../src/simulator/lane.js";

describe("the queue of what happens", () => {
  it("gives the earliest first, and what is due at one instant in the order it was put in", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant("pop"), fc.nat(20)), { maxLength: 3000 }), (steps) => {
        const queue = new HappeningQueue();
        let model: { readonly atMs: number; readonly id: number }[] = [];
        let happened = -1;
        for (const [id, step] of steps.entries()) {
          if (typeof step === "number") {
            queue.push(step, { happen: () => (happened = id) });
            model = [...model, { atMs: step, id }].sort((a, b) => a.atMs - b.atMs || a.id - b.id);
          } else if (model.length > 0) {
            expect(queue.nextMs).toBe(model[0]!.atMs);
            queue.pop().happen();
            expect(happened).toBe(model.shift()!.id);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has nothing after the last", () => {
    expect(new HappeningQueue().nextMs).toBe(Number.POSITIVE_INFINITY);
    expect(() => new HappeningQueue().pop()).toThrow(RangeError);
  });
});

describe("keyed random numbers", () => {
  it("are even, and unlike those of the next key", () => {
    const buckets = new Array<number>(100).fill(0);
    let product = 0;
    const [one, next] = [new KeyedRandom(1, 5), new KeyedRandom(1, 6)];
    const count = 100_000;
    for (let index = 0; index < count; index++) {
      const value = one.at(index);
      buckets[Math.floor(value * 100)]! += 1;
      product += (value - 0.5) * (next.at(index) - 0.5);
    }
    // Chi-square with 99 degrees of freedom: above 160 in one of 10 000.
    const expected = count / 100;
    const chiSquare = buckets.reduce((sum, found) => sum + (found - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(160);
    // The correlation's standard error is 1 / sqrt(n).
    expect(Math.abs((12 * product) / count)).toBeLessThan(4 / Math.sqrt(count));
  });
});

describe("distributions have the mean they are known for", () => {
  const cases: [Distribution, number][] = [
    [{ kind: "constant", ms: 7 }, 7],
    [{ kind: "uniform", minMs: 10, maxMs: 30 }, 20],
    [{ kind: "normal", meanMs: 100, deviationMs: 10 }, 100],
    [{ kind: "lognormal", medianMs: 20, sigma: 0.5 }, 20 * Math.exp(0.125)],
    [{ kind: "exponential", minMs: 5, tailMs: 10 }, 15],
    // E[X] = shape · min / (shape - 1); the cut takes min^3 / (2 · max^2) of it.
    [{ kind: "pareto", minMs: 10, shape: 3, maxMs: 1e6 }, 15],
  ];
  it.each(cases)("%j", (distribution, meanMs) => {
    const random = new KeyedRandom(3);
    const count = 200_000;
    let sumMs = 0;
    for (let index = 0; index < count; index++) {
      sumMs += sampleMs(distribution, random.next(), random.next());
    }
    expect(sumMs / count / meanMs).toBeGreaterThan(0.99);
    expect(sumMs / count / meanMs).toBeLessThan(1.01);
  });
});

describe("a bursty lane", () => {
  const network = {
    delay: { kind: "constant", ms: 1 },
    loss: { kind: "gilbert-elliott", goodMs: 9000, badMs: 1000, goodRate: 0, badRate: 1 },
    duplicate: 0,
  } as const;

  it("loses the share, and in the bursts, that the model says", () => {
    const lane = new Lane(network, 1);
    let lost = 0;
    let bursts = 0;
    let wasLost = false;
    const count = 2_000_000;
    for (let index = 0; index < count; index++) {
      const isLost = lane.send(index * 10) === LOST;
      if (isLost) lost += 1;
      if (isLost && !wasLost) bursts += 1;
      wasLost = isLost;
    }
    expect(lost / count).toBeGreaterThan(0.09);
    expect(lost / count).toBeLessThan(0.11);
    expect((lost * 10) / bursts).toBeGreaterThan(900);
    expect((lost * 10) / bursts).toBeLessThan(1100);
  });

  it("is bad at the same times however often it is asked", () => {
    const [often, rarely] = [new Lane(network, 1, 2), new Lane(network, 1, 2)];
    for (let nowMs = 0; nowMs < 1_000_000; nowMs += 50) {
      const isLost = often.send(nowMs) === LOST;
      if (nowMs % 400 === 0) expect(rarely.send(nowMs) === LOST).toBe(isLost);
    }
  });
});

describe("the sketch of quantiles", () => {
  const values = fc.array(fc.double({ min: 0.001, max: 1e12, noNaN: true }), {
    minLength: 1,
    maxLength: 500,
  });

  it("is within 1 % of a true quantile, also after merging and as JSON", () => {
    fc.assert(
      fc.property(values, values, fc.double({ min: 0, max: 1, noNaN: true }), (left, right, share) => {
        const [one, two] = [new QuantileSketch(), new QuantileSketch()];
        for (const value of left) one.add(value);
        for (const value of right) two.add(value);
        one.merge(QuantileSketch.from(JSON.parse(JSON.stringify(two))));
        const sorted = [...left, ...right].sort((a, b) => a - b);
        const exact = sorted[Math.floor(share * (sorted.length - 1))]!;
        expect(one.count).toBe(sorted.length);
        expect(one.quantile(share)! / exact).toBeGreaterThan(0.9899);
        expect(one.quantile(share)! / exact).toBeLessThan(1.0101);
        expect(one.summary()).toMatchObject({ min: sorted[0], max: sorted.at(-1) });
      }),
    );
  });

  it("says nothing of no values, and refuses what is none", () => {
    expect(new QuantileSketch().summary()).toEqual({ count: 0 });
    expect(() => new QuantileSketch().add(Number.NaN)).toThrow(/not NaN/);
    expect(() => new QuantileSketch().add(-1)).toThrow(/not -1/);
  });
});
