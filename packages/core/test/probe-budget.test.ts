import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Detector, fixedTimeout, ProbeBudget } from "../src/index.js";

/** How many confirming probes each of so many peers is sent that fall silent at once. */
function asked(peers: number, budget: ProbeBudget): number[] {
  const policy = fixedTimeout({ intervalMs: 1000 });
  const options = { proves: "process", random: () => 1, probeBudget: budget } as const;
  const detectors = Array.from({ length: peers }, () => new Detector(policy(), options, 0));
  const probes = detectors.map(() => 0);
  for (let nowMs = 1500; nowMs < 3000; nowMs += 100) {
    for (const [index, detector] of detectors.entries()) {
      for (const output of detector.handle({ type: "tick" }, nowMs)) {
        if (output.type === "send") probes[index]! += 1;
      }
    }
  }
  for (const detector of detectors) {
    detector.handle({ type: "tick" }, 3000);
    expect(detector.state).toBe("dead");
  }
  return probes;
}

describe("the budget of confirming probes", () => {
  it("is of no account while few are silent: each gets its fifteen", () => {
    expect(new Set(asked(1300, new ProbeBudget()))).toEqual(new Set([15]));
  });

  it("gives everyone a few before anyone gets many, and everyone one whatever it costs", () => {
    // There are 20 000, and 28 000 more come until the verdict; of which half of what it holds stays in reserve.
    const some = asked(6000, new ProbeBudget());
    expect(Math.min(...some)).toBeGreaterThanOrEqual(4);
    const sum = some.reduce((total, probes) => total + probes, 0);
    expect(sum).toBeGreaterThan(37_000);
    expect(sum).toBeLessThanOrEqual(48_000);

    const crowd = asked(100_000, new ProbeBudget());
    expect(Math.min(...crowd)).toBe(1);
    expect(crowd.reduce((total, probes) => total + probes, 0)).toBeLessThanOrEqual(100_000 + 28_000);
  });

  it("counts anew in each silence", () => {
    const policy = fixedTimeout({ intervalMs: 1000 })();
    const budget = new ProbeBudget(4);
    const detector = new Detector(policy, { proves: "process", random: () => 1, probeBudget: budget }, 0);
    const probesUntil = (fromMs: number, toMs: number) => {
      let probes = 0;
      for (let nowMs = fromMs; nowMs <= toMs; nowMs += 100) {
        probes += detector.handle({ type: "tick" }, nowMs).filter(({ type }) => type === "send").length;
      }
      return probes;
    };
    // Four tokens: the first, and more while there are any.
    expect(probesUntil(1500, 2900)).toBeLessThan(10);
    detector.handle({ type: "active" }, 2950);
    expect(detector.state).toBe("alive");
    // Spent as it is, the first of the next silence goes out.
    expect(probesUntil(4450, 4450)).toBe(1);
  });

  it("never gives out more than it holds and earns, but for first probes", () => {
    const step = fc.record({
      nth: fc.integer({ min: 2, max: 20 }),
      waitMs: fc.double({ min: 0, max: 50, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(step, { maxLength: 300 }),
        (perSecond, steps) => {
          const budget = new ProbeBudget(perSecond);
          let nowMs = 0;
          let given = 0;
          for (const { nth, waitMs } of steps) {
            nowMs += waitMs;
            if (budget.takes(nth, nowMs)) given += 1;
            expect(budget.takes(1, nowMs - 10)).toBe(true);
          }
          expect(given).toBeLessThanOrEqual(perSecond + (nowMs * perSecond) / 1000 + 1e-6);
        },
      ),
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d probes a second", (perSecond) => {
    expect(() => new ProbeBudget(perSecond)).toThrow(
      new RegExp(`probesPerSecond must be .* not ${perSecond}`),
    );
  });
});
