import type { KeepaliveSettings } from "heartwire";
import { describe, expect, test } from "vitest";
import { NOMINAL, subjects } from "../subjects/index.js";
import { expectKeepaliveMistakes, runOfFailures } from "../subjects/keepalive-mistakes.js";
import { expectPingMistakes } from "../subjects/ping-mistakes.js";
import type { HarmlessEffect, MistakeExpectation } from "../subjects/subject.js";
import { copiesAtMs, firstCopyAfterMs, lastCopyWithinMs } from "../subjects/tcp-copies.js";
import { seeded } from "./report-fixture.js";

const TRIALS = 20_000;
/** So many standard errors chance strays once in two million times. */
const Z = 5;
const WATCHED_MS = 65_000;

/** The share of `TRIALS` seeded trials in which something happened is what a formula says. */
function expectShare(formula: number, happens: (random: () => number) => boolean): void {
  const random = seeded(1);
  let count = 0;
  for (let trial = 0; trial < TRIALS; trial++) if (happens(random)) count += 1;
  const error = Math.sqrt((formula * (1 - formula)) / TRIALS);
  expect(Math.abs(count / TRIALS - formula)).toBeLessThan(Z * error);
}

function mistakes(
  name: string,
  effect: Omit<HarmlessEffect, "kind">,
  watchedMs = WATCHED_MS,
): MistakeExpectation {
  const subject = subjects.find((each) => each.name === name);
  if (subject === undefined) throw new Error(`no subject "${name}"`);
  return subject.expectMistakes({ kind: "harmless", ...effect }, NOMINAL, watchedMs);
}

function share(name: string, effect: Omit<HarmlessEffect, "kind">): { least: number; most: number } {
  return asShare(mistakes(name, effect));
}

function asShare(expected: MistakeExpectation): { least: number; most: number } {
  if (expected.kind !== "share") throw new Error(expected.why);
  return expected;
}

const THREE_PROBES = { idleMs: 1000, intervalMs: 1000, probes: 3 };

function keepaliveShare(settings: KeepaliveSettings, effect: Omit<HarmlessEffect, "kind">) {
  return asShare(expectKeepaliveMistakes({ kind: "harmless", ...effect }, settings, WATCHED_MS));
}

describe("keepalive under loss", () => {
  test.each([
    [0.36, 3, 60],
    [0.0975, 2, 60],
    [0.5, 1, 4],
  ])("rounds that fail at %f, %d in a row, within %d: as simulated", (failure, length, rounds) => {
    expectShare(runOfFailures(failure, length, rounds), (random) => {
      let run = 0;
      for (let round = 0; round < rounds && run < length; round++) run = random() < failure ? run + 1 : 0;
      return run === length;
    });
  });

  test("by hand: two of two, two of three", () => {
    expect(runOfFailures(0.5, 2, 1)).toBe(0);
    expect(runOfFailures(0.5, 2, 2)).toBe(0.25);
    expect(runOfFailures(0.5, 2, 3)).toBe(0.375);
  });

  test("a user timeout takes the place of the number of probes: fewer failures kill", () => {
    const loss = { by: "loss", lossRate: 0.05 } as const;
    expect(keepaliveShare({ ...THREE_PROBES, userTimeoutMs: 3000 }, loss).least).toBeGreaterThan(0.3);
    expect(keepaliveShare(THREE_PROBES, loss).most).toBeLessThan(0.06);
    expect(share("tcp-keepalive", loss).least).toBeGreaterThan(0.3);
    expect(share("node-keepalive", loss).most).toBeLessThan(1e-6);
  });

  test("an outage kills whose probes it takes in a row, as simulated by phase", () => {
    const { least, most } = share("tcp-keepalive-user-timeout", { by: "outage", forMs: 1200 });
    expect(most).toBeCloseTo(0.2);
    expectShare(most, (random) => Math.ceil((1200 - 1000 * random()) / 1000) >= 2);
    expect(least).toBeLessThan(most);
    expect(keepaliveShare(THREE_PROBES, { by: "outage", forMs: 1200 }).most).toBe(0);
    expect(keepaliveShare(THREE_PROBES, { by: "outage", forMs: 3500 })).toMatchObject({ most: 1 });
  });
});

