import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Detector, fixedTimeout, isFinal, type State } from "../src/index.js";
import { anyInput } from "./harness/arbitraries.js";
import { history, options, Play } from "./harness/history.js";
import { seededRandom } from "./harness/random.js";

/** Times are sums of doubles here. */
const ROUNDING_MS = 1e-6;
const startMs = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e9, noNaN: true }));
const seed = fc.integer();

/** What a detector that is ticked in time must think, from nothing but silence; undefined on the very edge. */
function expectedState(play: Play): State | undefined {
  const { suspectAfterMs, deadAfterMs } = play.policy;
  const { silentMs } = play;
  for (const thresholdMs of [suspectAfterMs, deadAfterMs]) {
    if (Math.abs(silentMs - thresholdMs) < ROUNDING_MS) return undefined;
  }
  if (silentMs > deadAfterMs) return "dead";
  if (silentMs > suspectAfterMs) return "suspect";
  return play.anythingHeard ? "alive" : "pending";
}

describe("whatever the options and the history", () => {
  it("the state is exactly what the silence says: complete and accurate, at every moment", () => {
    const seen = new Set<State>();
    fc.assert(
      fc.property(options, history, startMs, seed, (of, steps, start, random) => {
        const play = new Play(of, start, seededRandom(random));
        play.bench.open();
        for (const step of steps) {
          play.step(step, (durationMs) => {
            // Looked at half-way too, not only where something happens.
            for (const partMs of [durationMs / 3, (2 * durationMs) / 3]) {
              play.bench.runFor(partMs);
              const expected = expectedState(play);
              if (expected !== undefined) expect(play.bench.detector.state).toBe(expected);
              seen.add(play.bench.detector.state);
            }
          });
          if (isFinal(play.bench.detector.state)) return;
        }
      }),
      { numRuns: 2000 },
    );
    expect([...seen].sort()).toEqual(["alive", "dead", "pending", "suspect"]);
  });

  it("complete: a peer that falls silent is dead deadAfterMs later, to the millisecond", () => {
    fc.assert(
      fc.property(options, history, startMs, seed, (of, steps, start, random) => {
        const play = new Play(of, start, seededRandom(random));
        play.bench.open();
        for (const step of steps) play.step(step, (durationMs) => play.bench.runFor(durationMs));
        if (play.bench.detector.state !== "dead") play.bench.runFor(2 * play.policy.deadAfterMs + 1);
        const last = play.bench.events.at(-1);
        expect(last?.type).toBe("dead");
        if (last?.type === "dead") {
          expect(last.silentMs).toBeGreaterThanOrEqual(play.policy.deadAfterMs - ROUNDING_MS);
          expect(last.silentMs).toBeLessThanOrEqual(play.policy.deadAfterMs + ROUNDING_MS);
        }
        expect(play.bench.eventTypes.filter((type) => type === "dead")).toHaveLength(1);
      }),
      { numRuns: 1000 },
    );
  });

  it("complete under stalls: they add all that they excuse, and never more than the detection time and the long ones", () => {
    const stalls = fc.array(
      fc.record({ beforeMs: fc.double({ min: 0.1, max: 4000, noNaN: true }), stalledMs: fc.nat(1e6) }),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(options, history, stalls, seed, (of, steps, interruptions, random) => {
        const play = new Play(of, 0, seededRandom(random));
        play.bench.open();
        for (const step of steps) play.step(step, (durationMs) => play.bench.runFor(durationMs));
        // Of time in which nothing but stalls has been since the peer was heard, nothing is its silence.
        play.take({ kind: "active" });
        if (isFinal(play.bench.detector.state)) return;
        let lastMs = 0;
        for (const { beforeMs, stalledMs } of interruptions) {
          play.bench.runFor(beforeMs);
          if (isFinal(play.bench.detector.state)) break;
          const toGoMs = play.policy.deadAfterMs - play.silentMs;
          play.take({ kind: "stall", stalledMs });
          play.bench.tick();
          lastMs = stalledMs;
          // Who wakes from a stall finds no verdict made of it, unless there were too many.
          if (play.silentMs < play.policy.deadAfterMs)
            expect(play.policy.deadAfterMs - play.silentMs).toBeLessThan(toGoMs + ROUNDING_MS);
        }
        play.bench.runFor(play.policy.deadAfterMs);
        expect(play.bench.detector.state).toBe("dead");
        const diedAtMs = play.bench.events.at(-1)!.atMs;
        const ranMs = diedAtMs - play.stalledMs - play.heardAtRunningMs;
        expect(ranMs).toBeGreaterThan(play.policy.deadAfterMs - ROUNDING_MS);
        // The first stall may be longer than the silence that it falls into, the last one than what was left of it.
        const endsMs = play.longestMs + lastMs;
        const mostMs = 2 * play.policy.deadAfterMs + play.longMs + endsMs;
        expect(diedAtMs - play.heardAtMs).toBeLessThan(mostMs + ROUNDING_MS);
      }),
      { numRuns: 1000 },
    );
  });

  it("accurate: no suspicion while gaps stay below the threshold, and stalls do not make gaps", () => {
    const gaps = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(3)), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(options, gaps, fc.boolean(), (of, steps, garbage) => {
        const play = new Play(of, 0);
        play.bench.open();
        for (const [share, stalls] of steps) {
          const gapMs = share * play.policy.suspectAfterMs;
          for (let part = 0; part < 4; part++) {
            play.bench.runFor(gapMs / 4);
            if (part < stalls) play.take({ kind: "stall", stalledMs: play.policy.deadAfterMs / 3 });
            if (garbage) play.take({ kind: "malformed" });
          }
          play.take({ kind: "active" });
        }
        const verdicts = play.bench.eventTypes.filter((type) => type === "suspect" || type === "dead");
        expect(verdicts).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("a late tick finds the same death, late by no more than itself", () => {
    fc.assert(
      fc.property(options, fc.array(fc.double({ min: 0, max: 500, noNaN: true })), (of, lateness) => {
        const play = new Play(of, 0);
        play.bench.open();
        play.take({ kind: "active" });
        const remaining = [...lateness];
        while (play.bench.detector.state !== "dead") {
          play.bench.nowMs = play.bench.detector.deadlineMs + (remaining.pop() ?? 0);
          play.bench.tick();
        }
        expect(play.bench.nowMs).toBeLessThanOrEqual(play.policy.deadAfterMs + 500 + ROUNDING_MS);
      }),
    );
  });

  it("spurious ticks change nothing: not one event, not one heartbeat", () => {
    const extra = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(options, history, extra, seed, (of, steps, shares, random) => {
        const [calm, nervous] = [false, true].map((spurious) => {
          const play = new Play(of, 0, seededRandom(random));
          play.bench.open();
          for (const step of steps) {
            const fromMs = play.bench.nowMs;
            play.step(step, (durationMs) => {
              if (spurious) {
                for (const share of [...shares].sort()) {
                  play.bench.runTo(fromMs + share * durationMs);
                  play.bench.tick();
                  play.bench.tick();
                }
              }
              play.bench.runTo(fromMs + durationMs);
            });
          }
          return play.bench.trace;
        });
        expect(nervous).toEqual(calm);
      }),
      { numRuns: 500 },
    );
  });

  it("a beating end never lets more than its interval pass between two beats", () => {
    fc.assert(
      fc.property(options, history, seed, (of, steps, random) => {
        const play = new Play({ ...of, mode: "beat" }, 0, seededRandom(random));
        play.bench.open();
        for (const step of steps) {
          if (step.what.kind !== "stall") play.step(step, (durationMs) => play.bench.runFor(durationMs));
        }
        const sentAtMs = play.bench.sentAtMs("beat");
        for (let index = 1; index < sentAtMs.length; index++) {
          expect(sentAtMs[index]! - sentAtMs[index - 1]!).toBeLessThanOrEqual(of.intervalMs + ROUNDING_MS);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe("whatever a driver hands over, in whatever order", () => {
  const anyInputs = fc.array(fc.tuple(fc.double({ min: 0, max: 9000, noNaN: true }), anyInput), {
    maxLength: 60,
  });

  it("after a tick the deadline lies in the future; dead and left are for ever; answers are few", () => {
    fc.assert(
      fc.property(options, anyInputs, startMs, seed, (of, inputs, start, random) => {
        const detector = new Detector(
          fixedTimeout(of)(),
          { proves: "process", samples: true, random: seededRandom(random) },
          start,
        );
        let nowMs = start;
        for (const [afterMs, input] of inputs) {
          nowMs += afterMs;
          const before = detector.state;
          const outputs = detector.handle(input, nowMs);
          if (isFinal(before)) {
            expect(outputs).toEqual([]);
            expect(detector.state).toBe(before);
          }
          // The most: an echo of a probe, alive and a sample; or suspect, a probe and a beat.
          expect(outputs.length).toBeLessThanOrEqual(3);
          if (input.type === "tick") expect(detector.deadlineMs).toBeGreaterThan(nowMs);
          if (isFinal(detector.state)) expect(detector.deadlineMs).toBe(Number.POSITIVE_INFINITY);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("a tick at the very deadline always does what was due, whatever the fractions: no driver spins", () => {
    const fraction = fc.double({ min: 0.001, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(fraction, fc.double({ min: 1, max: 1e6, noNaN: true }), (start, intervalMs) => {
        const confirmIntervalMs = Number.POSITIVE_INFINITY;
        const play = new Play({ intervalMs, mode: "listen", confirmIntervalMs }, start);
        play.take({ kind: "active" });
        let ticks = 0;
        while (play.bench.detector.state !== "dead") {
          play.bench.nowMs = play.bench.detector.deadlineMs;
          play.bench.tick();
          ticks += 1;
          // One for suspicion, one for death.
          expect(ticks).toBeLessThanOrEqual(2);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
