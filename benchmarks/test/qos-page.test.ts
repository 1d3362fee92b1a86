import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bargains } from "../qos/bargain.js";
import { CONTENDERS, contenderRows } from "../qos/contenders.js";
import { GENERATED_INTERVAL_MS, generatedCurves, recordedCurve } from "../qos/curves.js";
import { type Recording, readRecordings, writeRecording } from "../qos/recording.js";
import { environmentHere, type QosResults, readQos, writeQos } from "../qos/results.js";
import { headlineLines, qosTables, rate } from "../qos/table.js";
import { renderPage } from "../report/page/page.js";
import { ratio, verdictOf } from "../report/words.js";
import { syntheticResults } from "./report-fixture.js";

const side = {
  name: "plain fixed timeout",
  settings: "a ping every 875 ms",
  mistakes: 900,
  afterStall: 900,
  detectionMs: { mean: 2500, max: 3020, maxRan: 3020 },
  boundMs: 3020,
  crashes: 10,
  beyondBound: 0,
  octetsPerHour: 428_000,
};

const cell = { seed: 1, peerHours: 100, plainMistakes: 100, mistakes: 2, beyondBound: 0 };

const recording: Recording = {
  schema: 1,
  name: "recorded-test",
  title: "recorded: a test",
  why: "every tenth beat lost",
  environment: environmentHere(),
  intervalMs: 100,
  durationMs: 40_000,
  sent: 400,
  beats: Array.from({ length: 400 }, (_, seq): [number, number, number] => [
    seq,
    100 * seq,
    100 * seq + 1,
  ]).filter(([seq]) => seq % 10 !== 9),
};

/** Measured here and now, in two hours of each condition. */
function measured(): QosResults {
  const points = [...generatedCurves({ hours: 2, seed: 1, goOn: () => true }), ...recordedCurve(recording)];
  const names = [...new Set(points.map(({ condition }) => condition))];
  return {
    schema: 2,
    environment: environmentHere(),
    conditions: names.map((name) => ({
      name,
      title: `under ${name}`,
      why: "because",
      kind: name === recording.name ? "recorded" : "generated",
      intervalMs: GENERATED_INTERVAL_MS,
    })),
    contenders: contenderRows(),
    points,
    bargains: bargains({ hours: 2, seed: 1, goOn: () => true }),
    headlines: [
      {
        world: "test",
        title: "a world of tests",
        why: "a test",
        seed: 1,
        peerHours: 1234,
        plain: side,
        ours: [{ ...side, name: "default policy", mistakes: 0, fewer: { from: 240, to: null } }],
      },
    ],
    sensitivity: [
      { ...cell, lossRate: 0.5, meanMs: 1000, fewer: { from: 58.26, to: 61.14 } },
      { ...cell, lossRate: 1, meanMs: 1000, fewer: { from: 1.44, to: 1.46 } },
      { ...cell, lossRate: 1, meanMs: 73, fewer: { from: 48, to: null } },
    ],
    notMeasured: [{ what: "something", why: "a reason" }],
  };
}

