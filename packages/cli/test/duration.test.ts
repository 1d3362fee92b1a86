import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDurationMs } from "../src/duration.js";

describe("formatDuration", () => {
  test.each([
    [0, "0 ms"],
    [480, "480 ms"],
    [1000, "1 s"],
    [1540, "1.5 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min"],
    [75_000, "1 min 15 s"],
    [7_875_000, "2 h 11 min 15 s"],
    [3_600_000, "1 h"],
    [90_061_000, "1 d 1 h 1 min 1 s"],
    [Number.POSITIVE_INFINITY, "never"],
  ])("%d ms: %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("parseDurationMs", () => {
  test.each([
    ["500ms", 500],
    ["20s", 20_000],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["5min", 300_000],
  ])("%s", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  test.each(["", "20", "s", "-5s", "1.5s", "20 s", "20S", "1d", "9999999999999s", "1e3s", "20s "])(
    "refuses %j, and says what is taken",
    (text) => {
      expect(() => parseDurationMs(text)).toThrow(RangeError);
      expect(() => parseDurationMs(text)).toThrow(`"${text}" is no duration`);
    },
  );

  test("reads what formatDuration prints of whole seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 86_399 }), (seconds) => {
        expect(parseDurationMs(formatDuration(seconds * 1000).replaceAll(" ", ""))).toBe(seconds * 1000);
      }),
    );
  });
});
