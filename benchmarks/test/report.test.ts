import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { answer } from "../report/answer.js";
import { cellOf } from "../report/cells.js";
import { type Results, readResults, type Trial, writeResults } from "../report/results.js";
import { detectionTable, wireTable } from "../report/tables.js";
import { chosen, counted, duration, list, octets, span } from "../report/words.js";

const folder = mkdtempSync(join(tmpdir(), "heartwire-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const trial = (more: Partial<Trial>): Trial => ({
  subject: "tcp",
  kind: "heartwire",
  fault: "hang",
  trial: 0,
  detected: true,
  latencyMs: 2500,
  uncertaintyMs: 1,
  cause: "silence",
  predictedMs: { best: 2000, worst: 3000 },
  mistakes: 0,
  ...more,
});

const missed = { detected: false, latencyMs: null, cause: null } as const;

const results = (trials: Trial[], wire: Results["wire"] = []): Results => ({
  schema: 1,
  environment: {
    node: "v20.0.0",
    platform: "linux x64",
    kernel: "6.1",
    cpus: 2,
    cpuModel: "any",
    memoryMiB: 1024,
    stage: "namespaces",
    date: "2026-01-01T00:00:00.000Z",
  },
  settings: {
    intervalMs: 1000,
    misses: 3,
    waitMs: 12_000,
    subjects: { "tcp-keepalive": "1/1/3", tcp: "1 s, 3" },
  },
  trials,
  wire,
  cost: [],
  notMeasured: [],
});

describe("cells", () => {
  test("count, median and causes come from the trials of that cell alone", () => {
    const all = results([
      trial({ latencyMs: 2100 }),
      trial({ latencyMs: 2500 }),
      trial({ latencyMs: 2900, cause: "reset" }),
      trial({ subject: "udp-echo", latencyMs: 1 }),
      trial({ fault: "kill", latencyMs: 1 }),
    ]);
    expect(cellOf(all, "tcp", "hang")).toMatchObject({
      count: 3,
      detected: 3,
      latencyMs: { median: 2500 },
      causes: ["silence", "reset"],
      surprises: 0,
    });
    expect(cellOf(all, "tcp", "cable-pulled")).toBeUndefined();
    // Asked again of other trials, the first answer is not repeated.
    expect(cellOf({ ...all, trials: all.trials.slice(1) }, "tcp", "hang")?.count).toBe(2);
  });

  test.each([
    ["earlier than the best", trial({ latencyMs: 1990 }), 1],
    ["earlier, but within the uncertainty of the fault", trial({ latencyMs: 1997, uncertaintyMs: 3 }), 0],
    ["later than the worst and what a loaded machine adds", trial({ latencyMs: 3102 }), 1],
    ["not at all", trial(missed), 1],
    [
      "not at all, and it would take longer than the wait",
      trial({ ...missed, predictedMs: { best: 9e5, worst: 1e6 } }),
      0,
    ],
    ["not at all, as predicted", trial({ ...missed, predictedMs: null }), 0],
    ["although that was thought impossible", trial({ predictedMs: null }), 1],
  ])("noticed %s", (_when, one, surprises) => {
    expect(cellOf(results([one]), "tcp", "hang")?.surprises).toBe(surprises);
  });
});

describe("the answer", () => {
  test("says what keepalive missed and why, and what the heartbeats found", () => {
    const sentences = answer(
      results([trial({}), trial({ subject: "tcp-keepalive", ...missed, predictedMs: null })]),
    );
    expect(sentences[0]).toMatch(/In 12 s TCP keepalive did not notice .*hangs.*never: it proves/);
    expect(sentences[1]).toContain("noticed the fault, 95 % of the links within 2.50 s");
  });

  test("two faults are all of two", () => {
    expect(answer(results([trial({}), trial({ fault: "silent-cut-idle" })]))[0]).toContain(
      "noticed all 2 faults",
    );
  });

  test("changes when the figures do: keepalive finds all, a heartbeat misses", () => {
    const sentences = answer(results([trial(missed), trial({ subject: "tcp-keepalive", latencyMs: 3500 })]));
    expect(sentences[0]).toBe("TCP keepalive noticed every fault tried.");
    expect(sentences[1]).toMatch(/^Not every heartbeat noticed every fault: TCP heartbeat at/);
    expect(sentences.at(-1)).toContain("Outside the prediction");
  });

  test("is empty without figures", () => {
    expect(answer(results([]))).toEqual([]);
  });
});

