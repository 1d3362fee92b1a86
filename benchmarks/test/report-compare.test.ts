import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { compareResults, hasChanged } from "../report/compare.js";
import { comparisonText } from "../report/compare-print.js";
import type { Results, Trial } from "../report/results.js";
import { believed, rankTest, rateTest } from "../report/significance.js";
import { seeded, syntheticResults } from "./report-fixture.js";

const before = syntheticResults({ links: 20 });

/** The same run with the trials of one cell changed. */
function withCell(
  subject: string,
  fault: string,
  change: (trial: Trial) => Trial,
  results = before,
): Results {
  const matches = (trial: Trial) => trial.subject === subject && trial.fault === fault;
  return { ...results, trials: results.trials.map((trial) => (matches(trial) ? change(trial) : trial)) };
}

function changedCells(after: Results): string[] {
  return compareResults(before, after)
    .cells.filter(({ latency, mistakes }) => latency !== "none shown" || mistakes !== "none shown")
    .map(({ subject, fault, latency, mistakes }) => `${subject} ${fault} ${latency} ${mistakes}`);
}

/** The same trials of every cell, shuffled into two halves: nothing has changed between them. */
function halves(seed: number): [Results, Results] {
  const random = seeded(seed);
  const all = syntheticResults({ links: 40, seed });
  const order = new Map(all.trials.map((trial) => [trial, random()]));
  const sorted = [...all.trials].sort((a, b) => order.get(a)! - order.get(b)!);
  const seen = new Map<string, number>();
  const [first, second]: [Trial[], Trial[]] = [[], []];
  for (const trial of sorted) {
    const key = `${trial.subject} ${trial.fault}`;
    const count = seen.get(key) ?? 0;
    seen.set(key, count + 1);
    (count % 2 === 0 ? first : second).push(trial);
  }
  return [
    { ...all, trials: first },
    { ...all, trials: second },
  ];
}

