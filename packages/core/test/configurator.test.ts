import { readFileSync } from "node:fs";
import { format } from "node:util";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as core from "../src/index.js";
import {
  datagramCost,
  fixedTimeout,
  type HeartbeatRequirements,
  policyFor,
  predict,
  streamCost,
} from "../src/index.js";

const UDP = { wire: datagramCost(5) };
const TCP = { wire: streamCost({ probeOut: 6, echoIn: 6, beatOut: 10 }) };

const octets = ({ octetsPerHour }: { octetsPerHour: { out: number; in: number } }) =>
  octetsPerHour.out + octetsPerHour.in;

/** What is asked of most paths here. */
const asked: HeartbeatRequirements = {
  detectWithinMs: 3000,
  mistakesPerDay: 1,
  path: { rttMs: 40, lossRate: 0.01 },
  transport: UDP,
};

describe("a policy that meets the requirements", () => {
  it("is fixedTimeout with options to paste", () => {
    const found = policyFor(asked);
    expect(found).toMatchObject({ kind: "met", options: { mode: "echo" } });
    if (found.kind !== "met") return;
    const pasted = fixedTimeout(JSON.parse(JSON.stringify(found.options)))();
    const { intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs } = found.policy();
    expect({ intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs }).toEqual({
      intervalMs: pasted.intervalMs,
      suspectAfterMs: pasted.suspectAfterMs,
      deadAfterMs: pasted.deadAfterMs,
      confirmIntervalMs: pasted.confirmIntervalMs,
    });
  });

  it("detects as late as it may, for that costs nothing", () => {
    const found = policyFor(asked);
    if (found.kind !== "met") throw new Error(found.why);
    const { worst } = found.prediction.detectionMs;
    expect(worst).toBe(predict(UDP, found.policy, asked.path).detectionMs.worst);
    expect(worst).toBeLessThanOrEqual(3000);
    expect(worst).toBeGreaterThan(2900);
  });

  it("beats more often where loss is more, or mistakes are dearer", () => {
    const intervals = [0, 0.01, 0.05, 0.2].map((lossRate) =>
      intervalOf({ ...asked, path: { rttMs: 40, lossRate } }),
    );
    expect(intervals).toEqual([...intervals].sort((a, b) => b - a));
    expect(intervals[3]!).toBeLessThan(intervals[0]! / 2);
    const lossy = { ...asked, path: { rttMs: 40, lossRate: 0.1 } };
    expect(intervalOf({ ...lossy, mistakesPerDay: 1e-6 })).toBeLessThan(
      intervalOf({ ...lossy, mistakesPerDay: 10 }),
    );
  });

  it("spends less where listening is enough", () => {
    const [echo, listen] = (["echo", "listen"] as const).map((mode) => policyFor({ ...asked, mode }));
    expect(octets(met(listen!))).toBeLessThan(octets(met(echo!)));
  });

  it("sits out an outage, and reminds what forgets", () => {
    const outage = policyFor({ ...asked, path: { ...asked.path, outageMs: 1500 } });
    if (outage.kind !== "met") throw new Error(outage.why);
    const { intervalMs, deadAfterMs } = outage.policy();
    expect(deadAfterMs - intervalMs).toBeGreaterThan(1500);
    const path = { ...asked.path, forgetsAfterMs: 30_000 };
    expect(intervalOf({ ...asked, path, detectWithinMs: 600_000 })).toBe(15_000);
  });

  it("with a budget and no time, is the soonest that the budget allows", () => {
    const spent = [1e4, 1e5, 1e6].map((octetsPerHour) => {
      const prediction = met(policyFor({ octetsPerHour, path: asked.path, transport: UDP }));
      expect(octets(prediction)).toBeLessThanOrEqual(octetsPerHour);
      expect(octets(prediction)).toBeGreaterThan(0.9 * octetsPerHour);
      return prediction.detectionMs.worst;
    });
    expect(spent).toEqual([...spent].sort((a, b) => b - a));
  });

  it("with only mistakes to mind, detects within the default", () => {
    const { detectionMs } = met(policyFor({ mistakesPerDay: 1, path: asked.path, transport: UDP }));
    expect(detectionMs.worst).toBeLessThanOrEqual(30_000);
    expect(detectionMs.worst).toBeGreaterThan(29_000);
  });

  it("makes as few mistakes as time and budget allow, if none are asked about", () => {
    const { mistakesPerDay: _, ...rest } = {
      ...asked,
      path: { rttMs: 40, lossRate: 0.4 },
      octetsPerHour: 9e5,
    };
    const prediction = met(policyFor(rest));
    expect(24 * prediction.mistakesPerHour).toBeGreaterThan(0.01);
    const asFew = policyFor({ ...rest, mistakesPerDay: 12 * prediction.mistakesPerHour });
    expect(asFew).toMatchObject({ kind: "cannot" });
  });
});