test("the tables fit 100 columns and mark what was missed", () => {
  const wire = {
    subject: "tcp",
    seconds: 30,
    frames: { out: 60, in: 30 },
    octets: { out: 4000, in: 2000 },
    minimumFrameOctets: null,
    perHour: { out: 480_000, in: 240_000 },
    predictedPerHour: { out: 480_000, in: 240_000 },
  };
  const all = results([trial({}), trial({ subject: "tcp-keepalive", ...missed, predictedMs: null })], [wire]);
  const table = detectionTable(all);
  expect(table).toContain("missed");
  expect(table).toContain("2.50 s");
  expect(wireTable(all)).toContain("720 kB");
  for (const line of [...table.split("\n"), ...wireTable(all).split("\n")]) {
    expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(100);
  }
});

test("seven contenders are two tables of four and three, each within 100 columns", () => {
  const seven = [
    "tcp-keepalive",
    "tcp-keepalive-user-timeout",
    "tcp",
    "udp-echo",
    "udp-beat",
    "websocket-ping",
    "ws-readme",
  ];
  const all = results(seven.map((subject) => trial({ subject })));
  const named = {
    ...all,
    settings: { ...all.settings, subjects: Object.fromEntries(seven.map((name) => [name, ""])) },
  };
  const lines = stripVTControlCharacters(detectionTable(named)).split("\n");
  expect(
    lines.filter((line) => line.includes("peer process")).map((line) => line.split("│").length - 3),
  ).toEqual([4, 3]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

describe("results.json", () => {
  test("round trip", () => {
    const path = join(folder, "ok.json");
    writeResults(path, results([trial({})]));
    expect(readResults(path)).toEqual(results([trial({})]));
  });

  test("neither written nor read when it does not fit; says where", () => {
    const path = join(folder, "bad.json");
    const bad = results([trial({ trial: -1 })]);
    expect(() => writeResults(path, bad)).toThrow(/trials\[0\]\.trial/);
    expect(() => readFileSync(path)).toThrow();
    writeFileSync(path, JSON.stringify({ schema: 2 }));
    expect(() => readResults(path)).toThrow(/bad\.json is not a results file of schema 1/);
  });
});

test("words", () => {
  expect([0.4, 14, 2470, 924_600].map(duration)).toEqual(["<1 ms", "14 ms", "2.47 s", "15 min"]);
  expect(span(0, 20)).toBe("0–20 ms");
  expect(span(2000, 3002)).toBe("2.0–3.0 s");
  expect(span(924_600, 1_176_000)).toBe("15–20 min");
  expect(span(30_000, 90_020)).toBe("30–90 s");
  expect(span(19_900, 45_000)).toBe("20–45 s");
  expect(span(60, 3000)).toBe("0.1–3.0 s");
  expect(span(45_000, 200_000)).toBe("45 s–4 min");
  expect(span(0, 7_875_000)).toBe("0–132 min");
  expect([13_000, 1500, 50].map(chosen)).toEqual(["13 s", "1.5 s", "50 ms"]);
  expect([counted(1, "fault"), counted(2, "fault")]).toEqual(["1 fault", "2 faults"]);
  expect([12, 466_400, 1_234_567].map(octets)).toEqual(["12 B", "466 kB", "1.23 MB"]);
  expect([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])]).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
});
