import { readFileSync } from "node:fs";
import { format } from "node:util";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(
  ([, code = "", printed = ""]) => ({ code, printed }),
);

/** Runs an example and returns what it prints. */
function run(code: string): string {
  const body = code.replace(/^import \{(.*)\} from "@heartwire\/core";$/m, "const {$1} = core;");
  let printed = "";
  const log = (...values: unknown[]) => {
    printed += `${format(...values)}\n`;
  };
  runInNewContext(body, { core, console: { log }, Uint8Array });
  return printed;
}

describe("the README", () => {
  it("has its examples, each with what it prints", () => {
    expect(examples).toHaveLength(4);
    expect(readme.match(/```ts\n/g)).toHaveLength(examples.length);
  });

  it.each(examples)("$printed", ({ code, printed }) => {
    expect(run(code)).toBe(printed);
  });

  it("shows the transition table as it is", () => {
    for (const [state, moves] of Object.entries(core.TRANSITIONS)) {
      const row = [state, ...Object.values(moves)].map((cell) => cell.padEnd(8)).join(" ");
      expect(readme).toContain(`${row.trimEnd()}\n`);
    }
  });

  it("names nothing that is not there", () => {
    const names = readme
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
    const values = names.filter((name) => /^[a-z]/.test(name) || name === name.toUpperCase());
    expect(values.length).toBeGreaterThan(10);
    for (const name of values) expect(core).toHaveProperty(name);
  });
});
