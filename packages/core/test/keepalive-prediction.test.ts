import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type KeepaliveConditions,
  type KeepaliveSettings,
  keepaliveBound,
  keepaliveDetection,
  MAX_SCHEDULE_STEPS,
  retransmissionLimitMs,
} from "../src/index.js";

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
    const few = keepaliveBound(settings(1, 1, 3, 5000));
    const many = keepaliveBound(settings(1, 1, 100, 5000));
    expect(few).toEqual(many);
    expect(few.decidedBy).toBe("user-timeout");
    expect(keepaliveBound(settings(1, 1, 3)).decidedBy).toBe("probes");
  });

  it("the kernel counts whole seconds, rounded up", () => {
    const asked = { idleMs: 1001, intervalMs: 1, probes: 3 };
    expect(keepaliveDetection(asked)).toEqual(keepaliveDetection(settings(2, 1, 3)));
  });

  it("after an answered probe the kernel does not look for an interval: measured 6270 ms at 1 s / 3 s / 1", () => {
    const { best, worst } = keepaliveDetection({ idleMs: 1000, intervalMs: 3000, probes: 1 });
    expect([best, worst]).toEqual([3000, 6000 * (1 + 8 / 63)]);
  });

  it("but one probe goes out at least", () => {
    expect(keepaliveDetection(settings(10, 5, 3, 1)).best).toBe(5000);
  });

  it("a user timeout just behind a look may be reached at it, for timers are late", () => {
    // Looks at 1, 2, 3, 4 s, and each up to an eighth later: the one at 3 s may see 3010 ms.
    const { best, mean } = keepaliveDetection(settings(1, 1, 9, 3010));
    expect(best).toBe(2010);
    expect(mean).toBe(3500);
  });

  it("unacknowledged data suspends keepalive: its settings mean nothing then", () => {
    expect(keepaliveBound(settings(1, 1, 1), DATA)).toEqual(keepaliveBound(DEFAULTS, DATA));
    expect(keepaliveBound(DEFAULTS, DATA).decidedBy).toBe("retransmissions");
  });

  it("a longer time-out on a far path is counted, but the limit stays that of the shortest", () => {
    // The kernel fires 2, 6, 14 s after the first retransmission; its limit for 3 is 3 s.
    const { best, worst } = keepaliveDetection(DEFAULTS, { ...DATA, retries2: 3, rtoMs: 1000 });
    expect(best).toBe(6000);
    expect(worst).toBeCloseTo(8000 * (1 + 8 / 63), 6);
  });

  it("settings and conditions out of range are refused by name", () => {
    expect(() => keepaliveBound({ ...DEFAULTS, probes: 128 })).toThrow(/probes .* not 128/);
    expect(() => keepaliveBound(DEFAULTS, { retries2: 256 })).toThrow(/retries2 .* not 256/);
    expect(() => keepaliveBound(DEFAULTS, { rtoMs: 0 })).toThrow(/rtoMs .* not 0/);
    expect(() => keepaliveBound(DEFAULTS, { rtoMaxMs: 120_001 })).toThrow(/rtoMaxMs .* not 120001/);
  });
});

describe("the retransmission limit", () => {
  it("is 924.6 s for 15, and doubles from 200 ms up to the longest time-out", () => {
    expect(retransmissionLimitMs(15)).toBe(924_600);
    for (let retries2 = 1; retries2 <= 15; retries2++) {
      const step = retransmissionLimitMs(retries2) - retransmissionLimitMs(retries2 - 1);
      expect(step).toBe(Math.min(200 * 2 ** retries2, 120_000));
    }
  });

  it("is shorter where the system's longest time-out is", () => {
    // 200 + 400 ms, then 14 times 1 s; the doubling stops before it would pass the longest.
    expect(retransmissionLimitMs(15, 1000)).toBe(200 + 400 + 800 + 13 * 1000);
  });

  it("is kept to within one more time-out, whatever the connection's own", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 201, max: 60_000 }),
        (retries2, rtoMs) => {
          const { schedule } = keepaliveBound(DEFAULTS, { ...DATA, retries2, rtoMs });
          const waitedMs = schedule.at(-1)!.atMs - 2 * rtoMs;
          const before = schedule.at(-2)!.atMs - 2 * rtoMs;
          expect(waitedMs).toBeGreaterThanOrEqual(retransmissionLimitMs(retries2));
          expect(before).toBeLessThan(retransmissionLimitMs(retries2));
        },
      ),
    );
  });
});

