import { describe, expect, it } from "vitest";
import { type KeepaliveConditions, type KeepaliveSettings, keepaliveDetection } from "../src/index.js";

interface Measured {
  readonly what: string;
  readonly settings: KeepaliveSettings;
  readonly conditions?: KeepaliveConditions;
  /** On Linux 6.18, from the cut to ETIMEDOUT. */
  readonly fromMs: number;
  readonly toMs: number;
}

const settings = (idle: number, interval: number, probes: number, userTimeoutMs = 0): KeepaliveSettings => ({
  idleMs: 1000 * idle,
  intervalMs: 1000 * interval,
  probes,
  userTimeoutMs,
});
const DATA: KeepaliveConditions = { unacknowledgedData: true };
const DEFAULTS = settings(7200, 75, 9);

const measured: readonly Measured[] = [
  { what: "idle, 1/1/3", settings: settings(1, 1, 3), fromMs: 3290, toMs: 4065 },
  { what: "idle, 1/1/10", settings: settings(1, 1, 10), fromMs: 10_500, toMs: 10_900 },
  { what: "idle, 1/1/10, user timeout 2500", settings: settings(1, 1, 10, 2500), fromMs: 2400, toMs: 2800 },
  { what: "idle, 1/1/3, user timeout 10000", settings: settings(1, 1, 3, 10_000), fromMs: 9900, toMs: 9900 },
  { what: "data, defaults", settings: DEFAULTS, conditions: DATA, fromMs: 958_800, toMs: 958_800 },
  ...([3, 5, 6] as const).map((retries2, index) => {
    const tookMs = [6700, 13_400, 26_700][index]!;
    const conditions = { ...DATA, retries2 };
    return {
      what: `data, retries2 ${retries2}`,
      settings: DEFAULTS,
      conditions,
      fromMs: tookMs,
      toMs: tookMs,
    };
  }),
  ...([1000, 3000, 5000] as const).map((userTimeoutMs, index) => {
    const tookMs = [1430, 3420, 5450][index]!;
    return {
      what: `data, user timeout ${userTimeoutMs}`,
      settings: settings(1, 1, 3, userTimeoutMs),
      conditions: DATA,
      fromMs: tookMs,
      toMs: tookMs,
    };
  }),
];

describe("what Linux was measured to do lies between the predicted best and worst", () => {
  it.each(measured)("$what: $fromMs to $toMs ms", ({ settings: of, conditions, fromMs, toMs }) => {
    const { best, mean, worst } = keepaliveDetection(of, conditions);
    expect(best).toBeLessThanOrEqual(fromMs);
    expect(worst).toBeGreaterThanOrEqual(toMs);
    expect(mean).toBeGreaterThan(best);
    expect(mean).toBeLessThan(worst);
    // A span as wide as all the world would hold anything.
    expect(worst).toBeLessThanOrEqual(2.5 * best);
  });

  it("and the mean of an idle cut is the middle of those measured", () => {
    const { mean } = keepaliveDetection(settings(1, 1, 3));
    expect(Math.abs(mean - (3290 + 4065) / 2)).toBeLessThan(250);
  });
});

describe("the rules behind it", () => {
  it("a user timeout replaces the probe count", () => {
    const few = keepaliveDetection(settings(1, 1, 3, 5000));
    const many = keepaliveDetection(settings(1, 1, 100, 5000));
    expect(few).toEqual(many);
  });

  it("the kernel counts whole seconds, rounded up", () => {
    const asked = { idleMs: 1001, intervalMs: 1, probes: 3 };
    expect(keepaliveDetection(asked)).toEqual(keepaliveDetection(settings(2, 1, 3)));
  });

  it("but one probe goes out at least", () => {
    expect(keepaliveDetection(settings(10, 5, 3, 1)).best).toBe(5000);
  });

  it("unacknowledged data suspends keepalive: its settings mean nothing then", () => {
    expect(keepaliveDetection(settings(1, 1, 1), DATA)).toEqual(keepaliveDetection(DEFAULTS, DATA));
  });

  it("more retries never hasten detection; the longest time-out is two minutes", () => {
    const bests = Array.from(
      { length: 16 },
      (_, retries2) => keepaliveDetection(DEFAULTS, { ...DATA, retries2 }).best,
    );
    for (let index = 1; index < bests.length; index++) {
      expect(bests[index]! - bests[index - 1]!).toBe(Math.min(200 * 2 ** index, 120_000));
    }
    expect(bests[15]).toBe(924_600);
  });
});
