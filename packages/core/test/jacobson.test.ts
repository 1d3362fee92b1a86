import { describe, expect, it } from "vitest";
import { type JacobsonOptions, jacobson } from "../src/index.js";
import { teach } from "./harness/gaps.js";

describe("the smoothed gap and its mean deviation", () => {
  it("are those of RFC 6298, worked by hand", () => {
    const options = { intervalMs: 1000, warmUpGaps: 2, minDetectionMs: 1000, maxDetectionMs: 60_000 };
    const policy = jacobson({ ...options, deadDeviations: 4, suspectDeviations: 0 })();
    // 1600, 800; then |1600 - 2000| = 400: ¾·800 + ¼·400 = 700, 1600 + 400/8 = 1650.
    teach(policy, 1, () => 1600);
    policy.observe?.(2000);
    expect(policy.deadAfterMs).toBe(1650 + 4 * 700);
    expect(policy.suspectAfterMs).toBe(1650);
    // |1650 - 1250| = 400: ¾·700 + ¼·400 = 625, 1650 - 400/8 = 1600.
    policy.observe?.(1250);
    expect(policy.deadAfterMs).toBe(1600 + 4 * 625);
  });

  it("after one outlier are forgotten by three quarters each gap", () => {
    const policy = jacobson({ intervalMs: 1000, minDetectionMs: 1000, maxDetectionMs: 60_000 })();
    teach(policy, 200, () => 1000);
    expect(policy.deadAfterMs).toBeCloseTo(1000, 9);
    policy.observe?.(5000);
    expect(policy.deadAfterMs).toBeCloseTo(1500 + 12 * 1000, 9);
    teach(policy, 20, () => 1000);
    expect(policy.deadAfterMs).toBeLessThan(2100);
  });
});

describe("options of its own", () => {
  const { NaN: nan, POSITIVE_INFINITY: never } = Number;
  const wrong: [keyof JacobsonOptions, unknown][] = [
    ...[-1, 1001, nan, never, "8"].map((value): [keyof JacobsonOptions, unknown] => [
      "deadDeviations",
      value,
    ]),
    ...[-1, 13, nan, "4"].map((value): [keyof JacobsonOptions, unknown] => ["suspectDeviations", value]),
  ];
  it.each(wrong)("refuses %s: %j", (name, value) => {
    const options = { intervalMs: 1000, [name]: value } as JacobsonOptions;
    expect(() => jacobson(options)).toThrow(RangeError);
    expect(() => jacobson(options)).toThrow(new RegExp(`^${name} must .* not ${String(value)}`));
  });
});
