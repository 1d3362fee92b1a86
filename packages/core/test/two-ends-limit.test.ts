import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { REFUSAL_LIMIT } from "../src/allowance.js";
import { answerOnly, fixedTimeout, type Heartbeat, type PolicyFactory } from "../src/index.js";
import { HEARD_WITHIN_MS } from "../src/receive-limit.js";
import { Bench, beat, echo, probe } from "./harness/bench.js";
import { seededRandom } from "./harness/random.js";
import { TwoEnds } from "./harness/two-ends.js";

/** Long enough for a thousand heartbeats at the slower of the two paces. */
const INTERVALS = 1000;
const seed = fc.integer();
const intervalMs = fc.integer({ min: 20, max: 5000 });
/** What an end asks for, in intervals of the other; as slow as the other follows. */
const limit = fc.option(fc.double({ min: 0.05, max: 10, noNaN: true }), { nil: undefined });
const pairing = fc.constantFrom(
  ["echo", "echo"],
  ["echo", "answer"],
  ["beat", "beat"],
  ["listen", "beating answer"],
  ["echo", "beating answer"],
);
/** From no jitter at either end of what is allowed to all of it. */
const jitter = fc.constantFrom("none", "all", "any");

function policyOf(kind: string, ms: number, detectMultiplier: number): PolicyFactory {
  if (kind === "answer") return answerOnly();
  if (kind === "beating answer") return answerOnly({ beatIntervalMs: ms });
  const mode = kind as "echo" | "beat" | "listen";
  return fixedTimeout({ intervalMs: ms, mode, detectMultiplier, maxIntervalMs: 100 * ms });
}

const randomOf = (kind: string, from: number) =>
  kind === "any" ? seededRandom(from) : () => (kind === "none" ? 1 - 1e-9 : 0);

function minReceive(share: number | undefined, ms: number) {
  return share === undefined ? {} : { minReceiveMs: Math.max(1, Math.round(share * ms)) };
}

