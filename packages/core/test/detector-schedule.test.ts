import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerOnly, fixedTimeout, JITTER_FLOOR } from "../src/index.js";
import { Bench } from "./harness/bench.js";
import { seededRandom } from "./harness/random.js";

const gapsMs = (atMs: readonly number[]) => atMs.slice(1).map((at, index) => at - atMs[index]!);

describe("heartbeats go out on a schedule", () => {
  it("jittered within 75 to 100 % of the interval, and over all of it", () => {
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { random: seededRandom(1) });
    bench.open();
    bench.runTo(1_000_000);
    const gaps = gapsMs(bench.sentAtMs("beat"));
    expect(JITTER_FLOOR).toBe(0.75);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(750);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(1000);
    expect(Math.min(...gaps)).toBeLessThan(760);
    expect(Math.max(...gaps)).toBeGreaterThan(990);
  });

  it("so that two senders started together do not stay in step", () => {
    const [one, other] = [1, 2].map((seed) => {
      const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { random: seededRandom(seed) });
      bench.open();
      bench.runTo(60_000);
      return bench.sentAtMs("beat");
    });
    const together = one!.filter((atMs, index) => index > 0 && Math.abs(atMs - (other![index] ?? 0)) < 1);
    expect(together.length).toBeLessThan(one!.length / 10);
  });

  it("the default jitter is random", () => {
    const policy = answerOnly({ beatIntervalMs: 1000 });
    const bench = new Bench(policy, { random: Math.random });
    bench.open();
    bench.runTo(20_000);
    expect(new Set(gapsMs(bench.sentAtMs("beat"))).size).toBeGreaterThan(2);
  });

  it("with the mean and the standard deviation that predictions reckon with", () => {
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { random: seededRandom(3) });
    bench.open();
    bench.runTo(1_000_000);
    const gaps = gapsMs(bench.sentAtMs("beat"));
    const meanMs = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const varianceMs2 = gaps.reduce((sum, gap) => sum + (gap - meanMs) ** 2, 0) / gaps.length;
    // Three standard errors.
    expect(Math.abs(meanMs - 875)).toBeLessThan((3 * 72.17) / Math.sqrt(gaps.length));
    expect(Math.abs(Math.sqrt(varianceMs2) / 72.17 - 1)).toBeLessThan(0.06);
  });

  it("late timers do not add up: the schedule is of absolute times", () => {
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }));
    bench.open();
    for (let count = 1; count <= 100; count++) {
      bench.nowMs = bench.detector.deadlineMs + 7;
      bench.tick();
      expect(bench.sentAtMs("beat").at(-1)).toBe(1000 * count + 7);
    }
  });

  it("a timer late by many intervals sends one heartbeat, not all that were missed", () => {
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }));
    bench.open();
    bench.nowMs = 10_300;
    bench.tick();
    bench.tick();
    bench.runTo(12_500);
    expect(bench.sentAtMs("beat")).toEqual([0, 10_300, 11_300, 12_300]);
  });

  it("without random numbers or ticks in between, input does not move it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 20 }), (moments) => {
        const bench = new Bench(fixedTimeout({ intervalMs: 1000, detectMultiplier: 100 }));
        bench.open();
        for (const momentMs of [...moments].sort((a, b) => a - b)) {
          bench.nowMs = momentMs;
          bench.active();
        }
        expect(bench.detector.deadlineMs).toBe(1000);
      }),
    );
  });
});

describe("health", () => {
  it("while the application is ill, beats are withheld: the peer shall find it dead", () => {
    let healthy = true;
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { health: () => healthy });
    bench.open();
    bench.runTo(1000);
    healthy = false;
    bench.runTo(5000);
    healthy = true;
    bench.runTo(7000);
    expect(bench.sentAtMs("beat")).toEqual([0, 1000, 6000, 7000]);
  });

  it("and so are echoes; the peer's probe is evidence of the peer all the same", () => {
    const bench = new Bench(answerOnly(), { health: () => false });
    bench.hear({ kind: "probe", seq: 0 });
    expect(bench.sent).toEqual([]);
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("but our own probes still ask: being ill does not blind us", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000 }), { health: () => false });
    bench.open();
    expect(bench.sentAtMs("probe")).toEqual([0]);
  });
});

describe("payload", () => {
  it("each beat carries what the callback gives then, or nothing", () => {
    const values = [Uint8Array.of(1), undefined, Uint8Array.of(3)];
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { payload: () => values.shift() });
    bench.open();
    bench.runTo(2000);
    expect(bench.sent.map(({ heartbeat }) => heartbeat)).toEqual([
      { kind: "beat", seq: 0, intervalMs: 1000, payload: Uint8Array.of(1) },
      { kind: "beat", seq: 1, intervalMs: 1000 },
      { kind: "beat", seq: 2, intervalMs: 1000, payload: Uint8Array.of(3) },
    ]);
  });

  it("the peer's is in the samples", () => {
    const bench = new Bench(answerOnly(), { samples: true });
    const payload = Uint8Array.of(9);
    bench.hear({ kind: "beat", seq: 0, intervalMs: 1000, payload });
    expect(bench.events.at(-1)).toEqual({ type: "heartbeat", atMs: 0, payload });
  });
});

it("a sender that wakes up so late that its next time is near does not plan for the past, in company or not", () => {
  for (let lateMs = 0; lateMs <= 2500; lateMs++) {
    const bench = new Bench(answerOnly({ beatIntervalMs: 1000 }), { random: () => 0.1234 });
    bench.open();
    bench.nowMs = bench.detector.deadlineMs + lateMs / 2.5;
    bench.tick(); // throws if the deadline is not in the future
    bench.close({ kind: "reset", errno: "ECONNRESET" });
  }
});