describe("two runs", () => {
  test("the same run has not changed", () => {
    expect(hasChanged(compareResults(before, before))).toBe(false);
  });

  test("noise is not called change: two random halves of one run, twenty times", () => {
    const wrong = Array.from({ length: 20 }, (_, seed) => {
      const [one, other] = halves(seed + 1);
      return compareResults(one, other).cells.filter(
        ({ latency, mistakes }) => latency !== "none shown" || mistakes !== "none shown",
      );
    });
    // Of about 4700 comparisons; whoever tested each at 1 % would claim dozens.
    expect(wrong.flat().length).toBeLessThanOrEqual(2);
  });

  test("a slower and a quicker cell are found, and only they", () => {
    const shifted = (by: number) => (trial: Trial) => ({ ...trial, latencyMs: trial.latencyMs! + by });
    const after = withCell("tcp", "hang", shifted(600), withCell("udp-beat", "hang", shifted(-600)));
    expect(changedCells(after).sort()).toEqual([
      "tcp hang slower none shown",
      "udp-beat hang quicker none shown",
    ]);
  });

  test("a shift below what the fault's instant is known to is no change", () => {
    const blurred = (shiftMs: number) => (trial: Trial) => ({
      ...trial,
      latencyMs: 5 + shiftMs,
      uncertaintyMs: 20,
    });
    const one = withCell("tcp", "kill", blurred(0));
    const other = withCell("tcp", "kill", blurred(10));
    expect(hasChanged(compareResults(one, other))).toBe(false);
    expect(hasChanged(compareResults(one, withCell("tcp", "kill", blurred(100))))).toBe(true);
  });

  test("noticing no more is a change", () => {
    const missed = (trial: Trial): Trial => ({ ...trial, detected: false, latencyMs: null, cause: null });
    expect(changedCells(withCell("tcp", "hang", missed))).toEqual(["tcp hang less none shown"]);
  });

  test("mistakes are judged by their rate", () => {
    const hasty = (trial: Trial): Trial => ({ ...trial, mistakes: 1 });
    expect(changedCells(withCell("tcp", "outage", hasty))).toEqual(["tcp outage none shown more"]);
    const once = (trial: Trial): Trial => ({ ...trial, mistakes: trial.trial === 0 ? 1 : 0 });
    expect(changedCells(withCell("tcp", "outage", once))).toEqual([]);
  });

  test("few links tell nothing", () => {
    const small = syntheticResults({ links: 5 });
    const shifted = withCell("tcp", "hang", (trial) => ({ ...trial, latencyMs: 9000 }), small);
    const cell = compareResults(small, shifted).cells.find(
      ({ subject, fault }) => subject === "tcp" && fault === "hang",
    );
    expect(cell?.latency).toBe("too few to tell");
  });

  test("octets change when more than the jitter of sending explains it", () => {
    const scaled = (factor: number): Results => ({
      ...before,
      wire: before.wire.map((row) => ({
        ...row,
        perHour: { out: row.perHour.out * factor, in: row.perHour.in * factor },
      })),
    });
    expect(compareResults(before, scaled(1.01)).wire.map(({ change }) => change)).not.toContain("more");
    expect(compareResults(before, scaled(1.3)).wire.every(({ change }) => change === "more")).toBe(true);
    expect(compareResults(before, scaled(0.7)).wire.every(({ change }) => change === "less")).toBe(true);
  });

  test("cost changes when the spreads part", () => {
    const scaled = (factor: number): Results => ({
      ...before,
      cost: before.cost.map((row) => ({
        ...row,
        value: row.value * factor,
        ...(row.spread && { spread: { p5: row.spread.p5 * factor, p95: row.spread.p95 * factor } }),
      })),
    });
    expect(compareResults(before, scaled(1.05)).cost.map(({ change }) => change)).not.toContain("more");
    const changes = compareResults(before, scaled(2)).cost;
    expect(changes.filter(({ before: value }) => value > 0).every(({ change }) => change === "more")).toBe(
      true,
    );
  });

  test("what only one has, and what makes them hard to compare, is said", () => {
    const other: Results = {
      ...before,
      environment: { ...before.environment, kernel: "9.9" },
      trials: before.trials.filter(({ subject }) => subject !== "mqtt"),
    };
    const comparison = compareResults(before, other);
    expect(comparison.onlyBefore.map(({ name }) => name)).toContain("mqtt at hang");
    const text = stripVTControlCharacters(comparisonText(comparison));
    expect(text).toContain("another kernel: 0.0.0-synthetic before, 9.9 after");
    expect(text).toContain("No change shown in");
  });

  test("who was set otherwise, and other versions, are said", () => {
    const { environment, settings } = before;
    const set = (tcp: string, ws: string): Results => ({
      ...before,
      environment: { ...environment, libraries: { ws } },
      settings: { ...settings, subjects: { ...settings.subjects, tcp } },
    });
    expect(
      compareResults(set("a probe every 1 s", "8.22.0"), set("a probe every 2 s", "8.23.0")).caveats,
    ).toEqual([
      'other settings of TCP heartbeat: "a probe every 1 s" before, "a probe every 2 s" after',
      "another version of ws: 8.22.0 before, 8.23.0 after",
    ]);
  });

  test("what unlike runs do not share is counted by contender, and named only where it is little", () => {
    const other: Results = {
      ...before,
      trials: before.trials.filter(
        ({ subject, fault }) => subject !== "mqtt" && !(subject === "tcp" && fault === "nat"),
      ),
      wire: before.wire.filter(({ subject }) => subject !== "mqtt"),
      cost: before.cost.filter(({ subject }) => subject !== "tcp-keepalive"),
    };
    const text = stripVTControlCharacters(comparisonText(compareResults(before, other)));
    expect(text.slice(text.indexOf("Only before")).split("\n")).toEqual([
      "Only before:",
      "  mqtt: 18 cells, octets",
      "  tcp at nat",
      expect.stringMatching(/^ {2}CPU of the watching process .*tcp-keepalive, CPU of the whole machine/),
    ]);
    const none: Results = { ...before, trials: [], wire: [], cost: [] };
    for (const line of comparisonText(compareResults(before, none)).split("\n")) {
      expect(line.length).toBeLessThan(200);
    }
  });

  test("the table shows medians and shares of what changed", () => {
    const after = withCell("tcp", "hang", (trial) => ({ ...trial, latencyMs: 6000 }));
    const text = stripVTControlCharacters(comparisonText(compareResults(before, after)));
    expect(text).toMatch(/tcp .* hang .*20\/20.*6\.00 s 20\/20.*slower/);
    expect(text).toContain("1 of 234 cells changed");
  });
});

describe("the tests behind it", () => {
  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);

  // By hand: U = 12.5, its variance 100/12 (21 - 30/380) = 174.3, so z = (50 - 12.5 - 0.5) / 13.2 = 2.802.
  test("the rank test corrects for ties and continuity", () => {
    expect(rankTest(range(1, 10), range(6, 10))).toBeCloseTo(0.005075, 6);
  });

  test("the rank test: equal samples, too few, all tied", () => {
    expect(rankTest(range(1, 10), range(1, 10))).toBe(1);
    expect(rankTest([1, 2], range(1, 10))).toBeUndefined();
    expect(rankTest(Array(10).fill(1), Array(10).fill(1))).toBe(1);
  });

  // Sums of binomial probabilities: of 10 events, each on either side alike, 1 or fewer or 9 or more.
  test("the rate test is the exact binomial one", () => {
    expect(rateTest(1, 5, 9, 5)).toBeCloseTo(22 / 1024, 10);
    expect(rateTest(0, 1, 0, 1)).toBe(1);
    expect(rateTest(3, 0, 3, 1)).toBeUndefined();
    expect(rateTest(2, 1, 8, 4)).toBeGreaterThan(0.9);
  });

  test("of many tests those are believed that Benjamini and Hochberg believe", () => {
    expect(believed([0.01, 0.5, 0.02, undefined, 0.03], 0.04)).toEqual([true, false, true, false, true]);
    expect(believed([0.05, 0.06], 0.04)).toEqual([false, false]);
    expect(believed([], 0.01)).toEqual([]);
  });
});
