import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accuracyOf, detectionMs, queryAccuracy } from "../qos/quality.js";
import type { Transition } from "../qos/replay.js";

const trust = (atMs: number): Transition => ({ atMs, to: "trust" });
const suspect = (atMs: number): Transition => ({ atMs, to: "suspect" });

describe("accuracy after Chen, Toueg, Aguilera", () => {
  test("of a run with three mistakes, the last one not over", () => {
    const run = [trust(100), suspect(1000), trust(1250), suspect(3000), trust(3050), suspect(9000)];
    const accuracy = accuracyOf(run, 10_100);
    expect(accuracy).toEqual({
      watchedMs: 10_000,
      mistakes: 3,
      mistakeRecurrencesMs: [2000, 6000],
      mistakeDurationsMs: [250, 50],
      suspectedMs: 250 + 50 + 1100,
    });
    expect(queryAccuracy(accuracy)).toBeCloseTo(0.86, 12);
  });

  test("P_A is 1 - E(T_M) / E(T_MR), when mistakes come at regular distances", () => {
    const cycles = Array.from({ length: 50 }, (_, n) => [suspect(1000 * n + 700), trust(1000 * n + 1000)]);
    const accuracy = accuracyOf([trust(0), ...cycles.flat()], 50_000);
    expect(queryAccuracy(accuracy)).toBeCloseTo(1 - 300 / 1000, 12);
  });

  test("what was never trusted was not watched", () => {
    expect(accuracyOf([], 5000)).toMatchObject({ watchedMs: 0, mistakes: 0 });
  });

  test("does not depend on the unit of time", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 2, max: 64 }), (gapsMs, factor) => {
        const run = (scale: number) => {
          let atMs = 0;
          return gapsMs.map((gapMs, index): Transition => {
            atMs += gapMs * scale;
            return { atMs, to: index % 2 === 0 ? "trust" : "suspect" };
          });
        };
        const endMs = gapsMs.reduce((sumMs, ms) => sumMs + ms, 1);
        const [one, other] = [accuracyOf(run(1), endMs), accuracyOf(run(factor), endMs * factor)];
        expect(other.mistakes).toBe(one.mistakes);
        expect(other.suspectedMs).toBe(one.suspectedMs * factor);
        expect(queryAccuracy(other)).toBeCloseTo(queryAccuracy(one), 12);
      }),
    );
  });
});

describe("T_D", () => {
  test("runs to the suspicion that is never taken back", () => {
    expect(detectionMs([trust(0), suspect(5200), trust(5300), suspect(8100)], 5000)).toBe(3100);
  });
  test("is 0 when the peer was wrongly suspected before, and for good", () => {
    expect(detectionMs([trust(0), suspect(4000)], 5000)).toBe(0);
  });
  test("is infinite when the peer is still trusted, and unknown when it never was", () => {
    expect(detectionMs([trust(0), suspect(4000), trust(5100)], 5000)).toBe(Number.POSITIVE_INFINITY);
    expect(detectionMs([], 5000)).toBeUndefined();
  });
});
