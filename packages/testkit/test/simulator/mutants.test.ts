import {
  Detector,
  fixedTimeout,
  type Heartbeat,
  type Output,
  type Policy,
  Timekeeper,
} from "@heartwire/core";
import { describe, expect, it } from "vitest";
import type { Judge, JudgeFactory, Scenario } from "../../src/index.js";
import { judging, plain } from "./mutant-judges.js";
import { brokenBy, calm, constant, exponential, hostile, INTERVAL_MS } from "./worlds.js";

const policy = fixedTimeout({ intervalMs: INTERVAL_MS });
const beats = fixedTimeout({ intervalMs: INTERVAL_MS, mode: "beat" });

const crashes: Scenario = calm({
  crashes: { every: exponential(60_000), lasting: constant(20_000) },
});

describe("the same worlds, with nothing broken", () => {
  it.each([
    ["calm", calm()],
    ["crashes", crashes],
    ["stalls", calm({ monitorStalls: { every: exponential(20_000), lasting: constant(4000) } })],
  ])("%s: every invariant holds", (_name, scenario) => {
    expect(brokenBy(scenario, policy)).toBeUndefined();
    expect(brokenBy(scenario, beats)).toBeUndefined();
  });
});

describe("completeness", () => {
  it("catches a detector that forgets to judge whom it suspects", () => {
    const judge = judging((real) => ({
      get verdictMs() {
        return real.state === "suspect" ? Number.POSITIVE_INFINITY : real.verdictMs;
      },
      handle: (input, nowMs) =>
        real.state === "suspect" && input.type === "tick" ? [] : real.handle(input, nowMs),
      get deadlineMs() {
        return real.state === "suspect" ? Number.POSITIVE_INFINITY : real.deadlineMs;
      },
    }));
    expect(brokenBy(crashes, policy, { judge })).toBe("completeness");
  });

  it("catches a policy that grows more patient by itself", () => {
    const growing = (): Policy => {
      let deadAfterMs = 3000;
      return {
        name: "growing",
        mode: "echo",
        intervalMs: INTERVAL_MS,
        suspectAfterMs: 1500,
        confirmIntervalMs: Number.POSITIVE_INFINITY,
        get deadAfterMs() {
          deadAfterMs += 100;
          return deadAfterMs;
        },
      };
    };
    expect(brokenBy(crashes, growing)).toBe("completeness");
  });

  it("catches a driver that excuses a stall twice", () => {
    const scenario = calm({
      crashes: { every: exponential(30_000), lasting: constant(20_000) },
      monitorStalls: { every: exponential(5000), lasting: constant(1000) },
      durationMs: 3_600_000,
    });
    expect(brokenBy(scenario, policy)).toBeUndefined();
    expect(brokenBy(scenario, policy, { keeper: (loop) => new LateExcuse(loop) })).toBe("completeness");
  });
});

/** Tells every entry that it holds of a stall once more, a good while longer. */
class LateExcuse extends Timekeeper {
  readonly #all = new Set<Parameters<Timekeeper["add"]>[0]>();

  override add(entry: Parameters<Timekeeper["add"]>[0]): void {
    this.#all.add(entry);
    super.add(entry);
  }

  protected override noticeStall(nowMs: number): void {
    const lateMs = nowMs - this.dueMs;
    super.noticeStall(nowMs);
    if (lateMs < 50) return;
    for (const entry of this.#all) entry.stalled(1000, nowMs);
  }
}

describe("no-verdict-from-stall", () => {
  const stalls = calm({
    monitorStalls: { every: exponential(20_000), lasting: constant(4000) },
  });

  it("catches a driver that does not notice stalls", () => {
    class Blind extends Timekeeper {
      protected override noticeStall(): void {}
    }
    expect(brokenBy(stalls, policy, { keeper: (loop) => new Blind(loop) })).toBe("no-verdict-from-stall");
  });

  it("catches a driver that judges before it lets input in", () => {
    class Hasty extends Timekeeper {
      protected override drain(_turn: number, nowMs: number): void {
        this.judge(nowMs);
      }
    }
    // Beats arrive just before the deadline, and often into a stall too short to be told of.
    const tight = fixedTimeout({ intervalMs: INTERVAL_MS, detectMultiplier: 1.01, mode: "listen" });
    const scenario = calm({ monitorStalls: { every: constant(200), lasting: constant(45) } });
    expect(brokenBy(scenario, tight)).toBeUndefined();
    expect(brokenBy(scenario, tight, { keeper: (loop) => new Hasty(loop) })).toBe("no-verdict-from-stall");
  });

  it("catches a detector that does not take stalls out", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => (input.type === "stalled" ? [] : real.handle(input, nowMs)),
    }));
    expect(brokenBy(stalls, policy, { judge })).toBe("no-verdict-from-stall");
  });

  it("catches a detector that is impatient", () => {
    const judge: JudgeFactory = (given, ...rest) =>
      new Detector({ ...plain(given), deadAfterMs: 2000 }, ...rest);
    expect(brokenBy(crashes, policy, { judge })).toBe("no-verdict-from-stall");
  });
});

