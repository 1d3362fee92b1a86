import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { catalogueOf, knownCatalogue } from "../report/catalogue.js";
import { predictDefaults } from "../report/defaults.js";
import { readKernelKeepalive } from "../report/kernel-keepalive.js";
import { type Results, readResults, writeResults } from "../report/results.js";
import { resultsJsonSchema } from "../report/schema.js";
import { syntheticResults } from "./report-fixture.js";

const folder = mkdtempSync(join(tmpdir(), "heartwire-schema-"));
afterAll(() => rmSync(folder, { recursive: true }));

const results = syntheticResults({ links: 3 });

test("results.schema.json is what the schema in the source says", () => {
  const committed = JSON.parse(
    readFileSync(new URL("../report/results.schema.json", import.meta.url), "utf8"),
  );
  expect(committed, "run: node benchmarks/dist/report/main.js schema").toEqual(resultsJsonSchema());
});

test("a file holds a line per row, and reads back as it was", () => {
  const path = join(folder, "rows.json");
  writeResults(path, results);
  const lines = readFileSync(path, "utf8").split("\n");
  expect(
    lines.filter((line) => line.startsWith('  {"subject"') && line.includes('"latencyMs"')),
  ).toHaveLength(results.trials.length);
  expect(readResults(path)).toEqual(results);
});

test.each<[string, Partial<Results>, RegExp]>([
  [
    "a verdict that is none",
    { claims: [{ id: "a", claim: "b", verdict: "maybe" as "true", figures: "" }] },
    /claims\[0\]\.verdict/,
  ],
  ["a cost without a count", { cost: [{ name: "cpu", value: 1, unit: "µs", n: 0 }] }, /cost\[0\]\.n/],
  [
    "an unknown effect",
    { faults: [{ name: "x", title: "x", effect: { kind: "magic" } as never }] },
    /faults\[0\]\.effect/,
  ],
  [
    "a negative time watched",
    { trials: [{ ...results.trials[0]!, watchedMs: -1 }] },
    /trials\[0\]\.watchedMs/,
  ],
])("%s is refused, and said where", (_what, wrong, where) => {
  expect(() => writeResults(join(folder, "wrong.json"), { ...results, ...wrong })).toThrow(where);
});

test("what is no JSON is called that", () => {
  const path = join(folder, "text.json");
  writeFileSync(path, "hello");
  expect(() => readResults(path)).toThrow(/text\.json is not JSON/);
});

describe("the catalogue", () => {
  test("of every subject and fault of this checkout fits the schema", () => {
    const path = join(folder, "known.json");
    const known = knownCatalogue();
    expect(known.faults.length).toBeGreaterThan(0);
    writeResults(path, { ...results, ...known, defaults: predictDefaults() });
    expect(readResults(path).faults).toEqual(known.faults);
  });

  test("a trial of something described nowhere is an error, not a gap in the tables", () => {
    const strange = { ...results.trials[0]!, fault: "meteorite" };
    expect(() => catalogueOf({ ...results, trials: [strange] })).toThrow(/"meteorite"/);
  });

  test("defaults are predicted for real faults only", () => {
    const harmless = new Set(
      knownCatalogue()
        .faults.filter(({ effect }) => effect.kind === "harmless")
        .map(({ name }) => name),
    );
    const rows = predictDefaults();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ fault }) => harmless.has(fault))).toEqual([]);
  });
});

describe("the kernel's keepalive", () => {
  test("is read from where the kernel tells it", async () => {
    const values = {
      tcp_keepalive_time: 11,
      tcp_keepalive_intvl: 7,
      tcp_keepalive_probes: 4,
      tcp_retries2: 9,
    };
    for (const [name, value] of Object.entries(values)) writeFileSync(join(folder, name), `${value}\n`);
    expect(await readKernelKeepalive(folder)).toMatchObject({
      idleS: 11,
      intervalS: 7,
      probes: 4,
      retries2: 9,
    });
  });

  test("is undefined where it is not told", async () => {
    expect(await readKernelKeepalive(join(folder, "nowhere"))).toBeUndefined();
  });
});
