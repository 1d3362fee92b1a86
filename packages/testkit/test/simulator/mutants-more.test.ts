import {
  answerOnly,
  Detector,
  type EventLoop,
  fixedTimeout,
  GroupSilence,
  type GroupVerdict,
  Timekeeper,
} from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { type JudgeFactory, type Scenario, simulate } from "../../src/index.js";
import { judging, plain, unmoved } from "./mutant-judges.js";
import { brokenBy, calm, constant, exponential, INTERVAL_MS } from "./worlds.js";

const policy = fixedTimeout({ intervalMs: INTERVAL_MS });
const listens = fixedTimeout({ intervalMs: INTERVAL_MS, mode: "listen" });
const crashes = { every: exponential(60_000), lasting: constant(20_000) };

describe("a suspended monitor", () => {
  const sleeping = (clock: "jumps" | "stands", change: Partial<Scenario> = {}) =>
    calm({
      durationMs: 1_200_000,
      monitorSuspends: { every: exponential(60_000), lasting: exponential(30_000), clock },
      ...change,
    });

  it.each(["jumps", "stands"] as const)("calls nobody dead for its sleep where its clock %s", (clock) => {
    for (const given of [policy, listens]) {
      const { violation, ledger } = simulate(sleeping(clock), given);
      expect(violation).toBeUndefined();
      expect(ledger.quality().mistakes).toBe(0);
      // And who died is found, in time that it was awake.
      const found = simulate(sleeping(clock, { crashes }), given);
      expect(found.violation).toBeUndefined();
      expect(found.ledger.quality().detectionMs.count).toBeGreaterThan(30);
      expect(found.ledger.quality().detectionMs.max).toBeLessThan(3500);
    }
  });

  it("catches a driver that does not notice that the clock has jumped", () => {
    class Blind extends Timekeeper {
      protected override noticeStall(): void {}
    }
    const keeper = (loop: EventLoop) => new Blind(loop);
    expect(brokenBy(sleeping("jumps"), policy, { keeper })).toBe("no-verdict-from-stall");
    // Where it stands, there is nothing to notice.
    expect(brokenBy(sleeping("stands"), policy, { keeper })).toBeUndefined();
  });

  it("catches a detector that asks a clock that runs on in sleep", () => {
    const { monitorSuspends } = sleeping("stands");
    // As if every silence were longer by a sleep.
    const judge = judging((real) => ({
      handle: (input, nowMs) => real.handle(input, input.type === "tick" ? nowMs + 30_000 : nowMs),
    }));
    expect(brokenBy(calm({ monitorSuspends: monitorSuspends! }), policy, { judge })).toBe(
      "no-verdict-from-stall",
    );
  });
});

describe("group silence", () => {
  const cut = calm({
    groupSilence: { share: 0.5, least: 5 },
    partitions: { every: exponential(30_000), lasting: constant(8000), share: 0.9 },
  });

  it("holds: the first of many waits for the probes of one more phase", () => {
    expect(brokenBy(cut, policy)).toBeUndefined();
    expect(brokenBy({ ...cut, crashes }, policy)).toBeUndefined();
    const short = { every: exponential(30_000), lasting: constant(3000), share: 0.9 };
    const alone = simulate({ ...calm(), partitions: short }, policy).ledger.outages;
    const together = simulate({ ...cut, partitions: short }, policy).ledger.outages;
    expect(alone).toBeGreaterThan(20);
    expect(together).toBeLessThan(alone / 4);
  });

  it("catches a group that reprieves nobody", () => {
    class Hasty extends GroupSilence {
      override judge(): GroupVerdict {
        return { reprieved: false };
      }
    }
    expect(brokenBy(cut, policy, { group: (options) => new Hasty(options) })).toBe("group-silence");
  });

  it("catches a group that reprieves for ever", () => {
    class Patient extends GroupSilence {
      override judge(): GroupVerdict {
        return { reprieved: true };
      }
    }
    expect(brokenBy({ ...cut, crashes }, policy, { group: (options) => new Patient(options) })).toBe(
      "completeness",
    );
  });
});