describe("final, evidence, transition", () => {
  it("catches the dead who speak", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => {
        if (real.state !== "dead") return real.handle(input, nowMs);
        return [{ type: "event", event: { type: "alive", atMs: nowMs, proof: "process" } }];
      },
    }));
    const scenario = hostile({ relinkAfterMs: 60_000 });
    expect(brokenBy(scenario, policy, { judge })).toBe("final");
  });

  it("catches a change that its input cannot cause", () => {
    const judge = judging((real) => {
      let isRisen = false;
      return {
        get state() {
          return isRisen ? "alive" : real.state;
        },
        handle: (input, nowMs): readonly Output[] => {
          const outputs = real.handle(input, nowMs);
          if (input.type !== "stalled" || real.state !== "suspect") return outputs;
          isRisen = true;
          return [{ type: "event", event: { type: "alive", atMs: nowMs, proof: "process" } }];
        },
      };
    });
    expect(brokenBy(hostile(), policy, { judge })).toBe("transition");
  });

  it("catches life by a frame heard before", () => {
    const stale = (real: Judge): ReturnType<Parameters<typeof judging>[0]> => {
      let last: Heartbeat | undefined;
      let shift = 0;
      return {
        handle: (input, nowMs) => {
          if (input.type !== "received" || input.heartbeat.kind !== "beat") return real.handle(input, nowMs);
          // As if every copy were new.
          if (last?.kind === "beat" && last.seq === input.heartbeat.seq) shift += 1;
          last = input.heartbeat;
          const heartbeat = { ...input.heartbeat, seq: (input.heartbeat.seq + shift) >>> 0 };
          return real.handle({ type: "received", heartbeat }, nowMs);
        },
      };
    };
    const scenario = calm({
      network: {
        delay: { kind: "exponential", minMs: 0, tailMs: 1000 },
        loss: { kind: "independent", rate: 0.5 },
        duplicate: 0.9,
      },
    });
    expect(brokenBy(scenario, beats)).toBeUndefined();
    expect(brokenBy(scenario, beats, { judge: judging(stale) })).toBe("evidence");
  });

  it("catches a state that changes in silence", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => real.handle(input, nowMs).filter(({ type }) => type === "send"),
    }));
    expect(brokenBy(calm(), policy, { judge })).toBe("transition");
  });
});

describe("deadline", () => {
  it("catches a detector that asks for a tick in the past", () => {
    const judge = judging((real) => ({
      get deadlineMs() {
        return real.state === "suspect" ? real.verdictMs - 3000 : real.deadlineMs;
      },
    }));
    expect(brokenBy(crashes, policy, { judge, ignore: [] })).toBe("deadline");
  });
});

describe("traffic, prediction", () => {
  it("catches a detector that sends twice", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => {
        const outputs = real.handle(input, nowMs);
        return outputs.flatMap((output) =>
          output.type === "send" && output.heartbeat.kind === "beat" ? [output, output] : [output],
        );
      },
    }));
    expect(brokenBy(calm(), beats, { judge })).toBe("traffic");
  });

  it("catches an echo to every copy of a probe", () => {
    const judge = judging((real) => ({
      handle: (input, nowMs) => {
        if (input.type !== "received" || input.heartbeat.kind !== "probe") return real.handle(input, nowMs);
        return [
          ...real.handle(input, nowMs),
          { type: "send", heartbeat: { kind: "echo", seq: input.heartbeat.seq } },
        ];
      },
    }));
    expect(brokenBy(calm(), policy, { judge })).toBe("traffic");
  });

  it("catches a sender whose mean pace is not the predicted one, though no interval is too short", () => {
    const judge: JudgeFactory = (given, options, ...rest) =>
      new Detector(given, { ...options, random: () => 0 }, ...rest);
    expect(brokenBy(calm({ durationMs: 7_200_000 }), policy, { judge })).toBe("prediction");
  });
});
