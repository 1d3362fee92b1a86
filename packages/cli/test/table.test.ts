import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitColumns, renderTable } from "../src/table.js";
import { memoryTerminal } from "./support/memory-terminal.js";

const { terminal: plain } = memoryTerminal();
const { terminal: coloured } = memoryTerminal({ FORCE_COLOR: "1" });

const COLUMNS = [
  { title: "first" },
  { title: "second\npart", sacrifice: 2 },
  { title: "third", sacrifice: 1 },
];
const ROWS = [
  ["a", "bb", "cccccccccccc"],
  ["aaaaaaaaaaaaaaaa", "b", "c"],
];

const renderAt = (columns: number, colours = plain.colours): string =>
  renderTable(COLUMNS, ROWS, { columns, colours });

describe("renderTable", () => {
  test("is as wide as its contents where nobody looks at it", () => {
    expect(renderAt(Number.POSITIVE_INFINITY).split("\n")).toEqual([
      "first             second  third",
      "                  part",
      "a                 bb      cccccccccccc",
      "aaaaaaaaaaaaaaaa  b       c",
    ]);
  });

  test("leaves out the least important column first, and says so", () => {
    expect(renderAt(30).split("\n")).toEqual([
      "first             second",
      "                  part",
      "a                 bb",
      "aaaaaaaaaaaaaaaa  b",
      "(no room for: third)",
    ]);
  });

  test("cuts what must stay", () => {
    expect(renderAt(10).split("\n")).toEqual([
      "first",
      "a",
      "aaaaaaaaa…",
      "(no room for: second part, third)",
    ]);
  });

  test("takes as many rows as a busy server has connections", { timeout: 30_000 }, () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => [String(index)]);
    const text = renderTable([{ title: "n" }], rows, plain);
    expect(text.split("\n")).toEqual(["n", ...rows.map(([cell]) => cell)]);
  });

  test("colour takes no room", () => {
    for (const columns of [10, 30, Number.POSITIVE_INFINITY]) {
      const text = renderAt(columns, coloured.colours);
      expect(text).not.toBe(renderAt(columns));
      expect(stripVTControlCharacters(text)).toBe(renderAt(columns));
    }
  });
});

test("fitColumns takes from the widest, and no more than it must", () => {
  const widths = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(widths, fc.integer({ min: 0, max: 300 }), (natural, available) => {
      const fitted = fitColumns(natural, available);
      const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
      fitted.forEach((width, index) => {
        expect(width).toBeLessThanOrEqual(natural[index]!);
        expect(width).toBeGreaterThanOrEqual(Math.min(natural[index]!, 6));
      });
      if (sum(natural) <= available) expect(fitted).toEqual(natural);
      else if (fitted.some((width) => width > 6)) expect(sum(fitted)).toBe(available);
    }),
  );
});
