import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrivalWindow } from "../src/arrival-window.js";

/** Mean and variance in two passes over what the window should hold. */
function twoPass(gapsMs: readonly number[]) {
  const meanMs = gapsMs.reduce((sum, gapMs) => sum + gapMs, 0) / gapsMs.length;
  const scatter = gapsMs.reduce((sum, gapMs) => sum + (gapMs - meanMs) ** 2, 0);
  return { meanMs, varianceMs2: scatter / (gapsMs.length - 1) };
}

const gap = fc.double({ min: 0, max: 1e6, noNaN: true });

describe("a window of gaps", () => {
  it("holds the newest ones, newest first, and their mean and variance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.array(gap, { minLength: 2, maxLength: 60 }),
        (capacity, gaps) => {
          const window = new ArrivalWindow(capacity);
          for (const [index, gapMs] of gaps.entries()) {
            window.add(gapMs);
            const held = gaps.slice(Math.max(0, index + 1 - capacity), index + 1);
            expect(window.size).toBe(held.length);
            expect(held.map((_, back) => window.gapMs(back))).toEqual([...held].reverse());
            expect(window.medianMs).toBe([...held].sort((a, b) => a - b)[(held.length - 1) >> 1]);
            if (held.length < 2) continue;
            const { meanMs, varianceMs2 } = twoPass(held);
            const largestMs = Math.max(1, ...gaps);
            expect(Math.abs(window.meanMs - meanMs)).toBeLessThan(1e-12 * largestMs);
            expect(Math.abs(window.varianceMs2 - varianceMs2)).toBeLessThan(1e-12 * largestMs ** 2);
          }
        },
      ),
    );
  });

  it("sees a millisecond of jitter on a gap of days, where sums of squares see none", () => {
    const gaps = Array.from({ length: 100 }, (_, index) => 1e9 + (index % 2));
    const window = new ArrivalWindow(100);
    for (const gapMs of gaps) window.add(gapMs);
    const { varianceMs2 } = twoPass(gaps);
    expect(Math.abs(window.varianceMs2 / varianceMs2 - 1)).toBeLessThan(1e-6);
    const squares = gaps.reduce((sum, gapMs) => sum + gapMs ** 2, 0) / 100;
    const mean = gaps.reduce((sum, gapMs) => sum + gapMs, 0) / 100;
    expect(Math.abs((squares - mean ** 2) / varianceMs2 - 1)).toBeGreaterThan(0.5);
  });

  it("forgets an enormous gap, and the rounding it caused, within one more turn", () => {
    const window = new ArrivalWindow(10);
    window.add(1e15);
    for (let count = 0; count < 20; count++) window.add(1000 + (count % 2));
    expect(window.meanMs).toBe(1000.5);
    expect(window.varianceMs2).toBeCloseTo(2.5 / 9, 12);
  });

  it("does not drift in a million gaps", () => {
    const window = new ArrivalWindow(7);
    const gapMs = (index: number) => 1000 + ((index * 7919) % 100) / 7;
    for (let index = 0; index < 1_000_003; index++) window.add(gapMs(index));
    const held = Array.from({ length: 7 }, (_, back) => gapMs(1_000_002 - back));
    expect(window.meanMs).toBeCloseTo(twoPass(held).meanMs, 9);
    expect(window.varianceMs2).toBeCloseTo(twoPass(held).varianceMs2, 9);
  });

  it("of equal gaps has no variance but rounding's, never a negative one; of too few, none at all", () => {
    const window = new ArrivalWindow(3);
    expect([window.meanMs, window.medianMs]).toEqual([Number.NaN, Number.NaN]);
    window.add(0.1);
    expect(window.varianceMs2).toBeNaN();
    for (let count = 0; count < 10; count++) window.add(0.1);
    expect(window.varianceMs2).toBeGreaterThanOrEqual(0);
    expect(window.varianceMs2).toBeLessThan(1e-30);
    window.clear();
    expect([window.size, window.meanMs, window.varianceMs2]).toEqual([0, Number.NaN, Number.NaN]);
    window.add(5);
    expect([window.size, window.meanMs, window.gapMs(0)]).toEqual([1, 5, 5]);
  });
});