describe("what cannot be met is named, with figures, and the nearest that can", () => {
  it("detection shorter than the way there and the timers", () => {
    const found = policyFor({ ...asked, detectWithinMs: 50, path: { rttMs: 100 } });
    expect(found).toMatchObject({
      kind: "cannot",
      unmet: ["detectWithinMs"],
      why: expect.stringContaining("50 ms"),
    });
    nearestMeets(found, { mistakesPerDay: 1 });
  });

  it("too few mistakes for such a loss in such a time", () => {
    const found = policyFor({
      ...asked,
      mistakesPerDay: 1e-6,
      detectWithinMs: 300,
      path: { rttMs: 100, lossRate: 0.3 },
    });
    expect(found).toMatchObject({ kind: "cannot", unmet: ["mistakesPerDay"] });
    nearestMeets(found, { mistakesPerDay: 1e-6 });
  });

  it("a budget that only a bound on doubts would exceed is kept", () => {
    const path = { rttMs: 600, jitterMs: 100, lossRate: 0.2 };
    const budget = { detectWithinMs: 5000, octetsPerHour: 300_000, mode: "listen", path } as const;
    expect(octets(met(policyFor({ ...budget, transport: UDP })))).toBeLessThanOrEqual(300_000);
  });

  it("what is an estimate or a bound is told as such", () => {
    const path = { rttMs: 100, jitterMs: 10, lossRate: 0.05 };
    const found = policyFor({
      detectWithinMs: 300,
      mistakesPerDay: 0.01,
      octetsPerHour: 1e5,
      path,
      transport: UDP,
    });
    expect(found.kind === "cannot" && found.why).toMatch(
      /up to .* mistakes a day .* about \d+ octets an hour/,
    );
  });

  it("too small a budget", () => {
    const found = policyFor({ ...asked, octetsPerHour: 1000 });
    expect(found).toMatchObject({
      kind: "cannot",
      unmet: ["octetsPerHour"],
      why: expect.stringContaining("not 1000"),
    });
    nearestMeets(found, { mistakesPerDay: 1, octetsPerHour: 1000 });
  });

  it("either alone, but not both", () => {
    const lossy = { ...asked, mistakesPerDay: 0.01, path: { rttMs: 40, lossRate: 0.2 } };
    const dear = octets(met(policyFor(lossy)));
    const found = policyFor({ ...lossy, octetsPerHour: 0.8 * dear });
    expect(found).toMatchObject({ kind: "cannot", unmet: ["mistakesPerDay", "octetsPerHour"] });
    nearestMeets(found, { mistakesPerDay: 0.01, octetsPerHour: 0.8 * dear });
  });

  it("what was not asked is never blamed", () => {
    const { mistakesPerDay: _, ...rest } = {
      ...asked,
      octetsPerHour: 1000,
      path: { rttMs: 40, lossRate: 0.5 },
    };
    expect(policyFor(rest)).toMatchObject({ kind: "cannot", unmet: ["octetsPerHour"] });
  });

  it("a path that forgets sooner than anything can be sent", () => {
    const path = { rttMs: 10_000, forgetsAfterMs: 1000 };
    expect(policyFor({ ...asked, path })).toMatchObject({ kind: "cannot", nearest: undefined });
  });
});

it("any requirements: met with figures that meet them, or a named failure; never a crash", () => {
  const maybe = (min: number, max: number) =>
    fc.option(fc.double({ min, max, noNaN: true }), { nil: undefined });
  const path = fc.record({
    rttMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
    jitterMs: fc.double({ min: 0, max: 5000, noNaN: true }),
    lossRate: fc.double({ min: 0, max: 0.9, noNaN: true }),
    outageMs: fc.constantFrom(0, 500, 60_000),
    forgetsAfterMs: fc.constantFrom(1, 3000, 300_000, Number.POSITIVE_INFINITY),
  });
  const requirements = fc.record({
    detectWithinMs: maybe(1, 86_400_000),
    mistakesPerDay: maybe(1e-9, 1000),
    octetsPerHour: maybe(1, 1e9),
    path,
    transport: fc.constantFrom(UDP, TCP),
    mode: fc.constantFrom("echo" as const, "beat" as const, "listen" as const),
  });
  fc.assert(
    fc.property(requirements, ({ detectWithinMs, mistakesPerDay, octetsPerHour, ...rest }) => {
      fc.pre((detectWithinMs ?? mistakesPerDay ?? octetsPerHour) !== undefined);
      const limits = {
        ...(detectWithinMs !== undefined && { detectWithinMs }),
        ...(mistakesPerDay !== undefined && { mistakesPerDay }),
        ...(octetsPerHour !== undefined && { octetsPerHour }),
      };
      const found = policyFor({ ...limits, ...rest });
      if (found.kind === "met") expectWithin(found.prediction, limits);
      else {
        expect(found.unmet.length).toBeGreaterThan(0);
        for (const name of found.unmet) expect(limits).toHaveProperty(name);
        expect(found.why).not.toMatch(/NaN|undefined|Infinity/);
      }
    }),
    { numRuns: 300 },
  );
});

