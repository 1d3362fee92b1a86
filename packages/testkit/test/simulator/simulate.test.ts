import { Detector, datagramCost, fixedTimeout, predict } from "@heartwire/core";
import { describe, expect, it, vi } from "vitest";
import {
  type JudgeFactory,
  NAMED_POLICIES,
  namedPolicy,
  randomScenario,
  type Scenario,
  simulate,
} from "../../src/index.js";
import { huntSeed } from "../../src/simulator/hunt-job.js";
import { brokenBy, calm, constant, exponential, hostile, INTERVAL_MS } from "./worlds.js";

// Seconds of computing on a machine that does nothing else.
vi.setConfig({ testTimeout: 30_000 });

const policy = fixedTimeout({ intervalMs: INTERVAL_MS });
const UDP = { wire: datagramCost(5) };

describe("every invariant holds", () => {
  const MODES = ["echo", "beat", "listen"] as const;
  const names = Object.keys(NAMED_POLICIES);

  it.each(names)("%s, on random worlds", (name) => {
    for (const intervalMs of [200, 60_000]) {
      for (let seed = 1; seed <= 12; seed++) {
        const mode = MODES[seed % MODES.length]!;
        const durationMs = 600 * intervalMs;
        const scenario = randomScenario({ seed, peers: 20, durationMs, intervalMs });
        const { violation } = simulate(scenario, namedPolicy(name, { intervalMs, mode }));
        expect(violation, `seed ${seed}, interval ${intervalMs}, mode ${mode}`).toBeUndefined();
      }
    }
  });

  it("with thousands of peers, of whom a buffer overflows in each stall", () => {
    const scenario = hostile({ peers: 2000, durationMs: 60_000, receiveBufferFrames: 277 });
    const found = simulate(scenario, policy);
    expect(found.violation).toBeUndefined();
    expect(found.ledger.detectionMs.count).toBeGreaterThan(700);
  });

  it("also by a sender that wakes up late: its next heartbeat lies in the future", () => {
    const scenario = calm({ monitorStalls: { every: exponential(5000), lasting: exponential(1000) } });
    for (let seed = 1; seed <= 10; seed++) {
      expect(simulate({ ...scenario, seed }, policy).violation).toBeUndefined();
    }
  });
});

describe("a run", () => {
  it("follows from its seed", () => {
    const run = (seed: number) => JSON.stringify(simulate(hostile({ seed }), policy));
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });

  it("breaks the same invariant at the same instant again, with the history of the peer", () => {
    const { confirmIntervalMs } = policy();
    const impatient = fixedTimeout({ intervalMs: INTERVAL_MS, detectMultiplier: 2, confirmIntervalMs });
    const judge: JudgeFactory = (given, ...rest) =>
      new Detector(given.mode === "echo" ? impatient() : given, ...rest);
    const first = simulate(hostile(), policy, { judge }).violation;
    const peer = first?.peer ?? -1;
    const again = simulate(hostile(), policy, { judge, historyOf: peer }).violation;
    expect(first).toMatchObject({ invariant: "no-verdict-from-stall", history: [] });
    expect({ ...again, history: [] }).toEqual(first);
    expect(again!.history.length).toBeLessThanOrEqual(50);
    expect(again!.history.at(-1)).toMatch(/^[\d.]+ monitor .*tick -> dead/);
  });

  it("meets the same crashes under every policy, and the same fate of each beat", () => {
    const run = (detectMultiplier: number) => {
      const scenario = hostile({
        orderlyShare: 0,
        crashes: { every: exponential(600_000), lasting: constant(200_000) },
      });
      const listening = fixedTimeout({
        intervalMs: INTERVAL_MS,
        detectMultiplier,
        mode: "listen",
        confirmIntervalMs: Number.POSITIVE_INFINITY,
      });
      const { ledger, in: arrived } = simulate(scenario, listening);
      return { crashes: ledger.detectionMs.count, arrived };
    };
    expect(run(60)).toEqual(run(90));
    expect(run(60).crashes).toBeGreaterThan(5);
  });

  it.each<[string, Partial<Scenario>, RegExp]>([
    ["peers", { peers: 0 }, /peers .* not 0/],
    ["durationMs", { durationMs: Number.NaN }, /durationMs .* not NaN/],
    ["driftPpm", { driftPpm: 1001 }, /driftPpm .* not 1001/],
    ["orderlyShare", { orderlyShare: 2 }, /orderlyShare .* not 2/],
    [
      "a fault's length",
      { crashes: { every: constant(1), lasting: constant(-1) } },
      /crashes\.lasting\.ms .* not -1/,
    ],
    [
      "loss",
      { network: { ...calm().network, loss: { kind: "independent", rate: 1.5 } } },
      /network\.loss\.rate .* not 1\.5/,
    ],
  ])("refuses %s that cannot be", (_name, change, message) => {
    expect(() => simulate(calm(change), policy)).toThrow(RangeError);
    expect(() => simulate(calm(change), policy)).toThrow(message);
  });
});

