import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { peerAt } from "../cost/fleet.js";
import { alternate } from "../cost/rounds.js";
import { type CostReport, countRow, readCostReport, rowOf, writeCostReport } from "../cost/row.js";
import { figureOf, ratioOf } from "../cost/statistics.js";
import { costTable, costVerdict } from "../cost/table.js";

const folder = mkdtempSync(join(tmpdir(), "heartwire-cost-"));
afterAll(() => rmSync(folder, { recursive: true }));

const head = { name: "a", title: "A", peers: 10, unit: "ratio", how: "by hand" } as const;

const report = (...rows: CostReport["rows"]): CostReport => ({
  schema: 1,
  environment: {
    node: "v20.0.0",
    platform: "linux x64",
    kernel: "6.1",
    cpus: 2,
    cpuModel: "any",
    loadAverage: 0,
    date: "2026-01-01T00:00:00.000Z",
  },
  scale: "tiny",
  seconds: 1,
  rows,
  notMeasured: [],
});

describe("statistics", () => {
  test("the ratio is the median of the rounds' ratios, not the ratio of medians", () => {
    // A machine that runs at a third of its speed for one round: both halves suffer, the ratio does not.
    expect(ratioOf([12, 36, 14], [10, 30, 10])).toMatchObject({ value: 1.2, n: 3 });
    expect(ratioOf([2, 40, 9], [1, 10, 9]).value).toBe(2);
  });

  test("spread and count come from the samples, which stay as they are", () => {
    const samples = [5, 1, 3];
    const { value, n, spread } = figureOf(samples);
    expect([value, n, spread.p5, spread.p95]).toEqual([3, 3, 1.2, 4.8]);
    expect(samples).toEqual([5, 1, 3]);
  });

  test.each([
    ["nothing", () => figureOf([]), "no samples"],
    ["NaN", () => figureOf([1, Number.NaN]), "NaN"],
    ["half a round", () => ratioOf([1, 2], [1]), "not 2 and 1"],
    ["a base of zero", () => ratioOf([1], [0]), "above 0, not 0"],
  ])("refuses %s", (_what, measure, says) => {
    expect(measure).toThrow(RangeError);
    expect(measure).toThrow(says);
  });
});

test("rounds alternate, and the first of each is thrown away", async () => {
  const order: string[] = [];
  const named = (name: string) => async () => order.push(name);
  const results = await alternate(2, { a: named("a"), b: named("b") });
  expect(order.join("")).toBe("ababab");
  expect(results).toEqual({ a: [3, 5], b: [4, 6] });
});

describe("a row", () => {
  test.each([
    [1.25, 1.25, true],
    [1.2501, 1.25, false],
    [0, 0, true],
  ])("%d against a bar of %d: %s", (value, bar, met) => {
    expect(countRow({ ...head, bar }, value).met).toBe(met);
  });

  test("without a bar has no verdict", () => {
    expect(countRow(head, 5)).toMatchObject({ bar: null, met: null });
  });
});

describe("cost.json", () => {
  test("round trip", () => {
    const path = join(folder, "ok.json");
    const all = report(rowOf({ ...head, bar: 2 }, figureOf([1, 2, 3])));
    writeCostReport(path, all);
    expect(readCostReport(path)).toEqual(all);
  });

  test("a verdict that does not follow from the figure is neither written nor read", () => {
    const path = join(folder, "lie.json");
    const lie = report({ ...countRow({ ...head, bar: 1 }, 2), met: true });
    expect(() => writeCostReport(path, lie)).toThrow(/met must follow/);
    expect(() => readFileSync(path)).toThrow();
    writeFileSync(path, JSON.stringify(lie));
    expect(() => readCostReport(path)).toThrow(/lie\.json is not a cost report of schema 1/);
  });
});

test("the table shows figure, bar and verdict in 100 columns, what is judged first", () => {
  const rows = report(
    countRow({ ...head, title: "No bar", unit: "µs" }, 3.456),
    rowOf({ ...head, title: "Good", bar: 1.25 }, figureOf([1.1, 1.2, 1.3])),
    countRow({ ...head, name: "bad", title: "Bad", bar: 5, unit: "ms" }, 184.2),
  );
  const lines = stripVTControlCharacters(costTable(rows)).split("\n");
  const at = (text: string) => lines.findIndex((line) => line.includes(text));
  expect(lines[at("Good")]).toMatch(/1\.20 ×.*1\.11–1\.29.*≤ 1\.25.* met/);
  expect(lines[at("Bad")]).toMatch(/184 ms.*≤ 5.*missed/);
  expect(lines[at("No bar")]).toMatch(/3\.46 µs/);
  expect(at("No bar")).toBeGreaterThan(at("Bad"));
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  expect(costVerdict(rows)).toBe("1 of 2 bars met; missed: bad at 10 peers.");
});

test("a peer is known by its address", () => {
  expect([peerAt("127.1.0.0"), peerAt("127.1.0.7"), peerAt("127.2.1.3")]).toEqual([0, 7, 65_536 + 259]);
});