describe("what TCP makes of loss", () => {
  test("copies go out at once, after one time-out, and then twice as late each time", () => {
    expect(copiesAtMs().slice(0, 6)).toEqual([0, 201, 402, 804, 1608, 3216]);
    expect(copiesAtMs(300).slice(0, 4)).toEqual([0, 300, 600, 1200]);
    expect(firstCopyAfterMs(1200)).toBe(1608);
    expect(lastCopyWithinMs(999)).toBe(804);
  });

  test("an outage kills the pings that are not repeated in time, as simulated by phase", () => {
    const rhythm = { intervalMs: 1000, timeoutMs: 1000 };
    const expected = expectPingMistakes(
      { kind: "harmless", by: "outage", forMs: 1200 },
      rhythm,
      "only-answers",
      WATCHED_MS,
    );
    if (expected.kind !== "share") throw new Error(expected.why);
    expectShare(expected.most, (random) => {
      const leftMs = 1200 - 1001 * random();
      return firstCopyAfterMs(leftMs) > 999;
    });
  });
});

describe("heartbeats", () => {
  test("a datagram's loss follows the core's rate", () => {
    const { least, most } = share("udp-echo", { by: "loss", lossRate: 0.2 });
    expect(least).toBe(most);
    expect(most).toBeGreaterThan(share("udp-beat", { by: "loss", lossRate: 0.2 }).most);
    expect(share("udp-echo", { by: "loss", lossRate: 0 }).most).toBe(0);
  });

  test("more loss, more mistakes", { timeout: 120_000 }, () => {
    for (const { name } of subjects) {
      // Not for long: to simulate it takes time.
      const at = [0.01, 0.05, 0.2].map((lossRate) => mistakes(name, { by: "loss", lossRate }, 15_000));
      const most = at.map((each) => (each.kind === "share" ? each.most : 0));
      expect(most, name).toEqual([...most].sort((a, b) => a - b));
    }
  });
});

describe("under a stall of our own", () => {
  const stall = { by: "stall", forMs: 5000 } as const;

  test("none of ours errs, nor does the kernel", () => {
    for (const { name, kind } of subjects) {
      if (kind === "heartwire") expect(share(name, stall), name).toMatchObject({ least: 0, most: 0 });
    }
  });

  test("rivals whose other end waits for our pings lose every link, in time for none", () => {
    for (const name of ["engine.io", "mqtt"]) {
      expect(share(name, stall).least).toBe(1);
      expect(share(name, { ...stall, forMs: 500 }).most).toBe(0);
    }
    expect(share("engine.io", { ...stall, forMs: 2500 }).most).toBeCloseTo(0.5);
  });
});

test.each(subjects.map((each) => [each.name] as const))(
  "%s: shares are shares, with a clause that says why",
  { timeout: 30_000 },
  (name) => {
    const effects: Omit<HarmlessEffect, "kind">[] = [
      { by: "loss", lossRate: 0.2 },
      { by: "outage", forMs: 1200 },
      { by: "outage", forMs: 60_000 },
      { by: "delay", forMs: 50, jitterMs: 40 },
      { by: "delay", forMs: 5000 },
      { by: "stall", forMs: 5000 },
      { by: "nat", forMs: 3000 },
      { by: "nat", forMs: 500 },
    ];
    for (const effect of effects) {
      const expected = mistakes(name, effect);
      expect(expected.why).toMatch(/^[a-z0-9].*[^.]$|^TCP .*[^.]$/);
      if (expected.kind !== "share") continue;
      expect(expected.least).toBeGreaterThanOrEqual(0);
      expect(expected.most).toBeGreaterThanOrEqual(expected.least);
      expect(expected.most).toBeLessThanOrEqual(1);
    }
    expect(share(name, { by: "delay", forMs: 50, jitterMs: 40 }).most).toBe(0);
    expect(share(name, { by: "nat", forMs: 3000 }).most).toBe(0);
    expect(mistakes(name, { by: "nat", forMs: 500 }).kind).toBe("not-predicted");
  },
);