describe("the schedule", () => {
  it("of probes", () => {
    expect(keepaliveBound(settings(10, 5, 3)).schedule).toEqual([
      { atMs: 10_000, what: "probe" },
      { atMs: 15_000, what: "probe" },
      { atMs: 20_000, what: "probe" },
      { atMs: 25_000, what: "give-up" },
    ]);
  });

  it("of retransmissions, after a tail loss probe", () => {
    expect(keepaliveBound(DEFAULTS, { ...DATA, retries2: 3, rtoMs: 204 }).schedule).toEqual([
      { atMs: 204, what: "loss-probe" },
      { atMs: 408, what: "retransmission" },
      { atMs: 408 + 408, what: "retransmission" },
      { atMs: 408 + 408 + 816, what: "retransmission" },
      { atMs: 408 + 408 + 816 + 1632, what: "retransmission" },
      { atMs: 408 + 408 + 816 + 1632 + 3264, what: "give-up" },
    ]);
  });

  it("with a user timeout ends with it", () => {
    expect(keepaliveBound(settings(1, 1, 3, 1000), { ...DATA, rtoMs: 204 }).schedule).toEqual([
      { atMs: 204, what: "loss-probe" },
      { atMs: 408, what: "retransmission" },
      { atMs: 408 + 408, what: "retransmission" },
      { atMs: 408 + 1000, what: "give-up" },
    ]);
  });

  const anySettings = fc.record({
    idleMs: fc.integer({ min: 1, max: 32_767_000 }),
    intervalMs: fc.integer({ min: 1, max: 32_767_000 }),
    probes: fc.integer({ min: 1, max: 127 }),
    userTimeoutMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 0x7fff_ffff })),
  });
  const anyConditions = fc.record({
    unacknowledgedData: fc.boolean(),
    retries2: fc.integer({ min: 0, max: 255 }),
    rtoMs: fc.integer({ min: 1, max: 1000 }),
    rtoMaxMs: fc.integer({ min: 1000, max: 120_000 }),
  });

  it("rises, ends within the bound, and is bounded itself, whatever the settings", () => {
    fc.assert(
      fc.property(anySettings, anyConditions, (of, conditions) => {
        const { schedule, omittedSteps, detectionMs } = keepaliveBound(of, conditions);
        expect(schedule.length).toBeLessThanOrEqual(MAX_SCHEDULE_STEPS);
        expect(omittedSteps).toBeGreaterThanOrEqual(0);
        if (omittedSteps > 0) expect(schedule.length).toBe(MAX_SCHEDULE_STEPS);
        for (let index = 1; index < schedule.length; index++) {
          expect(schedule[index]!.atMs).toBeGreaterThan(schedule[index - 1]!.atMs);
        }
        expect(schedule.filter(({ what }) => what === "give-up")).toEqual([schedule.at(-1)]);
        expect(schedule.at(-1)!.atMs).toBeLessThanOrEqual(detectionMs.worst);
        expect(detectionMs.best).toBeLessThanOrEqual(detectionMs.mean);
        expect(detectionMs.mean).toBeLessThanOrEqual(detectionMs.worst);
      }),
    );
  });

  it("of a long user timeout says how many steps it leaves out", () => {
    const { schedule, omittedSteps } = keepaliveBound(settings(1, 1, 3, 1_000_000));
    expect(schedule.length + omittedSteps).toBe(999 + 1);
    expect(schedule.at(-1)).toEqual({ atMs: 1_000_000, what: "give-up" });
  });
});
