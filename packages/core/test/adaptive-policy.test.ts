import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AdaptiveOptions, fixedTimeout, JITTER_FLOOR, type Policy } from "../src/index.js";
import { ADAPTIVE, normal, teach } from "./harness/gaps.js";
import { seededRandom } from "./harness/random.js";

const policies = Object.entries(ADAPTIVE);
const second = { intervalMs: 1000 };
const thresholds = ({ suspectAfterMs, deadAfterMs, confirmIntervalMs }: Policy) => ({
  suspectAfterMs,
  deadAfterMs,
  confirmIntervalMs,
});

/** What a Heartwire sender does: waits of 75 to 100 %, on a path whose delay varies by `sigmaMs`. */
function jittered(seed: number, sigmaMs: number, intervalMs = 1000): () => number {
  const random = seededRandom(seed);
  let delayMs = 0;
  return () => {
    const before = delayMs;
    delayMs = Math.abs(sigmaMs * normal(random));
    return intervalMs * (0.75 + 0.25 * random()) + delayMs - before;
  };
}

/** Anything that a peer, or a broken driver, could make a policy hear. */
const lesson = fc.oneof(
  fc.record({ gapMs: fc.oneof(fc.double(), fc.double({ min: 0, max: 20_000, noNaN: true })) }),
  fc.record({ announcedMs: fc.oneof(fc.double(), fc.nat(2 ** 32 - 1), fc.nat(5000)) }),
  fc.record({ limitMs: fc.oneof(fc.double(), fc.nat(2 ** 32 - 1), fc.nat(5000)) }),
);

