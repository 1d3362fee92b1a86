import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedTimeout } from "../src/index.js";
import { Bench, echo } from "./harness/bench.js";
import { seededRandom } from "./harness/random.js";

const onDemand = fixedTimeout({ intervalMs: 1000, demand: true });

describe("demand mode", () => {
  it("is silent while data flows, and probes once it does not", () => {
    const bench = new Bench(onDemand);
    bench.open();
    for (let count = 0; count < 100; count++) {
      bench.runTo(bench.nowMs + 200);
      bench.active();
    }
    expect(bench.sentAtMs("probe")).toEqual([0]);
    bench.runTo(bench.nowMs + 1000);
    expect(bench.sentAtMs("probe")).toEqual([0, 21_000]);
  });

  it("keeps its bound: dead so long after the last that was heard, data or echo", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2500 }), { maxLength: 30 }),
        fc.integer(),
        (gapsMs, seed) => {
          const bench = new Bench(onDemand, { random: seededRandom(seed) });
          bench.open();
          bench.active();
          for (const gapMs of gapsMs) {
            bench.runTo(bench.nowMs + gapMs);
            bench.active();
          }
          const lastMs = bench.nowMs;
          bench.runTo(lastMs + 10_000);
          expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: lastMs + 3000 });
        },
      ),
    );
  });

  it("never leaves an idle peer unasked for longer than an interval", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 200 }), (seed, rttMs) => {
        const bench = new Bench(onDemand, { random: seededRandom(seed) });
        bench.open();
        let answered = 0;
        while (bench.nowMs < 30_000) {
          const sentMs = bench.sentAtMs("probe").at(-1) ?? 0;
          bench.runTo(sentMs + rttMs);
          bench.hear(echo(answered++));
          const heardMs = bench.nowMs;
          while (bench.sentAtMs("probe").length === answered) bench.runTo(bench.detector.deadlineMs);
          expect(bench.nowMs - heardMs).toBeLessThanOrEqual(1000);
        }
        expect(bench.eventTypes).toEqual(["alive"]);
      }),
      { numRuns: 30 },
    );
  });

  it("needs mode echo: a beat is awaited, and cannot be left out", () => {
    expect(() => fixedTimeout({ intervalMs: 1000, mode: "beat", demand: true })).toThrow(
      new RangeError('demand needs mode "echo", not "beat": what beats is awaited, and cannot be left out'),
    );
  });
});
