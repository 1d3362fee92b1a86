import { describe, expect, it } from "vitest";
import { answerOnly, fixedTimeout, type PolicyFactory, trustKernel } from "../src/index.js";
import { Bench, beat, echo, probe } from "./harness/bench.js";

const beating = fixedTimeout({ intervalMs: 1000, mode: "beat" });
const listening = fixedTimeout({ intervalMs: 1000, mode: "listen" });

/** The longest time between two heartbeats of a kind. */
function longestGapMs(atMs: readonly number[]): number {
  return Math.max(...atMs.slice(1).map((at, index) => at - atMs[index]!));
}

describe("in mode beat both ends beat", () => {
  it("announces its interval and counts its beats", () => {
    const bench = new Bench(beating);
    bench.open();
    bench.active();
    bench.runTo(1400);
    expect(bench.sent).toEqual([
      { atMs: 0, heartbeat: beat(0) },
      { atMs: 1000, heartbeat: beat(1) },
    ]);
  });

  it("a fractional interval is announced rounded up: never promise more than is kept", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 333.4, mode: "beat" }));
    bench.open();
    expect(bench.sent[0]?.heartbeat).toEqual(beat(0, 334));
  });

  it("while suspect asks too, for a beat lost one way may mean only that this way is bad", () => {
    const bench = new Bench(beating);
    bench.open();
    bench.runTo(1650);
    expect(bench.sentAtMs("probe")).toEqual([1500, 1600]);
    bench.hear(echo(0));
    expect(bench.eventTypes).toEqual(["suspect", "alive"]);
  });

  it("keeps its promise to the peer whatever it thinks of the peer: no two beats further apart", () => {
    const bench = new Bench(beating);
    bench.open();
    bench.runTo(1870);
    bench.hear(echo(0)); // just before the next confirming probe
    bench.runTo(10_000);
    expect(bench.detector.state).toBe("dead");
    expect(longestGapMs(bench.sentAtMs("beat"))).toBeLessThanOrEqual(1000);
  });

  it("also when the peer is slow, and confirming it therefore takes its time", () => {
    const bench = new Bench(beating);
    bench.open();
    bench.hear(beat(0, 10_000));
    bench.runTo(30_000);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "dead"]);
    expect(longestGapMs(bench.sentAtMs("beat"))).toBeLessThanOrEqual(1000);
  });
});

describe("in mode listen we expect the peer's beats", () => {
  it("and say nothing by ourselves while they come", () => {
    const bench = new Bench(listening);
    bench.open();
    for (let seq = 0; seq < 10; seq++) {
      bench.hear(beat(seq));
      bench.runFor(1000);
    }
    expect(bench.sent).toEqual([]);
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("nor ask for ticks that would do nothing", () => {
    const bench = new Bench(listening);
    bench.open();
    expect(bench.detector.deadlineMs).toBe(1500);
  });

  it("but ask before we judge, and fall silent again when the answer saved the peer", () => {
    const bench = new Bench(listening);
    bench.open();
    bench.hear(beat(0));
    bench.runTo(1650);
    expect(bench.sentAtMs("probe")).toEqual([1500, 1600]);
    bench.hear(echo(1));
    expect(bench.detector.deadlineMs).toBe(3150);
    bench.runTo(3100);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "alive"]);
    expect(bench.sent).toHaveLength(2);
  });

  it("a dead peer is found like in any other mode", () => {
    const bench = new Bench(listening);
    bench.open();
    bench.hear(beat(0));
    bench.runTo(9000);
    expect(bench.events.map(({ type, atMs }) => [type, atMs])).toEqual([
      ["alive", 0],
      ["suspect", 1500],
      ["dead", 3000],
    ]);
  });
});

describe("a peer may announce a longer interval than ours", () => {
  const deathAfterBeatMs = (policy: PolicyFactory, announcedMs: number) => {
    const bench = new Bench(policy);
    bench.open();
    bench.hear(beat(0, announcedMs));
    bench.runTo(1_000_000);
    return bench.events.map(({ type, atMs }) => [type, atMs]);
  };

  it("both thresholds grow in proportion", () => {
    expect(deathAfterBeatMs(listening, 4000)).toEqual([
      ["alive", 0],
      ["suspect", 6000],
      ["dead", 12_000],
    ]);
  });

  it("up to maxIntervalMs, by default ten times ours: nobody can talk us out of detection", () => {
    expect(deathAfterBeatMs(listening, 0xffff_ffff).at(-1)).toEqual(["dead", 30_000]);
    const bounded = fixedTimeout({ intervalMs: 1000, mode: "listen", maxIntervalMs: 2000 });
    expect(deathAfterBeatMs(bounded, 0xffff_ffff).at(-1)).toEqual(["dead", 6000]);
  });

  it("a shorter one, or none at all, does not make us stricter than we were asked to be", () => {
    expect(deathAfterBeatMs(listening, 10).at(-1)).toEqual(["dead", 3000]);
    expect(deathAfterBeatMs(listening, 0).at(-1)).toEqual(["dead", 3000]);
  });

  it("the newest announcement counts", () => {
    const bench = new Bench(listening);
    bench.open();
    bench.hear(beat(0, 8000));
    bench.nowMs = 10;
    bench.hear(beat(1, 1000));
    bench.runTo(100_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 3010, silentMs: 3000 });
  });

  it("in mode echo it means nothing: there we ask", () => {
    expect(deathAfterBeatMs(fixedTimeout({ intervalMs: 1000 }), 60_000).at(-1)).toEqual(["dead", 3000]);
  });

  it("what one link teaches does not judge another of the same factory", () => {
    deathAfterBeatMs(listening, 10_000);
    expect(deathAfterBeatMs(listening, 1000).at(-1)).toEqual(["dead", 3000]);
  });
});

describe("policies that never judge", () => {
  const kernel = trustKernel({ idleMs: 1000, intervalMs: 1000, probes: 3 });
  it.each([
    ["trustKernel", kernel],
    ["answerOnly", answerOnly()],
  ])("%s says nothing and waits for ever", (_name, policy) => {
    const bench = new Bench(policy);
    bench.open();
    expect(bench.detector.deadlineMs).toBe(Number.POSITIVE_INFINITY);
    bench.nowMs = 1e12;
    bench.tick();
    expect(bench.trace).toEqual([]);
    bench.active();
    bench.nowMs = 2e12;
    bench.tick();
    expect(bench.trace.map(({ output }) => output.type)).toEqual(["event"]);
    expect(bench.detector.state).toBe("alive");
  });

  it("trustKernel passes on what the kernel found", () => {
    const bench = new Bench(kernel, { proves: "connection" });
    bench.active();
    bench.nowMs = 4000;
    bench.close({ kind: "keepalive-timeout", errno: "ETIMEDOUT" });
    expect(bench.events).toEqual([
      { type: "alive", atMs: 0, proof: "connection" },
      { type: "dead", atMs: 4000, silentMs: 4000, cause: { kind: "keepalive-timeout", errno: "ETIMEDOUT" } },
    ]);
  });

  it("answerOnly answers", () => {
    const bench = new Bench(answerOnly());
    bench.open();
    bench.hear(probe(3));
    bench.runTo(100_000);
    expect(bench.sent).toEqual([{ atMs: 0, heartbeat: echo(3) }]);
  });

  it("answerOnly beats when asked to, for ever", () => {
    const bench = new Bench(answerOnly({ beatIntervalMs: 500 }));
    bench.open();
    bench.runTo(60_000);
    expect(bench.sentAtMs("beat")).toHaveLength(121);
    expect(bench.events).toEqual([]);
  });
});
