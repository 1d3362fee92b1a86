import { describe, expect, it } from "vitest";
import { JITTER_FLOOR, type PolicyFactory } from "../src/index.js";
import { Answering, type Fate } from "./harness/answering.js";
import { Bench, beat } from "./harness/bench.js";
import { ADAPTIVE, normal } from "./harness/gaps.js";
import { seededRandom } from "./harness/random.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const second = { intervalMs: 1000 };

/** Round trips around `rttMs`, and `lossRate` of all probes lost, each by itself. */
function path(seed: number, rttMs: number, sigmaMs: number, lossRate = 0): () => Fate {
  const random = seededRandom(seed);
  return () => (random() < lossRate ? "lost" : rttMs + Math.abs(sigmaMs * normal(random)));
}

function watch(policy: PolicyFactory, seed: number, fate: (sentMs: number) => Fate): Answering {
  return new Answering(policy, seededRandom(seed), fate);
}

describe.each(Object.entries(ADAPTIVE))("%s", (_name, make) => {
  it("a steady path: nobody is ever suspect, and a hang is found within the threshold of that moment", () => {
    const fate = path(1, 20, 1);
    let hangsMs = Number.POSITIVE_INFINITY;
    const bench = watch(make(second), 1, (sentMs) => (sentMs < hangsMs ? fate() : "lost"));
    bench.runTo(HOUR_MS);
    expect(bench.eventTypes).toEqual(["alive"]);
    hangsMs = bench.nowMs;
    bench.runTo(hangsMs + MINUTE_MS);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "dead"]);
    const dead = bench.events.at(-1)!;
    expect(dead.atMs - hangsMs).toBeLessThan(9000 + 20);
    // The last answer may be as old as an interval, or still under way.
    expect(dead.atMs - hangsMs).toBeGreaterThan(2000 - 1000);
  });

  it("a jittery path: round trips of 200 to 1500 ms kill nobody in six hours", () => {
    const bench = watch(make(second), 2, path(2, 200, 400));
    bench.runTo(6 * HOUR_MS);
    expect(bench.eventTypes).not.toContain("dead");
  });

  it("a path whose delay grows, two milliseconds a second for an hour: nobody is dead", () => {
    const fate = path(3, 20, 5);
    const bench = watch(make(second), 3, (sentMs) => (fate() as number) + sentMs / 500);
    bench.runTo(HOUR_MS);
    expect(bench.events.filter(({ type }) => type === "dead")).toEqual([]);
    expect(bench.nowMs / 500).toBeGreaterThan(7000);
  });

  it("single losses: the quick probes of suspicion save the peer each time", () => {
    const bench = watch(make(second), 4, path(4, 20, 3, 0.02));
    bench.runTo(24 * HOUR_MS);
    const counts = (type: string) => bench.eventTypes.filter((it) => it === type).length;
    expect(counts("dead")).toBe(0);
    expect(counts("suspect")).toBeGreaterThan(20);
    expect(counts("alive")).toBe(counts("suspect") + 1);
  });

  it("while suspect it probes at its confirming pace, and not once it is sure again", () => {
    const policy = make(second)();
    let unanswered = 0;
    // After a minute all is lost until three probes of suspicion are; the fourth and all later ones are answered.
    const fate = (sentMs: number): Fate => {
      if (sentMs < MINUTE_MS || unanswered === 3) return 20;
      if (bench.detector.state === "suspect") unanswered += 1;
      return "lost";
    };
    const bench: Answering = watch(() => policy, 5, fate);
    bench.runTo(MINUTE_MS);
    const { confirmIntervalMs } = policy;
    bench.runTo(MINUTE_MS + 20_000);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "alive"]);
    const [, suspectMs, aliveMs] = bench.events.map(({ atMs }) => atMs) as [number, number, number];
    const sentMs = bench.sentAtMs("probe");
    const gapsMs = (atMs: number[]) => atMs.slice(1).map((at, index) => at - atMs[index]!);
    const confirming = gapsMs(sentMs.filter((atMs) => atMs >= suspectMs && atMs < aliveMs));
    expect(confirming).toHaveLength(3);
    for (const gapMs of confirming)
      expect(gapMs).toBeLessThanOrEqual(Math.min(1000, confirmIntervalMs) + 1e-6);
    const regular = gapsMs(sentMs.filter((atMs) => atMs >= aliveMs));
    expect(regular.length).toBeGreaterThan(10);
    for (const gapMs of regular) expect(gapMs).toBeGreaterThanOrEqual(JITTER_FLOOR * 1000 - 1e-6);
  });

  it("bursts of loss shorter than the least threshold kill nobody, and then it is as strict as before", () => {
    const fate = path(6, 20, 3);
    const inBurst = (sentMs: number) => sentMs % 30_000 < 800 && sentMs < HOUR_MS;
    const bench = watch(make(second), 6, (sentMs) => (inBurst(sentMs) ? "lost" : fate()));
    bench.runTo(HOUR_MS);
    expect(bench.eventTypes).not.toContain("dead");
    bench.runTo(HOUR_MS + 10 * MINUTE_MS);
    const { verdictMs } = bench.detector;
    expect(verdictMs - bench.nowMs).toBeLessThan(6000);
  });

  it("stalls of this process teach nothing: the thresholds afterwards are those of one that never stalled", () => {
    const thresholdOf = (stalls: boolean) => {
      const policy = make(second)();
      const bench = watch(
        () => policy,
        7,
        () => 20,
      );
      for (let round = 0; round < 50; round++) {
        bench.runFor(7000 + 13 * round);
        if (stalls) bench.stall(5000 + 97 * round);
      }
      expect(bench.eventTypes.filter((type) => type !== "stalled")).toEqual(["alive"]);
      return policy.deadAfterMs;
    };
    expect(thresholdOf(true) / thresholdOf(false)).toBeGreaterThan(0.85);
    expect(thresholdOf(true) / thresholdOf(false)).toBeLessThan(1.15);
  });

  it("a busy connection that falls quiet is not dead: only heartbeats have taught", () => {
    const bench = watch(make(second), 8, path(8, 20, 3));
    bench.runTo(MINUTE_MS);
    for (let count = 0; count < 20_000; count++) {
      bench.runFor(3);
      bench.active();
    }
    bench.runFor(10 * MINUTE_MS);
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("a peer that announces a slower beat keeps its life, and one that announces and falls silent does not", () => {
    const bench = new Bench(make({ ...second, mode: "listen" }));
    let seq = 0;
    const hear = (everyMs: number, times: number) => {
      for (let count = 0; count < times; count++) {
        bench.hear(beat(seq++, everyMs));
        bench.runFor(everyMs);
      }
    };
    hear(1000, 100);
    hear(4000, 100);
    expect(bench.eventTypes).toEqual(["alive"]);
    const lastMs = bench.nowMs - 4000;
    bench.runFor(MINUTE_MS);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "dead"]);
    expect(bench.events.at(-1)!.atMs - lastMs).toBeLessThanOrEqual(9000);
  });
});
