import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { retrace } from "./harness/scenario.js";

const folder = new URL("scenarios/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

/** UPDATE_SCENARIOS=1 writes the traces as they are; then read the difference before you commit it. */
const updating = process.env.UPDATE_SCENARIOS === "1";

describe("scenarios", () => {
  it("are there", () => {
    expect(files.length).toBeGreaterThanOrEqual(10);
  });

  it.each(files)("%s", (name) => {
    const file = new URL(name, folder);
    const told = readFileSync(file, "utf8");
    const traced = retrace(told);
    if (updating) writeFileSync(file, traced);
    else expect(traced).toBe(told);
  });
});

describe("the runner", () => {
  it("notices a wrong trace, a missing one and one too many", () => {
    const right = "policy fixed-timeout intervalMs=1000\nat 0 active\n> 0 alive\n";
    expect(retrace(right)).toBe(right);
    for (const wrong of [
      right.replace("alive", "left"),
      right.replace("> 0 alive\n", ""),
      right.replace("> 0 alive", "> 0 alive\n> 0 alive"),
    ]) {
      expect(retrace(wrong)).toBe(right);
    }
  });

  it.each([
    ["at 0 active", "begins with its policy"],
    ["policy guess", "begins with its policy"],
    ["policy fixed-timeout intervalMs=0", "intervalMs must"],
    ["policy answer-only\nat 0 sneezed", "not a line"],
    ["policy answer-only\nat noon active", "no time"],
    ["policy answer-only\nat 0 received hug", "no such heartbeat"],
    ["policy answer-only\nrun to 9\nat 5 active", "backwards"],
  ])("refuses nonsense: %j", (text, message) => {
    expect(() => retrace(text)).toThrow(message);
  });
});