describe("quality of service, where theory says what it must be", () => {
  it.each(["echo", "beat", "listen"] as const)(
    "detection time in mode %s lies in predict()'s span",
    (mode) => {
      const watched = fixedTimeout({ intervalMs: INTERVAL_MS, mode });
      const scenario = calm({
        peers: 80,
        durationMs: 3_600_000,
        crashes: { every: exponential(300_000), lasting: constant(20_000) },
      });
      const { ledger, violation } = simulate(scenario, watched);
      const { detectionMs } = ledger.quality();
      const predicted = predict(UDP, watched, { rttMs: 20 }).detectionMs;
      expect(violation).toBeUndefined();
      expect(detectionMs.count).toBeGreaterThan(600);
      expect(detectionMs.min).toBeGreaterThanOrEqual(predicted.best - 2);
      expect(detectionMs.max).toBeLessThanOrEqual(predicted.worst + 2);
      // Four standard errors of a spread of about an interval.
      const error = (4 * INTERVAL_MS) / Math.sqrt(12 * detectionMs.count);
      expect(Math.abs(detectionMs.mean! - predicted.mean)).toBeLessThan(error + 2);
    },
  );

  it("mistakes under independent loss come at predict()'s rate, and P_A, T_MR and T_M agree", () => {
    const rate = 0.2;
    const scenario = calm({
      peers: 50,
      durationMs: 3_600_000,
      network: { ...calm().network, loss: { kind: "independent", rate } },
    });
    const plain = fixedTimeout({ intervalMs: INTERVAL_MS, confirmIntervalMs: Number.POSITIVE_INFINITY });
    const { ledger } = simulate(scenario, plain);
    const found = ledger.quality();
    const predicted = predict(UDP, plain, { rttMs: 20, lossRate: rate }).mistakesPerHour!;
    expect(found.mistakes).toBeGreaterThan(1000);
    expect(found.mistakesPerPeerHour / predicted).toBeGreaterThan(0.7);
    expect(found.mistakesPerPeerHour / predicted).toBeLessThan(1.4);
    expect(found.mistakeRecurrenceMs! * found.mistakesPerPeerHour).toBeCloseTo(3_600_000, 0);
    const wrongMs = found.mistakeDurationMs.mean! * found.mistakes;
    expect(found.queryAccuracy).toBeCloseTo(1 - wrongMs / (found.peerHours * 3_600_000), 9);
    expect(found.queryAccuracy).toBeLessThan(1);
  });

  it("frames and octets of a calm world are those that predict() tells, to 1 %", () => {
    for (const mode of ["echo", "beat", "listen"] as const) {
      const watched = fixedTimeout({ intervalMs: INTERVAL_MS, mode });
      const found = simulate(calm({ peers: 30, durationMs: 3_600_000 }), watched);
      const hours = found.watchedMs / 3_600_000;
      const { framesPerHour, octetsPerHour } = predict(UDP, watched, { rttMs: 20 });
      for (const way of ["out", "in"] as const) {
        expect(found[way].frames).toBeGreaterThanOrEqual(0.99 * framesPerHour[way] * hours);
        expect(found[way].frames).toBeLessThanOrEqual(1.01 * framesPerHour[way] * hours);
        expect(found[way].octets).toBeGreaterThanOrEqual(0.99 * octetsPerHour[way] * hours);
        expect(found[way].octets).toBeLessThanOrEqual(1.01 * octetsPerHour[way] * hours);
      }
    }
  });

  it("no mistake is made of our own stalls, and outages are none", () => {
    const scenario = calm({
      monitorStalls: { every: exponential(20_000), lasting: constant(10_000) },
      partitions: { every: exponential(60_000), lasting: constant(10_000), share: 0.5 },
    });
    const { ledger } = simulate(scenario, policy);
    expect(ledger.quality()).toMatchObject({ mistakes: 0, queryAccuracy: 1 });
    expect(ledger.outages).toBeGreaterThan(10);
  });
});

describe("the hunt", () => {
  it("tells of a seed in plain data, which another process can add up", () => {
    const job = {
      seed: 3,
      seeds: 1,
      step: 1,
      peers: 20,
      hours: 5,
      intervalMs: 60_000,
      policy: "nfd-e",
      mode: "all",
      ignore: [],
    } as const;
    const report = huntSeed(job);
    expect(report.violation).toBeUndefined();
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.watchedMs).toBeGreaterThan(0);
    expect(brokenBy(hostile(), policy)).toBeUndefined();
  });
});
