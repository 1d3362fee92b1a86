import { describe, expect, test } from "vitest";
import { poissonInterval, ratioInterval } from "../qos/poisson.js";

describe("exact intervals", () => {
  // Garwood 1936, as in any table of exact Poisson limits.
  test.each([
    [0, 0, 3.689],
    [1, 0.0253, 5.572],
    [10, 4.795, 18.39],
    [100, 81.36, 121.63],
  ])("of a Poisson mean, seen %i times: %d to %d", (count, from, to) => {
    const interval = poissonInterval(count);
    expect(interval.from).toBeCloseTo(from, 2);
    expect(interval.to).toBeCloseTo(to, 2);
  });

  test("of a large count: as the normal distribution has it", () => {
    const { from, to } = poissonInterval(40_000);
    expect((from - 40_000) / 200).toBeCloseTo(-1.96, 1);
    expect((to - 40_000) / 200).toBeCloseTo(1.96, 1);
  });

  test("of a ratio: Clopper and Pearson's of 5 in 10 is 0.1871 to 0.8129", () => {
    const { from, to } = ratioInterval(5, 5);
    expect(from).toBeCloseTo(0.1871 / 0.8129, 3);
    expect(to).toBeCloseTo(0.8129 / 0.1871, 3);
  });

  test("of a ratio with nothing on one side or on both", () => {
    const none = ratioInterval(100, 0);
    // p^100 = 0.025.
    expect(none.from).toBeCloseTo(0.025 ** 0.01 / (1 - 0.025 ** 0.01), 3);
    expect(none.to).toBe(Number.POSITIVE_INFINITY);
    expect(ratioInterval(0, 0)).toEqual({ from: 0, to: Number.POSITIVE_INFINITY });
    expect(ratioInterval(0, 100).to).toBeCloseTo(1 / none.from, 6);
  });
});
