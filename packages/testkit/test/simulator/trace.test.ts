import { fixedTimeout, nfdE } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { generateTrace, judgeTrace, type Trace } from "../../src/index.js";

const listen = fixedTimeout({ intervalMs: 1000, mode: "listen" });
const clean = {
  delay: { kind: "constant", ms: 10 },
  loss: { kind: "independent", rate: 0 },
  duplicate: 0,
} as const;

const trace = (arrivals: readonly (readonly [number, number])[], sent: number): Trace => ({
  intervalMs: 1000,
  sentMs: Float64Array.from({ length: sent }, (_, beat) => beat * 1000),
  arrivedMs: Float64Array.from(arrivals, ([atMs]) => atMs),
  arrived: Uint32Array.from(arrivals, ([, beat]) => beat),
});

describe("a trace", () => {
  it("of a clean path has no mistake, and T_D within the fixed timeout's span", () => {
    const quality = judgeTrace(
      generateTrace({ seed: 1, beats: 10_000, intervalMs: 1000, network: clean }),
      listen,
    );
    expect(quality).toMatchObject({ mistakes: 0, queryAccuracy: 1 });
    expect(quality.detectionMs.min).toBeGreaterThanOrEqual(2010);
    expect(quality.detectionMs.max).toBeLessThanOrEqual(3010);
    // Uniform in a gap of mean 875 ms; the age at a random instant of a gap is half of it.
    expect(quality.detectionMs.mean).toBeGreaterThan(3010 - 437.5 - 10);
    expect(quality.detectionMs.mean).toBeLessThan(3010 - 437.5 + 10);
  });

  it("with a hole is one mistake, as long as the hole is beyond the timeout", () => {
    const quality = judgeTrace(
      trace(
        [
          [0, 0],
          [1000, 1],
          [6000, 6],
          [7000, 7],
        ],
        8,
      ),
      listen,
    );
    // Dead at 4000, alive at 6000.
    expect(quality.mistakes).toBe(1);
    expect(quality.mistakeDurationMs).toMatchObject({ count: 1, max: 2000 });
    expect(quality.queryAccuracy).toBeCloseTo(1 - 2000 / 7000, 9);
    expect(quality.mistakeRecurrenceMs).toBe(7000);
  });

  it("takes no overtaken or doubled beat for new", () => {
    const quality = judgeTrace(
      trace(
        [
          [100, 1],
          [200, 0],
          [3000, 1],
          [4000, 4],
        ],
        5,
      ),
      listen,
    );
    expect(quality.mistakes).toBe(1);
    expect(quality.mistakeDurationMs.max).toBe(4000 - 3100);
  });

  it("is the same for every policy: a more patient one makes no more mistakes", () => {
    const bursty = generateTrace({
      seed: 5,
      beats: 50_000,
      intervalMs: 1000,
      network: {
        delay: { kind: "lognormal", medianMs: 50, sigma: 1 },
        loss: { kind: "gilbert-elliott", goodMs: 30_000, badMs: 3000, goodRate: 0.01, badRate: 0.9 },
        duplicate: 0.01,
      },
    });
    const mistakes = [2, 3, 5, 8].map(
      (detectMultiplier) =>
        judgeTrace(bursty, fixedTimeout({ intervalMs: 1000, detectMultiplier, mode: "listen" })).mistakes,
    );
    expect(mistakes).toEqual([...mistakes].sort((a, b) => b - a));
    expect(mistakes[0]).toBeGreaterThan(10 * mistakes[3]!);
    const [kept, fresh] = (["kept", "new"] as const).map((policyAfterMistake) =>
      judgeTrace(bursty, nfdE({ intervalMs: 1000, mode: "listen" }), { policyAfterMistake }),
    );
    expect(kept!.mistakes).toBeGreaterThan(0);
    expect(fresh!.mistakes).toBeGreaterThan(0);
  });

  it("that cannot be is refused", () => {
    expect(() => judgeTrace(trace([], 3), listen)).toThrow(/arrivedMs must not be empty/);
    expect(() => judgeTrace(trace([[0, 3]], 3), listen)).toThrow(/beat 3 of 3 sent/);
    expect(() =>
      judgeTrace(
        trace(
          [
            [5, 0],
            [4, 1],
          ],
          3,
        ),
        listen,
      ),
    ).toThrow(/arrivedMs must rise, but arrivedMs\[1\] is 4/);
  });
});
