import { describe, expect, it } from "vitest";
import { fixedTimeout } from "../src/index.js";
import { Bench, beat, echo, probe } from "./harness/bench.js";

// Probes every second; suspect after 1500 ms of silence, dead after 3000; then confirming probes every 375 ms.
const policy = fixedTimeout({ intervalMs: 1000, detectMultiplier: 3 });

describe("in mode echo we probe and the peer answers", () => {
  it("sends nothing before the link is open, then probes at once and about every interval", () => {
    const bench = new Bench(policy);
    bench.runTo(200);
    expect(bench.sent).toEqual([]);
    bench.open();
    for (let seq = 0; seq < 4; seq++) {
      bench.hear(echo(seq));
      bench.runFor(1000);
    }
    expect(bench.sent.map(({ atMs, heartbeat }) => [atMs, heartbeat])).toEqual([
      [200, probe(0)],
      [1200, probe(1)],
      [2200, probe(2)],
      [3200, probe(3)],
      [4200, probe(4)],
    ]);
  });

  it("says alive once, with the transport's proof, however often the peer answers", () => {
    const bench = new Bench(policy, { proves: "application" });
    bench.open();
    bench.nowMs = 30;
    for (let seq = 0; seq < 5; seq++) {
      bench.hear(echo(seq));
      bench.runFor(1000);
    }
    expect(bench.events).toEqual([{ type: "alive", atMs: 30, proof: "application" }]);
  });

  it("a peer that falls silent is suspect first, and dead deadAfterMs after its last answer", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.nowMs = 20;
    bench.hear(echo(0));
    bench.runTo(10_000);
    expect(bench.events.slice(1)).toEqual([
      { type: "suspect", atMs: 1520, silentMs: 1500 },
      {
        type: "dead",
        atMs: 3020,
        silentMs: 3000,
        cause: { kind: "silence", deadAfterMs: 3000, missed: 3 },
      },
    ]);
    expect(bench.detector.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("a peer that never answers is judged from the beginning, open link or not", () => {
    const bench = new Bench(policy, {}, 5000);
    bench.runTo(60_000);
    expect(bench.events.map(({ type, atMs }) => [type, atMs])).toEqual([
      ["suspect", 6500],
      ["dead", 8000],
    ]);
  });

  it("while suspect, confirming probes go out at once and quickly", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.hear(echo(0));
    bench.runTo(3000);
    expect(bench.sentAtMs("probe")).toEqual([
      0,
      1000,
      ...Array.from({ length: 15 }, (_, nth) => 1500 + 100 * nth),
    ]);
  });

  it("any one of their answers saves the peer, and the slow pace returns", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.hear(echo(0));
    bench.runTo(2940);
    bench.hear(echo(16)); // the last of fifteen confirming probes
    bench.runTo(4100);
    expect(bench.eventTypes).toEqual(["alive", "suspect", "alive"]);
    expect(bench.detector.state).toBe("alive");
    // What was about to be asked is still asked, so that recovery itself makes no gap.
    expect(bench.sentAtMs("probe").filter((atMs) => atMs > 2940)).toEqual([3000, 4000]);
  });

  it("a late answer to an earlier probe is evidence too", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.runTo(2900);
    bench.hear(echo(0));
    expect(bench.eventTypes).toEqual(["suspect", "alive"]);
  });

  it("without confirming probes the slow pace goes on to the end", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, confirmIntervalMs: Number.POSITIVE_INFINITY }));
    bench.open();
    bench.runTo(10_000);
    expect(bench.sentAtMs("probe")).toEqual([0, 1000, 2000]);
    expect(bench.eventTypes).toEqual(["suspect", "dead"]);
  });

  it("confirming never means probing less often than before", () => {
    // A quarter of 10 s of suspicion would be 2.5 s.
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, detectMultiplier: 20 }));
    bench.open();
    bench.runTo(20_000);
    const sentAtMs = bench.sentAtMs("probe");
    const gapsMs = sentAtMs.slice(1).map((atMs, index) => atMs - sentAtMs[index]!);
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(1000);
  });

  it("any evidence counts, not only echoes: bytes of the application, the peer's own beats and probes", () => {
    for (const evidence of [
      (bench: Bench) => bench.active(),
      (bench: Bench, turn: number) => bench.hear(beat(turn)),
      (bench: Bench, turn: number) => bench.hear(probe(turn)),
    ]) {
      const bench = new Bench(policy);
      bench.open();
      for (let turn = 0; turn < 20; turn++) {
        evidence(bench, turn);
        bench.runFor(1400);
      }
      expect(bench.eventTypes).toEqual(["alive"]);
    }
  });

  it("evidence does not stop the probes: a one-way path must not look healthy in both", () => {
    const bench = new Bench(policy);
    bench.open();
    for (let turn = 0; turn < 30; turn++) {
      bench.active();
      bench.runFor(100);
    }
    expect(bench.sentAtMs("probe")).toEqual([0, 1000, 2000, 3000]);
  });

  it("the peer's probes are answered with their own number and payload, before anything is said of it", () => {
    const bench = new Bench(policy);
    bench.open();
    const payload = Uint8Array.of(1, 2, 3);
    expect(bench.hear({ kind: "probe", seq: 7, payload })).toEqual([
      { type: "send", heartbeat: { kind: "echo", seq: 7, payload } },
      { type: "event", event: { type: "alive", atMs: 0, proof: "process" } },
    ]);
  });

  it("missed counts whole intervals", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, detectMultiplier: 4.5 }));
    bench.runTo(5000);
    expect(bench.events.at(-1)).toMatchObject({ cause: { missed: 4, deadAfterMs: 4500 } });
  });
});
