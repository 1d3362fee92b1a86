import { fixedTimeout } from "@heartwire/core";
import { describe, expect, test } from "vitest";
import { CONDITIONS, generate } from "../qos/conditions.js";
import { CONTENDERS } from "../qos/contenders.js";
import { detectorJudge } from "../qos/detector-judge.js";
import { accuracyOf } from "../qos/quality.js";
import { replay } from "../qos/replay.js";
import { plainTimeout } from "../qos/rivals/plain-timeout.js";
import { beatsOf, type Stall, scaled, type Trace } from "../qos/trace.js";

/** A beat a second from 0 on, at once, but for the numbers that are lost. */
function steady(seconds: number, lost: readonly number[] = [], stalls: readonly Stall[] = []): Trace {
  const sentMs = Array.from({ length: seconds }, (_, seq) => seq * 1000);
  return {
    intervalMs: 1000,
    durationMs: seconds * 1000,
    beats: beatsOf(sentMs, (ms) => (lost.includes(ms / 1000) ? Number.POSITIVE_INFINITY : ms + 10)),
    stalls,
    echoArrivalMs: (ms) => ms + 20,
  };
}

const ours = (options = {}) =>
  detectorJudge(fixedTimeout({ intervalMs: 1000, mode: "listen", ...options }), () => 0.5);
const unconfirmed = ours({ confirmIntervalMs: Number.POSITIVE_INFINITY });
const plain = plainTimeout({ timeoutMs: 3000 });

describe("replay", () => {
  test("a plain timeout mistakes three lost beats, until the next is heard", () => {
    const { transitions } = replay(steady(20, [5, 6, 7]), plain);
    expect(transitions).toEqual([
      { atMs: 10, to: "trust" },
      { atMs: 7010, to: "suspect" },
      { atMs: 8010, to: "trust" },
    ]);
  });

  test("ours without probes does the same, and with probes makes no mistake, at their cost", () => {
    const trace = steady(20, [5, 6, 7]);
    expect(replay(trace, unconfirmed).transitions).toEqual(replay(trace, plain).transitions);
    const confirmed = replay(trace, ours());
    expect(confirmed.transitions).toEqual([{ atMs: 10, to: "trust" }]);
    expect(confirmed.probes).toBe(2);
    expect(confirmed.echoes).toBe(2);
  });

  test("a crash is found after the same silence by all of them; nothing sent after it arrives", () => {
    for (const judge of [plain, unconfirmed, ours()]) {
      const { transitions } = replay(steady(20), judge, { crashMs: 9500 });
      expect(transitions).toEqual([
        { atMs: 10, to: "trust" },
        { atMs: 12_010, to: "suspect" },
      ]);
    }
  });

  test("after a stall a plain timer fires before the input is read, ours lets it in first", () => {
    const trace = steady(20, [], [{ fromMs: 4500, toMs: 9200 }]);
    expect(replay(trace, plain).transitions).toEqual([
      { atMs: 10, to: "trust" },
      { atMs: 9200, to: "suspect" },
      { atMs: 9200, to: "trust" },
    ]);
    expect(replay(trace, ours()).transitions).toEqual([{ atMs: 10, to: "trust" }]);
  });

  test("a peer that dies in a stall is found by ours after as much silence as we ran for", () => {
    const trace = steady(30, [], [{ fromMs: 4500, toMs: 9200 }]);
    const { transitions } = replay(trace, ours(), { crashMs: 6500 });
    // Its beat of 6 s is read at 9.2 s.
    expect(transitions.at(-1)).toEqual({ atMs: 12_200, to: "suspect" });
  });

  test("nobody is judged before something was heard", () => {
    expect(
      replay(
        steady(
          20,
          Array.from({ length: 20 }, (_, n) => n),
        ),
        plain,
      ).transitions,
    ).toEqual([]);
  });
});

describe("every contender", () => {
  const [lan, , , , mixed] = CONDITIONS;

  test.each(CONTENDERS)("$name makes no mistake on a quiet LAN, and finds a crash", (contender) => {
    const trace = generate(lan!, 1000, 600_000, 7);
    const judge = () => contender.judge(contender.standard, 1000);
    expect(accuracyOf(replay(trace, judge()).transitions, trace.durationMs).mistakes).toBe(0);
    const { transitions } = replay(trace, judge(), { crashMs: 400_000, untilMs: 500_000 });
    expect(transitions.at(-1)?.to).toBe("suspect");
    expect(contender.values).toContain(contender.standard);
  });

  test.each(CONTENDERS)("$name judges alike on a clock that runs 16 times as fast", (contender) => {
    const quiet = { ...lan!, path: { ...lan!.path, bursts: { everyMs: 30_000, meanMs: 4000, lossRate: 1 } } };
    const trace = generate(quiet, 1000, 1_200_000, 11);
    const value = contender.standard;
    const mistakesAt = (factor: number) => {
      const run = scaled(trace, factor);
      return accuracyOf(replay(run, contender.judge(value, run.intervalMs)).transitions, run.durationMs)
        .mistakes;
    };
    expect(mistakesAt(16)).toBe(mistakesAt(1));
  });

  test("generated traces follow from their seed", () => {
    const [one, same, other] = [3, 3, 4].map((seed) => generate(mixed!, 1000, 600_000, seed));
    expect(same!.beats).toEqual(one!.beats);
    expect(same!.stalls).toEqual(one!.stalls);
    expect(other!.beats).not.toEqual(one!.beats);
  });
});
