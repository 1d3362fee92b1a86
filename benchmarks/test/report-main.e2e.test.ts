// The command as a user runs it. Runs what `tsc -b` built: `npm test` always builds first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeResults } from "../report/results.js";
import { syntheticResults } from "./report-fixture.js";

const MAIN = fileURLToPath(new URL("../dist/report/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heartwire-report-main-"));
const file = (name: string) => join(folder, name);

beforeAll(() => {
  writeResults(file("a.json"), syntheticResults({ links: 10 }));
  const after = syntheticResults({ links: 10 });
  const slower = after.trials.map((trial) =>
    trial.fault === "hang" && trial.latencyMs !== null
      ? { ...trial, latencyMs: trial.latencyMs + 2000 }
      : trial,
  );
  writeResults(file("b.json"), { ...after, trials: slower });
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

test("page and picture are written", () => {
  expect(run("page", file("a.json"), file("a.html"))).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(readFileSync(file("a.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  expect(run("picture", file("a.json"), file("a.svg")).status).toBe(0);
  expect(readFileSync(file("a.svg"), "utf8")).toMatch(/^<svg /);
});

test("Markdown goes to stdout", () => {
  const { status, stdout } = run("markdown", file("a.json"));
  expect(status).toBe(0);
  expect(stdout).toContain("## Claims");
});

test("compare ends with 0 when nothing changed and with 1 when something did", () => {
  expect(run("compare", file("a.json"), file("a.json"))).toMatchObject({ status: 0 });
  const { status, stdout } = run("compare", file("a.json"), file("b.json"));
  expect(status).toBe(1);
  expect(stdout).toMatch(/tcp .*hang.*slower/);
});

test("the committed JSON Schema is in step", () => {
  expect(run("schema", "--check")).toMatchObject({ status: 0 });
});

test.each([
  [[], "a command is missing"],
  [["paeg"], 'there is no command "paeg"'],
  [["page", "one.json"], "page takes RESULTS.json and OUT.html, not one.json"],
  [["markdown", "--check", "x"], "--check goes with readme, advice and schema only"],
  [["markdown", "--colour"], "--colour"],
])("wrong arguments %j end with 2, say what is wrong and how it goes", (args, message) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain("page RESULTS.json OUT.html");
});

test("a file that cannot be used ends with 2 and its name, without a stack", () => {
  const { status, stderr } = run("markdown", file("none.json"));
  expect(status).toBe(2);
  expect(stderr).toContain("none.json");
  expect(stderr).not.toContain("    at ");
});

test("--help explains every command", () => {
  const { status, stdout } = run("--help");
  expect(status).toBe(0);
  for (const command of ["page", "markdown", "picture", "readme", "schema", "compare"])
    expect(stdout).toContain(command);
});