describe("two ends that keep to what they ask of each other", () => {
  it("reject nothing and bury nobody, whatever their intervals, limits, jitter and round trip", () => {
    fc.assert(
      fc.property(
        pairing,
        intervalMs,
        // Of two ends that beat the slower is followed.
        fc.double({ min: 0.5, max: 5, noNaN: true }),
        limit,
        limit,
        fc.integer({ min: 4, max: 44 }),
        fc.double({ min: 0, max: 0.45, noNaN: true }),
        jitter,
        seed,
        ([nearKind, farKind], nearMs, ratio, nearLimit, farLimit, multiplier, trip, jitters, from) => {
          const farMs = Math.round(nearMs * ratio);
          // No longer than makes suspect, no more than is remembered of probes under way.
          const rttMs = Math.min(0.9 * HEARD_WITHIN_MS, trip * multiplier * Math.min(nearMs, farMs));
          const random = randomOf(jitters, from);
          const ends = new TwoEnds({
            near: { policy: policyOf(nearKind!, nearMs, multiplier), ...minReceive(nearLimit, farMs) },
            far: { policy: policyOf(farKind!, farMs, multiplier), ...minReceive(farLimit, nearMs) },
            rttMs,
            random,
            timerSlackMs: 0.05 * nearMs * random(),
          });
          ends.runTo(INTERVALS * Math.max(nearMs, farMs));
          expect(ends.told.filter(({ event }) => event.type === "rejected")).toEqual([]);
          expect(ends.told.filter(({ event }) => event.type === "dead")).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it.each([
    ["echo", 100, 1000],
    ["echo", 1000, 1000],
    ["echo", 1000, 2000],
    ["beat", 1000, 2000],
  ] as const)("as in mode %s at %i ms with limits of %i ms", (mode, ms, minReceiveMs) => {
    const end = { policy: fixedTimeout({ intervalMs: ms, mode }), minReceiveMs };
    const ends = new TwoEnds({ near: end, far: end, rttMs: 10, random: seededRandom(7) });
    ends.runTo(60_000);
    expect(ends.told.map(({ end: by, event }) => `${by} ${event.type}`).sort()).toEqual([
      "far alive",
      "near alive",
    ]);
  });

  it("a doubting end keeps within the limit too, however often it begins to doubt anew", () => {
    const mode = fc.constantFrom("echo", "beat", "listen");
    const lossRate = fc.double({ min: 0.3, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(mode, intervalMs, limit, lossRate, jitter, seed, (kind, ms, share, rate, jitters, from) => {
        const random = randomOf(jitters, from);
        const losses = seededRandom(from + 1);
        // What the far end says first is heard, or the near one could not know of its limit.
        const loses = (nowMs: number) => nowMs > 0 && losses() < rate;
        const far = { policy: answerOnly({ beatIntervalMs: ms }), ...minReceive(share ?? 3, ms) };
        const near = {
          policy: fixedTimeout({ intervalMs: ms, mode: kind, detectMultiplier: 40, suspectAfterMs: ms }),
        };
        const ends = new TwoEnds({ near, far, rttMs: ms / 10, random, loses });
        ends.runTo(INTERVALS * ms);
        expect(ends.rejected("far")).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});

describe("a flooder", () => {
  const kinds: Readonly<Record<string, (seq: number) => readonly Heartbeat[]>> = {
    beats: (seq) => [beat(seq)],
    probes: (seq) => [probe(seq)],
    "echoes that nobody asked for": (seq) => [echo(seq + 1_000_000)],
    "probes with beats": (seq) => [probe(seq), beat(seq)],
  };
  /** What may come in an interval asked for. */
  const allowed: Readonly<Record<string, number>> = {
    beats: 4 / 3,
    probes: 4,
    "echoes that nobody asked for": 4 / 3,
    "probes with beats": 4,
  };

  it("of any kind at four times the rate is refused after 150 of them, counted from when it can have heard", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(kinds)),
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 4, max: 1000, noNaN: true }),
        (kind, minReceiveMs, times) => {
          const bench = new Bench(answerOnly(), { minReceiveMs });
          bench.open();
          bench.runTo(HEARD_WITHIN_MS);
          let count = 0;
          while (bench.detector.state !== "dead" && count < 1000) {
            for (const heartbeat of kinds[kind]!(count)) bench.hear(heartbeat);
            bench.runFor(minReceiveMs / (allowed[kind]! * times));
            count += 1;
          }
          expect(count).toBeGreaterThan(REFUSAL_LIMIT);
          expect(count).toBeLessThanOrEqual(150);
          expect(bench.events.at(-1)).toMatchObject({ type: "dead", cause: { kind: "protocol" } });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is refused all the same if it answers what we ask, and is then charged at once", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000 }), { minReceiveMs: 1000 });
    bench.open();
    bench.hear(echo(0));
    for (let seq = 0; seq < 100; seq++) bench.hear(beat(seq));
    expect(bench.detector.state).toBe("dead");
  });

  it("is not whoever could not know yet, for at most a second", () => {
    const bench = new Bench(answerOnly(), { minReceiveMs: 1000 });
    bench.open();
    for (let seq = 0; seq < 999; seq++) {
      bench.hear(beat(seq));
      bench.runFor(1);
    }
    expect(bench.eventTypes).toEqual(["alive"]);
    bench.runFor(1);
    for (let seq = 1000; seq < 1100; seq++) bench.hear(beat(seq));
    expect(bench.detector.state).toBe("dead");
  });
});

describe("a limit that makes a policy doubt everybody who keeps to it", () => {
  const make = (mode: "echo" | "beat" | "listen", minReceiveMs: number) => () =>
    new Bench(fixedTimeout({ intervalMs: 100, mode }), { minReceiveMs });

  it.each(["beat", "listen"] as const)("is refused with its value, in mode %s", (mode) => {
    expect(make(mode, 1500)).not.toThrow();
    expect(make(mode, 1501)).toThrow("minReceiveMs must be at most 1500 with this policy, not 1501");
  });

  it("is none in mode echo, where we ask at our own pace", () => {
    expect(make("echo", 1_000_000)).not.toThrow();
  });

  it("is found without a trace in the policy", () => {
    const bench = make("listen", 1000)();
    bench.open();
    bench.hear(beat(0, 0));
    bench.runTo(1000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 300 });
  });
});