describe("quality of service, told", () => {
  let folder: string;
  let results: QosResults;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heartwire-qos-"));
    results = measured();
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a file says what was written into it, and a wrong one is refused by name", () => {
    const path = join(folder, "qos.json");
    writeQos(path, results);
    expect(readQos(path)).toEqual(results);
    expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(results.points.length);
    expect(() =>
      writeQos(path, { ...results, points: [{ ...results.points[0]!, queryAccuracy: 2 }] }),
    ).toThrow(/queryAccuracy/);
  });

  test("a recording too; where there is no folder there are none", () => {
    writeRecording(folder, recording);
    expect(readRecordings(join(folder, "nowhere"))).toEqual([]);
    rmSync(join(folder, "qos.json"), { force: true });
    expect(readRecordings(folder)).toEqual([recording]);
  });

  test("every contender has its standard point under every generated condition", () => {
    for (const condition of results.conditions.filter(({ kind }) => kind === "generated")) {
      for (const { name, standard } of results.contenders) {
        const found = results.points.filter(
          (point) =>
            point.condition === condition.name && point.contender === name && point.value === standard,
        );
        expect(found, `${name} under ${condition.name}`).toHaveLength(1);
        expect(found[0]!.undetected).toBe(0);
      }
    }
  });

  test("local stalls are mistakes of a plain timeout, never of ours", () => {
    const inStalls = results.points.filter(({ condition }) => condition === "stalls");
    const ours = new Set(CONTENDERS.filter(({ kind }) => kind === "heartwire").map(({ name }) => name));
    for (const { contender, mistakes } of inStalls) if (ours.has(contender)) expect(mistakes).toBe(0);
    const plain = inStalls.filter(({ contender }) => contender === "plain-timeout");
    expect(plain.reduce((sum, { mistakes }) => sum + mistakes, 0)).toBeGreaterThan(0);
  });

  test("the tables name every contender, and the rows for the same octets", () => {
    const tables = qosTables(results);
    for (const words of ["Cassandra φ", "For the same octets an hour", "undecided"]) {
      expect(tables).toContain(words);
    }
  });

  test("a rate without a mistake is a bound", () => {
    const point = results.points.find(({ mistakes }) => mistakes === 0)!;
    expect(rate(point)).toMatch(/^< /);
    expect(rate({ ...point, mistakes: 3, mistakesPerHour: 1.5 })).toBe("1.5");
  });

  test("the headline holds, does not, or is undecided, as its interval says", () => {
    expect(verdictOf({ from: 240, to: null })).toBe("holds");
    expect(verdictOf({ from: 1.9, to: 2.1 })).toBe("does not hold");
    expect(verdictOf({ from: 40, to: 60 })).toBe("undecided");
    expect(headlineLines(results.headlines[0]!)).toContain("at least 240 times fewer");
    expect(ratio({ from: 12_251.7, to: null })).toBe("at least 12,200");
    expect(ratio({ from: 1.4463, to: 1.4511 })).toBe("1.44 to 1.46");
  });

  test("the page has a picture of each condition, and is the same without the section", () => {
    const plain = syntheticResults({ links: 4 });
    const source = renderPage(plain, results);
    const page = parseHTML(source).document;
    expect(source).not.toMatch(/NaN|Infinity|undefined/);
    for (const { name } of results.conditions) {
      const picture = page.querySelector(`[aria-labelledby^="qos-${name}-t"]`);
      expect(picture?.querySelectorAll("path,circle").length, name).toBeGreaterThan(20);
      const labels = [...(picture?.querySelectorAll('[aria-label$="tick label"] text') ?? [])];
      expect(labels.length).toBeGreaterThan(3);
      for (const label of labels) expect(label.textContent, name).not.toBe("");
    }
    // Where nobody was seen to err there is a bound, with an arrow, and no line that reads as none.
    const quiet = page.querySelector('[aria-labelledby^="qos-lan-t"]')!;
    expect(quiet.textContent).toContain("↓");
    expect(quiet.textContent).not.toContain("none seen");
    const ids = [...page.querySelectorAll("[id]")].map(({ id }) => id);
    expect(ids).toHaveLength(new Set(ids).size);
    const section = page.querySelector("#qos")!.parentElement!;
    for (const words of ["at least 240", "50 times fewer mistakes", "the first holds in 1", "qos.json"]) {
      expect(section.textContent).toContain(words);
    }
    expect(section.textContent).toContain("the bar of 50 holds in 1, does not in 1, and is undecided in 1");
    // That class is hidden on a phone.
    expect(page.querySelectorAll("table.wide")).toHaveLength(0);
    expect(page.querySelector("footer")!.textContent).toContain(results.environment.date);
    expect(page.querySelector('[aria-labelledby^="qos-sensitivity-t"]')!.textContent).toContain("58");
    expect(renderPage(plain)).not.toContain("qos");
  }, 30_000);
});