describe("wrong requirements throw, with name and value", () => {
  it.each([
    [{ detectWithinMs: Number.NaN }, /detectWithinMs .*NaN/],
    [{ detectWithinMs: 0 }, /detectWithinMs .*0/],
    [{ mistakesPerDay: 0 }, /mistakesPerDay .*above 0, not 0/],
    [{ octetsPerHour: -1 }, /octetsPerHour .*-1/],
    [{ path: { rttMs: -1 } }, /rttMs .*-1/],
    [{ path: { rttMs: 1, lossRate: 1 } }, /lossRate .*1/],
    [{ path: { rttMs: 1, jitterMs: Number.NaN } }, /jitterMs .*NaN/],
    [{ path: { rttMs: 1, outageMs: -5 } }, /outageMs .*-5/],
    [{ path: { rttMs: 1, forgetsAfterMs: 0 } }, /forgetsAfterMs .*0/],
  ])("%j", (wrong, message) => {
    expect(() => policyFor({ ...asked, ...wrong })).toThrow(RangeError);
    expect(() => policyFor({ ...asked, ...wrong })).toThrow(message);
  });

  it.each([
    [{ path: { rttMs: 1, loss: 0.5 } }, /path .*"loss": did you mean lossRate\?/],
    [{ path: { rttMs: 1, jitter: 5 } }, /path .*"jitter": did you mean jitterMs\?/],
    [{ path: { rttMs: 1, bandwidth: 5 } }, /path .*"bandwidth": known: rttMs, jitterMs, lossRate/],
    [{ detectMs: 3000 }, /"detectMs": did you mean detectWithinMs\?/],
    [{ transport: undefined }, /transport is missing: .*datagramCost/],
    [{ transport: {} }, /transport is missing/],
    [{ path: undefined }, /path is missing/],
    [{ path: {} }, /path.rttMs is missing/],
  ])("what is missing or unknown: %j", (wrong, message) => {
    // As from JavaScript, where nothing checks the names.
    const given = { ...asked, ...wrong } as HeartbeatRequirements;
    expect(() => policyFor(given)).toThrow(TypeError);
    expect(() => policyFor(given)).toThrow(message);
  });

  it("nothing asked", () => {
    expect(() => policyFor({ path: { rttMs: 1 }, transport: UDP })).toThrow(TypeError);
  });
});

function met(found: ReturnType<typeof policyFor>) {
  if (found.kind !== "met") throw new Error(found.why);
  return found.prediction;
}

function intervalOf(requirements: HeartbeatRequirements): number {
  const found = policyFor(requirements);
  if (found.kind !== "met") throw new Error(found.why);
  return found.options.intervalMs;
}

type Limits = Pick<HeartbeatRequirements, "detectWithinMs" | "mistakesPerDay" | "octetsPerHour">;

function expectWithin(prediction: ReturnType<typeof met>, limits: Limits): void {
  const { detectWithinMs, mistakesPerDay, octetsPerHour } = limits;
  if (detectWithinMs !== undefined) expect(prediction.detectionMs.worst).toBeLessThanOrEqual(detectWithinMs);
  if (mistakesPerDay !== undefined)
    expect(24 * prediction.mistakesPerHour).toBeLessThanOrEqual(mistakesPerDay);
  if (octetsPerHour !== undefined) expect(octets(prediction)).toBeLessThanOrEqual(octetsPerHour);
}

function nearestMeets(found: ReturnType<typeof policyFor>, limits: Limits): void {
  if (found.kind !== "cannot" || found.nearest === undefined) throw new Error("no nearest");
  expectWithin(found.nearest.prediction, limits);
}

it("the README's example prints what it says", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const section = readme.slice(readme.indexOf("## From requirements to settings"));
  const [, code = "", printed = ""] = /```js\n(.*?)```\n\n```text\n(.*?)```/s.exec(section) ?? [];
  let output = "";
  const log = (...values: unknown[]) => {
    output += `${format(...values)}\n`;
  };
  const body = code.replace(/^import \{(.*)\} from .*$/m, "const {$1} = core;");
  runInNewContext(body, { core, console: { log } });
  expect(output).not.toBe("");
  expect(output).toBe(printed);
});
