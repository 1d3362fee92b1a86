import { describe, expect, it } from "vitest";
import {
  checkKeepaliveSettings,
  checkPartialKeepaliveSettings,
  type KeepaliveSettings,
  keepaliveBound,
  keepalivePeriodMs,
  unansweredProbes,
} from "../src/index.js";

const settings = (idle: number, interval: number, probes: number, userTimeoutMs = 0): KeepaliveSettings => ({
  idleMs: 1000 * idle,
  intervalMs: 1000 * interval,
  probes,
  userTimeoutMs,
});

describe("a live, idle peer is asked", () => {
  it.each([
    [{ idleMs: 1000, intervalMs: 3000 }, 3000],
    [{ idleMs: 3000, intervalMs: 1000 }, 3000],
    [{ idleMs: 1500, intervalMs: 1 }, 2000],
    [{ idleMs: 1, intervalMs: 2001 }, 3000],
  ])("%o: every %d ms", (of, periodMs) => {
    expect(keepalivePeriodMs(of)).toBe(periodMs);
  });
});

describe("probes that go unanswered", () => {
  it.each([
    ["as many as it says, without a user timeout", settings(18, 1, 5), 5, 5],
    ["one at least", settings(3, 1, 5, 500), 1, 1],
    ["fewer where late timers reach it: 18 s", settings(18, 1, 5, 23_000), 3, 5],
    ["fewer where late timers reach it: 300 s", settings(300, 5, 4, 320_000), 1, 4],
    ["as many where it is far enough above the last but one", settings(1, 1, 3, 3500), 3, 3],
    ["more after data than after an answer, where the interval is longer", settings(1, 4, 9, 9000), 1, 2],
  ])("%s", (_, of, fewest, most) => {
    expect(unansweredProbes(of)).toEqual({ fewest, most });
    const { schedule } = keepaliveBound(of);
    expect(schedule.filter(({ what }) => what === "probe")).toHaveLength(most);
  });
});

describe("a system's values", () => {
  const day = settings(86_400, 40_000, 200);

  it("have a range of their own", () => {
    expect(() => checkKeepaliveSettings(day)).toThrow(/^idleMs .* to 32767000, not 86400000$/);
    expect(() => checkKeepaliveSettings(day, "system")).not.toThrow();
    expect(() => checkKeepaliveSettings({ ...day, probes: 256 }, "system")).toThrow(
      /^probes .* to 255, not 256$/,
    );
    expect(() => checkKeepaliveSettings({ ...day, idleMs: 2 ** 31 * 1000 }, "system")).toThrow(/^idleMs/);
  });

  it("are bounded where that is said", () => {
    expect(() => keepaliveBound(day)).toThrow(RangeError);
    const { schedule, omittedSteps } = keepaliveBound(day, { range: "system" });
    expect(schedule.at(-1)).toEqual({ atMs: 86_400_000 + 200 * 40_000_000, what: "give-up" });
    expect(schedule.length + omittedSteps).toBe(201);
  });
});

describe("settings in part", () => {
  it("are checked where they are given", () => {
    for (const fine of [{}, { idleMs: 1 }, { probes: 127 }, { userTimeoutMs: 0 }]) {
      expect(() => checkPartialKeepaliveSettings(fine)).not.toThrow();
    }
    expect(() => checkPartialKeepaliveSettings({ intervalMs: 32_767_001 })).toThrow(/^intervalMs/);
    expect(() => checkPartialKeepaliveSettings({ probes: null as never })).toThrow(/^probes .* not null$/);
    expect(() => checkPartialKeepaliveSettings({ userTimeoutMs: null as never })).toThrow(/^userTimeoutMs/);
    expect(() => checkPartialKeepaliveSettings("on" as never)).toThrow(
      /^settings must be an object .* not on$/,
    );
  });
});