describe.each(policies)("%s", (name, make) => {
  it("is a fixed timeout until it has seen enough", () => {
    const policy = make({ ...second, warmUpGaps: 5 })();
    const fixed = thresholds(fixedTimeout(second)());
    expect(thresholds(policy)).toEqual(fixed);
    teach(policy, 4, () => 1000);
    expect(thresholds(policy)).toEqual(fixed);
    teach(policy, 1, () => 1000);
    expect(policy.deadAfterMs).not.toBe(fixed.deadAfterMs);
  });

  it("on a steady path detects sooner than the fixed timeout, and still leaves time to confirm", () => {
    const policy = make({ ...second, maxDetectionMs: 5000 })();
    teach(policy, 300, jittered(1, 3));
    const { suspectAfterMs, deadAfterMs, confirmIntervalMs } = policy;
    if (name !== "phi-accrual, exponential") expect(deadAfterMs).toBeLessThan(2300);
    expect(deadAfterMs).toBeGreaterThanOrEqual(2000);
    expect(suspectAfterMs).toBeGreaterThanOrEqual(1250);
    expect(suspectAfterMs).toBeLessThanOrEqual(0.75 * deadAfterMs);
    expect(confirmIntervalMs).toBeCloseTo((deadAfterMs - suspectAfterMs) / 15, 9);
  });

  it("grows more patient on a path with jitter or longer gaps, and less so again afterwards", () => {
    const policy = make({ ...second, maxDetectionMs: 20_000 })();
    const calm = jittered(2, 3);
    teach(policy, 300, calm);
    const calmMs = policy.deadAfterMs;
    teach(policy, 300, () => 3 * calm());
    const roughMs = policy.deadAfterMs;
    expect(roughMs).toBeGreaterThan(1.5 * calmMs);
    teach(policy, 300, calm);
    expect(policy.deadAfterMs).toBeLessThan(1.1 * calmMs);
  });

  it("does not learn from evidence that comes faster than heartbeats: busy connections pause too", () => {
    const policy = make(second)();
    teach(policy, 200, jittered(3, 0));
    const deadMs = policy.deadAfterMs;
    teach(policy, 100_000, (index) => (index % 10) * 74);
    expect(policy.deadAfterMs).toBeGreaterThan(0.9 * deadMs);
    expect(policy.deadAfterMs).toBeLessThan(1.1 * deadMs);
    const fresh = make(second)();
    teach(fresh, 100_000, () => 1);
    expect(thresholds(fresh)).toEqual(thresholds(fixedTimeout(second)()));
  });

  it("takes the gaps of a jittered sender for what they are, down to its floor", () => {
    const policy = make({ ...second, warmUpGaps: 2 })();
    teach(policy, 50, () => JITTER_FLOOR * 1000 - 0.001);
    expect(policy.deadAfterMs).toBe(3000);
    teach(policy, 50, () => JITTER_FLOOR * 1000);
    expect(policy.deadAfterMs).not.toBe(3000);
  });

  it("nobody can talk it out of detection, nor into madness", () => {
    const options = fc.record({
      mode: fc.constantFrom("echo", "beat", "listen"),
      minDetectionMs: fc.integer({ min: 1000, max: 3000 }),
      maxDetectionMs: fc.integer({ min: 3000, max: 60_000 }),
      warmUpGaps: fc.integer({ min: 2, max: 5 }),
    });
    fc.assert(
      fc.property(options, fc.array(lesson, { maxLength: 60 }), (chosen, lessons) => {
        const policy = make({ ...second, ...chosen } as AdaptiveOptions)();
        for (const step of lessons) {
          if ("gapMs" in step) policy.observe?.(step.gapMs);
          else if ("announcedMs" in step) policy.announced?.(step.announcedMs);
          else policy.limited?.(step.limitMs);
          const { intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs } = policy;
          expect(deadAfterMs).toBeLessThanOrEqual(chosen.maxDetectionMs);
          expect(deadAfterMs).toBeGreaterThanOrEqual(chosen.minDetectionMs);
          expect(suspectAfterMs).toBeLessThanOrEqual(deadAfterMs);
          expect(suspectAfterMs).toBeGreaterThanOrEqual(Math.min(1250, deadAfterMs));
          expect(confirmIntervalMs).toBeGreaterThanOrEqual(1);
          expect(intervalMs).toBeGreaterThanOrEqual(1000);
          // Of our own beats the peer may have as few as it likes: it alone judges by them.
          if (chosen.mode !== "beat") expect(intervalMs).toBeLessThanOrEqual(chosen.maxDetectionMs);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("a peer that drips ever longer gaps is dead at maxDetectionMs all the same", () => {
    const policy = make({ ...second, maxDetectionMs: 7000 })();
    let heard = 0;
    for (let gapMs = 1000; gapMs < policy.deadAfterMs && heard < 10_000; gapMs *= 1.01) {
      policy.observe?.(gapMs);
      heard += 1;
    }
    expect(heard).toBeLessThan(200);
    expect(policy.deadAfterMs).toBeLessThanOrEqual(7000);
  });

  it("a gap beyond all measure counts as maxDetectionMs, and is forgotten like any other", () => {
    const policy = make(second)();
    const calm = jittered(7, 3);
    teach(policy, 100, calm);
    for (const gapMs of [Number.POSITIVE_INFINITY, 1e300, 1e9]) policy.observe?.(gapMs);
    expect(policy.deadAfterMs).toBeLessThanOrEqual(9000);
    teach(policy, 300, calm);
    const untroubled = make(second)();
    teach(untroubled, 300, jittered(7, 3));
    expect(policy.deadAfterMs / untroubled.deadAfterMs).toBeGreaterThan(0.9);
    expect(policy.deadAfterMs / untroubled.deadAfterMs).toBeLessThan(1.1);
  });

  it("what one link teaches does not judge the next", () => {
    const factory = make(second);
    const taught = factory();
    teach(taught, 100, () => 1500);
    expect(thresholds(factory())).toEqual(thresholds(fixedTimeout(second)()));
    expect(thresholds(taught)).not.toEqual(thresholds(factory()));
  });

  describe("announced intervals", () => {
    it("a slower beat: the thresholds follow at once, and it learns anew from there", () => {
      for (const mode of ["beat", "listen"] as const) {
        const policy = make({ ...second, mode, maxDetectionMs: 30_000 })();
        teach(policy, 100, jittered(4, 3));
        const fastMs = policy.deadAfterMs;
        policy.announced?.(4000);
        expect(policy.deadAfterMs).toBe(12_000);
        expect(policy.suspectAfterMs).toBe(6000);
        expect(policy.intervalMs).toBe(mode === "listen" ? 4000 : 1000);
        teach(policy, 100, jittered(5, 3, 4000));
        expect(policy.deadAfterMs / fastMs).toBeGreaterThan(3.4);
        expect(policy.deadAfterMs / fastMs).toBeLessThan(4.6);
        policy.announced?.(1000);
        expect(policy.deadAfterMs).toBe(3000);
      }
    });

    it("a faster beat, none at all, or any to who asks by probes: as before", () => {
      const policy = make({ ...second, mode: "beat" })();
      teach(policy, 100, () => 900);
      const before = thresholds(policy);
      for (const announcedMs of [1000, 500, 1, 0]) policy.announced?.(announcedMs);
      expect(thresholds(policy)).toEqual(before);
      const echo = make(second)();
      echo.announced?.(5000);
      expect(thresholds(echo)).toEqual(thresholds(fixedTimeout(second)()));
    });

    it("beyond maxDetectionMs they mean nothing more", () => {
      const policy = make({ ...second, mode: "listen" })();
      policy.announced?.(2 ** 32 - 1);
      expect(policy.deadAfterMs).toBe(9000);
      expect(policy.intervalMs).toBe(9000);
    });

    it("a confirming interval of one's own grows with them", () => {
      const policy = make({ ...second, mode: "listen", confirmIntervalMs: 100 })();
      expect(policy.confirmIntervalMs).toBe(100);
      policy.announced?.(2500);
      expect(policy.confirmIntervalMs).toBe(250);
    });
  });

  describe("a peer that asks for a slower pace", () => {
    it("is probed at that pace, as long as it can be detected, and judged by it", () => {
      const policy = make(second)();
      teach(policy, 100, jittered(6, 3));
      policy.limited?.(2500);
      expect([policy.intervalMs, policy.suspectAfterMs, policy.deadAfterMs]).toEqual([2500, 3750, 7500]);
      policy.limited?.(60_000);
      expect([policy.intervalMs, policy.suspectAfterMs, policy.deadAfterMs]).toEqual([3000, 4500, 9000]);
      policy.limited?.(0);
      expect([policy.intervalMs, policy.deadAfterMs]).toEqual([1000, 3000]);
    });

    it("is beaten to at that pace, and its own beats are expected as before", () => {
      const policy = make({ ...second, mode: "beat" })();
      policy.limited?.(2000);
      expect([policy.intervalMs, policy.deadAfterMs]).toEqual([2000, 3000]);
      policy.announced?.(3000);
      expect([policy.intervalMs, policy.deadAfterMs]).toEqual([2000, 9000]);
    });

    it("and demand goes with echoes only", () => {
      expect(make({ ...second, demand: true })().demand).toBe(true);
      expect(make(second)().demand).toBe(false);
      expect(() => make({ ...second, mode: "beat", demand: true })).toThrow(/^demand needs mode "echo"/);
    });
  });

  describe("refuses what cannot work, with its name and value", () => {
    const { NaN: nan, POSITIVE_INFINITY: never } = Number;
    const wrong: [string, unknown, object?][] = [
      ...[0, -1, nan, never, 2 ** 32, undefined, "1000"].map((value): [string, unknown] => [
        "intervalMs",
        value,
      ]),
      ...[1, 0, nan, never].map((value): [string, unknown] => ["detectMultiplier", value]),
      ["mode", "push"],
      ...[1, 0, 2.5, nan, 10_001, "9"].map((value): [string, unknown] => ["warmUpGaps", value]),
      ...[999, 9001, nan, "2000"].map((value): [string, unknown] => ["minDetectionMs", value]),
      ...[2999, nan, never, "9000"].map((value): [string, unknown] => ["maxDetectionMs", value]),
      ["maxDetectionMs", 4999, { detectMultiplier: 5 }],
      ...[0, 0.5, nan, "100"].map((value): [string, unknown] => ["confirmIntervalMs", value]),
    ];
    it.each(wrong)("%s: %j", (option, value, others = {}) => {
      const options = { ...second, ...others, [option]: value } as AdaptiveOptions;
      expect(() => make(options)).toThrow(RangeError);
      expect(() => make(options)).toThrow(new RegExp(`^${option} must .* not ${String(value)}`));
    });

    it("and takes what can, to the very edges", () => {
      const right: Partial<AdaptiveOptions>[] = [
        { intervalMs: 1 },
        { intervalMs: 2 ** 32 - 1 },
        { detectMultiplier: 1.0001 },
        { minDetectionMs: 1000, maxDetectionMs: 3000 },
        { minDetectionMs: 3000, maxDetectionMs: 3000 },
        { confirmIntervalMs: Number.POSITIVE_INFINITY },
        { warmUpGaps: 2 },
        { warmUpGaps: 10_000 },
      ];
      for (const options of right) {
        const policy = make({ ...second, ...options })();
        expect(policy.suspectAfterMs).toBeLessThanOrEqual(policy.deadAfterMs);
        expect(policy.deadAfterMs).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    });
  });
});