describe("demand mode with application data", () => {
  const demand = fixedTimeout({ intervalMs: INTERVAL_MS, demand: true });
  const talking = calm({
    durationMs: 900_000,
    applicationData: { every: exponential(5000), lasting: exponential(10_000), gapMs: 100 },
  });

  it("is silent while data flows, and finds the dead in time", () => {
    const asking = simulate(talking, policy).out.frames;
    const { violation, out, ledger } = simulate(talking, demand);
    expect(violation).toBeUndefined();
    expect(ledger.quality().mistakes).toBe(0);
    expect(out.frames).toBeLessThan(0.6 * asking);
    expect(brokenBy({ ...talking, crashes }, demand)).toBeUndefined();
  });

  it("catches probes that nobody needs", () => {
    const judge: JudgeFactory = (given, ...rest) => new Detector(plain(given), ...rest);
    expect(brokenBy(talking, demand, { judge })).toBe("demand");
  });

  it("catches a detector to which its own sends are evidence", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => {
        const outputs = [...real.handle(input, nowMs)];
        if (outputs.some(({ type }) => type === "send")) real.handle({ type: "active" }, nowMs);
        return outputs;
      },
    }));
    expect(brokenBy({ ...talking, crashes }, demand, { judge })).toBeDefined();
    const quiet = calm({ crashes, durationMs: 600_000 });
    expect(brokenBy(quiet, demand, { judge, ignore: ["transition", "evidence", "demand"] })).toBe(
      "completeness",
    );
  });
});

describe("negotiation", () => {
  const beats = fixedTimeout({ intervalMs: INTERVAL_MS, mode: "beat" });
  const slow = calm({ peerMinReceiveMs: 4000, durationMs: 900_000 });

  it("both ends follow the slower, and nobody is refused", () => {
    for (const given of [policy, beats]) {
      const { violation, out, ledger, refused } = simulate(slow, given);
      expect(violation).toBeUndefined();
      expect(refused).toBe(0);
      expect(ledger.quality().mistakes).toBe(0);
      expect(out.frames).toBeLessThan(simulate(calm({ durationMs: 900_000 }), given).out.frames / 3);
      expect(brokenBy({ ...slow, crashes }, given)).toBeUndefined();
    }
    const both = { ...slow, monitorMinReceiveMs: 3000 };
    expect(simulate(both, beats).violation).toBeUndefined();
    expect(simulate(both, beats).refused).toBe(0);
  });

  it("catches who goes on at its old pace", () => {
    const judge: JudgeFactory = (given, ...rest) => new Detector(unmoved(given), ...rest);
    expect(brokenBy(slow, beats, { judge })).toBe("pace");
  });

  it("refuses who goes on far above the pace that was asked for", () => {
    const flood = { peerPolicy: () => plain(answerOnly({ beatIntervalMs: 50 })()) };
    const asked = calm({ monitorMinReceiveMs: INTERVAL_MS, durationMs: 60_000, peers: 5 });
    const { violation, refused } = simulate(asked, listens, { ...flood, ignore: ["prediction"] });
    expect(violation).toBeUndefined();
    expect(refused).toBeGreaterThan(asked.peers);
    expect(
      simulate(calm({ durationMs: 60_000, peers: 5 }), listens, { ...flood, ignore: ["prediction"] }).refused,
    ).toBe(0);
  });

  it("catches who refuses what it asked for", () => {
    const rejection = { kind: "too-frequent", minReceiveMs: INTERVAL_MS } as const;
    const reason = { kind: "protocol", detail: "too many", rejection } as const;
    const judge = judging((real) => {
      let heard = 0;
      return {
        handle(input, nowMs) {
          if (input.type === "received") heard += 1;
          return real.handle(heard === 200 ? { type: "closed", reason } : input, nowMs);
        },
      };
    });
    const asked = calm({ monitorMinReceiveMs: INTERVAL_MS });
    expect(brokenBy(asked, listens)).toBeUndefined();
    // To the simulation it was a beat that ended it.
    const ignore = ["transition", "evidence"] as const;
    expect(brokenBy(asked, listens, { judge, ignore })).toBe("refusal");
  });
});
