import { expect, test } from "vitest";
import { wantsColour } from "../src/terminal.js";
import { bullet, wrap } from "../src/text.js";
import { memoryTerminal } from "./support/memory-terminal.js";

test.each([
  ["a terminal", true, {}, true],
  ["a pipe", false, {}, false],
  ["a pipe in CI", false, { CI: "true" }, false],
  ["a dumb terminal", true, { TERM: "dumb" }, false],
  ["a terminal, NO_COLOR", true, { NO_COLOR: "1" }, false],
  ["a terminal, NO_COLOR empty", true, { NO_COLOR: "" }, true],
  ["a pipe, FORCE_COLOR", false, { FORCE_COLOR: "1" }, true],
  ["a pipe, FORCE_COLOR empty", false, { FORCE_COLOR: "" }, true],
  ["a terminal, FORCE_COLOR=0", true, { FORCE_COLOR: "0" }, false],
  ["both: NO_COLOR wins", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
])("colour on %s", (_, isTTY, env, wanted) => {
  expect(wantsColour({ isTTY }, env)).toBe(wanted);
});

test("marks and wraps a finding at the terminal's width", () => {
  const { terminal } = memoryTerminal({ NO_COLOR: "1" }, 20);
  expect(bullet("problem", ["one two three four five", "six"], terminal)).toBe(
    "  !! one two three\n     four five\n     six",
  );
});

test("a terminal that does not know its width is as wide as need be", () => {
  expect(memoryTerminal({}, 0).terminal.columns).toBe(Number.POSITIVE_INFINITY);
});

test("wrap never loses a word, and breaks only where it must", () => {
  expect(wrap("a bb ccc", 4)).toEqual(["a bb", "ccc"]);
  expect(wrap("incomprehensible a", 4)).toEqual(["incomprehensible", "a"]);
});
