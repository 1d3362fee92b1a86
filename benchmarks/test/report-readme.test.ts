import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { renderMarkdown } from "../report/markdown.js";
import { renderPicture } from "../report/picture.js";
import { readmeBlock, syncReadme } from "../report/readme.js";
import { type Results, readResults } from "../report/results.js";
import { syncJson, syncText } from "../report/sync.js";
import { fixtureSubjects, syntheticResults } from "./report-fixture.js";

const folder = mkdtempSync(join(tmpdir(), "heartwire-readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

const results = syntheticResults({ links: 10 });
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const REFERENCE = at("../results/reference.json");

describe("the README's blocks", () => {
  const readme = join(folder, "README.md");
  const around = (glance: string, comparison: string) => `# Title\n\n${glance}\n\nCode.\n\n${comparison}\n`;
  const made = (of: Results) => around(readmeBlock("glance", of), readmeBlock("comparison", of));
  const synced = (of: Results) => syncReadme(readme, of, { check: true });

  test("are replaced, and nothing else; then they are in step until the figures of either change", () => {
    const empty = (name: string) => `<!-- ${name} -->\nold\n<!-- /${name} -->`;
    writeFileSync(readme, around(empty("glance"), empty("comparison")));
    expect(synced(results)).toBe("out of step");
    expect(readFileSync(readme, "utf8")).toContain("old");
    expect(syncReadme(readme, results, { check: false })).toBe("written");
    expect(readFileSync(readme, "utf8")).toBe(made(results));
    expect(synced(results)).toBe("in step");
    const slower = results.trials.map((trial) => ({
      ...trial,
      latencyMs: trial.latencyMs && trial.latencyMs + 500,
    }));
    expect(synced({ ...results, trials: slower })).toBe("out of step");
    const frugal = results.wire.map((row) => ({ ...row, seconds: row.seconds * 2 }));
    expect(synced({ ...results, wire: frugal })).toBe("out of step");
  });

  test("a figure changed by hand in the glance alone is out of step", () => {
    writeFileSync(readme, made(results).replace("| *never* |", "| 2.0 s |"));
    expect(synced(results)).toBe("out of step");
  });

  test("have to be there", () => {
    writeFileSync(readme, `# Title\n\n${readmeBlock("glance", results)}\n`);
    expect(() => synced(results)).toThrow(/has no block between <!-- comparison -->/);
    writeFileSync(readme, "# Title\n");
    expect(() => synced(results)).toThrow(/has no block between <!-- glance -->/);
  });

  test("the large table shows the compact subjects, keepalive with a user timeout among them, and only they", () => {
    const block = readmeBlock("comparison", results);
    expect(block).toContain(
      "| what broke | TCP keepalive | TCP keepalive, user timeout | TCP heartbeat | UDP echo | UDP beat | WebSocket ping | ws README |",
    );
    expect(block).toMatch(
      /\| peer process hangs \(SIGSTOP\) \| \*\*missed\*\* \[never\] \| \*\*missed\*\* \[never\] \| \d\.\d\d s \[2\.0–3\.0 s\]/,
    );
  });
});

test.skipIf(!existsSync(REFERENCE))(
  `README and picture are in step with the reference run${existsSync(REFERENCE) ? "" : " (there is none yet: benchmarks/results/reference.json)"}`,
  () => {
    const reference = readResults(REFERENCE);
    expect(
      syncReadme(at("../../README.md"), reference, { check: true }),
      "run: node benchmarks/dist/report/main.js readme",
    ).toBe("in step");
    expect(syncText(at("../results/reference.svg"), renderPicture(reference), { check: true })).toBe(
      "in step",
    );
  },
);

describe("Markdown", () => {
  const markdown = renderMarkdown(results);

  test("every row of a table has as many cells as its head", () => {
    const tables = markdown.split("\n\n").filter((block) => block.startsWith("|"));
    expect(tables.length).toBeGreaterThan(5);
    for (const table of tables) {
      const counts = new Set(table.split("\n").map((line) => line.replaceAll("\\|", "").split("|").length));
      expect(counts.size, table.slice(0, 80)).toBe(1);
    }
  });

  test("the full matrix has every subject, and what was not measured its reason", () => {
    const head = `| what broke | ${fixtureSubjects.map(({ title }) => title).join(" | ")} |`;
    expect(markdown).toContain(head);
    expect(markdown).toContain("- amqplib: RabbitMQ is not installed");
  });

  test("a bar in a name ends no cell", () => {
    const faults = results.faults!.map((fault) =>
      fault.name === "hang" ? { ...fault, title: "a | b" } : fault,
    );
    expect(renderMarkdown({ ...results, faults })).toContain("| a \\| b |");
  });
});

test("generated JSON is in step however it is laid out", () => {
  const path = join(folder, "some.json");
  expect(syncJson(path, { a: [1, 2] }, { check: true })).toBe("out of step");
  expect(syncJson(path, { a: [1, 2] }, { check: false })).toBe("written");
  writeFileSync(path, '{"a":[1,\n2]}');
  expect(syncJson(path, { a: [1, 2] }, { check: true })).toBe("in step");
  expect(syncJson(path, { a: [1, 3] }, { check: true })).toBe("out of step");
});
