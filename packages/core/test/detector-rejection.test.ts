import { describe, expect, it } from "vitest";
import { answerOnly, fixedTimeout, type LivenessEvent } from "../src/index.js";
import { Bench, beat, echo, probe } from "./harness/bench.js";

const policy = fixedTimeout({ intervalMs: 1000 });
const lastRejection = (bench: Bench) => {
  const last = bench.events.at(-1);
  return last?.type === "rejected" ? last.rejection : undefined;
};

describe("dropped frames", () => {
  it("are told at the totals 1, 2, 4, 8, …, so that a flood stays a trickle", () => {
    const bench = new Bench(policy);
    for (let count = 0; count < 2 ** 17; count++) bench.reject({ kind: "malformed", reason: "truncated" });
    const totals = bench.events.map((event) => (event.type === "rejected" ? event.total : undefined));
    expect(totals).toEqual(Array.from({ length: 18 }, (_, power) => 2 ** power));
  });

  it("are counted together, whatever is wrong with them; the one that is told is told in full", () => {
    const bench = new Bench(policy);
    bench.reject({ kind: "malformed", reason: "truncated" });
    bench.nowMs = 5;
    bench.hear(echo(99));
    expect(bench.events).toEqual<LivenessEvent[]>([
      { type: "rejected", atMs: 0, rejection: { kind: "malformed", reason: "truncated" }, total: 1 },
      { type: "rejected", atMs: 5, rejection: { kind: "unsolicited-echo", seq: 99 }, total: 2 },
    ]);
  });

  it("are no evidence of life: a dead peer stays dead behind any amount of garbage", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.hear(echo(0));
    while (bench.detector.state !== "dead" && bench.nowMs < 10_000) {
      bench.reject({ kind: "malformed", reason: "unknown-version" });
      bench.hear(echo(12_345));
      bench.runFor(1);
    }
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 3000, silentMs: 3000 });
  });
});

describe("replayed, duplicated and overtaken frames", () => {
  it("a beat not newer than the newest is stale", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, mode: "listen" }));
    bench.hear(beat(10));
    for (const seq of [10, 9, 0]) {
      bench.runFor(100);
      bench.hear(beat(seq));
    }
    expect(bench.events.slice(1, 3)).toMatchObject([
      { type: "rejected", rejection: { kind: "stale", seq: 10, newestSeq: 10 } },
      { type: "rejected", rejection: { kind: "stale", seq: 9, newestSeq: 10 } },
    ]);
    expect(bench.detector.silentMs(bench.nowMs)).toBe(300);
  });

  it("nor does a stale beat change the interval expected", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, mode: "listen" }));
    bench.hear(beat(10, 1000));
    bench.hear(beat(9, 10_000));
    bench.runTo(60_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 3000 });
  });

  it("a probe not newer than the newest is stale, and gets no answer: replay cannot make us talk", () => {
    const bench = new Bench(answerOnly());
    bench.hear(probe(5));
    expect(bench.hear(probe(5))).toMatchObject([{ event: { rejection: { kind: "stale", seq: 5 } } }]);
    bench.hear(probe(4));
    expect(bench.sent).toHaveLength(1);
  });

  it("beats and probes are numbered apart", () => {
    const bench = new Bench(answerOnly());
    bench.hear(beat(100));
    bench.hear(probe(3));
    expect(bench.sent).toHaveLength(1);
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("a lost beat is no matter: the next is newer", () => {
    const bench = new Bench(policy);
    bench.hear(beat(0));
    bench.hear(beat(7));
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("the first may have any number, and 2^32 - 1 is followed by 0", () => {
    const bench = new Bench(answerOnly());
    for (const seq of [0xffff_fffe, 0xffff_ffff, 0, 1]) {
      bench.hear(beat(seq));
      bench.hear(probe(seq));
    }
    expect(bench.eventTypes).toEqual(["alive"]);
    bench.hear(beat(0xffff_ffff));
    expect(lastRejection(bench)).toEqual({ kind: "stale", seq: 0xffff_ffff, newestSeq: 1 });
  });
});

describe("echoes nobody asked for", () => {
  it("before any probe, of the future, or twice: unsolicited", () => {
    const bench = new Bench(policy);
    bench.hear(echo(0));
    expect(lastRejection(bench)).toEqual({ kind: "unsolicited-echo", seq: 0 });
    bench.open();
    bench.hear(echo(1));
    expect(lastRejection(bench)).toEqual({ kind: "unsolicited-echo", seq: 1 });
    bench.hear(echo(0));
    expect(bench.detector.state).toBe("alive");
    bench.hear(echo(0));
    bench.hear(echo(0));
    expect(lastRejection(bench)).toEqual({ kind: "unsolicited-echo", seq: 0 });
  });

  it("an echo out of order is fine", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, detectMultiplier: 10 }));
    bench.open();
    bench.runTo(2000);
    for (const seq of [2, 0, 1]) bench.hear(echo(seq));
    expect(bench.eventTypes).toEqual(["alive"]);
  });
});
