import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { adviceTable } from "../report/advice-table.js";
import { readResults } from "../report/results.js";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const results = readResults(at("../results/reference.json"));

describe("the figures for advice", () => {
  test("are those of the trials, counted anew", () => {
    const table = adviceTable(results);
    const { faults } = table.subjects.find(({ name }) => name === "tcp")!;
    const trials = results.trials.filter(({ subject, fault }) => subject === "tcp" && fault === "hang");
    expect(faults.hang).toMatchObject({
      n: trials.length,
      detected: trials.filter(({ detected }) => detected).length,
    });
    expect(trials.length).toBeGreaterThan(0);
  });

  test("are ours alone, and what was not measured is not there", () => {
    const without = { ...results, trials: results.trials.filter(({ fault }) => fault !== "hang"), wire: [] };
    for (const { name, faults, octetsPerHour } of adviceTable(without).subjects) {
      expect(results.subjects?.find((row) => row.name === name)?.kind ?? "heartwire").toBe("heartwire");
      expect(faults).not.toHaveProperty("hang");
      expect(octetsPerHour).toBeUndefined();
    }
  });
});

test("packages/cli/data/measured.json is in step with the reference run", () => {
  const committed: unknown = JSON.parse(readFileSync(at("../../packages/cli/data/measured.json"), "utf8"));
  expect(committed, "run npm run report -- advice").toEqual(JSON.parse(JSON.stringify(adviceTable(results))));
});
