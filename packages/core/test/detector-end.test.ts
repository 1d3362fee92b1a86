import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedTimeout, trustKernel } from "../src/index.js";
import { anyInput, closeReason } from "./harness/arbitraries.js";
import { Bench, BYE, beat } from "./harness/bench.js";

const policy = fixedTimeout({ intervalMs: 1000 });

/** One bench in each state that is not final. */
const unfinished: [string, () => Bench][] = [
  ["pending", () => new Bench(policy)],
  [
    "alive",
    () => {
      const bench = new Bench(policy);
      bench.open();
      bench.active();
      return bench;
    },
  ],
  [
    "suspect",
    () => {
      const bench = new Bench(policy);
      bench.open();
      bench.active();
      bench.runTo(1600);
      return bench;
    },
  ],
];

describe.each(unfinished)("how a link ends while %s", (state, start) => {
  it("starts so", () => {
    expect(start().detector.state).toBe(state);
  });

  it("a bye: the peer has left, and its silence means nothing", () => {
    const bench = start();
    expect(bench.hear(BYE)).toEqual([{ type: "event", event: { type: "left", atMs: bench.nowMs } }]);
    expect(bench.detector.state).toBe("left");
    expect(bench.detector.deadlineMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("an orderly close: it has left as well", () => {
    const bench = start();
    expect(bench.close()).toEqual([{ type: "event", event: { type: "left", atMs: bench.nowMs } }]);
    expect(bench.detector.verdictMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("a close for any reason: it is dead at once, of that cause", () => {
    fc.assert(
      fc.property(closeReason, (reason) => {
        const bench = start();
        const silentMs = bench.detector.silentMs(bench.nowMs);
        expect(bench.close(reason)).toEqual([
          { type: "event", event: { type: "dead", atMs: bench.nowMs, silentMs, cause: reason } },
        ]);
        expect(bench.detector.state).toBe("dead");
      }),
    );
  });

  it("and nothing follows the end, whatever comes", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(anyInput), (orderly, inputs) => {
        const bench = start();
        bench.close(...(orderly ? [] : [{ kind: "reset", errno: "EPIPE" } as const]));
        const end = bench.detector.state;
        for (const input of inputs) {
          bench.nowMs += 700;
          expect(bench.input(input)).toEqual([]);
          expect(bench.detector.state).toBe(end);
          expect(bench.detector.deadlineMs).toBe(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });
});

describe("silence", () => {
  it("is counted from the last evidence, and from the beginning before any", () => {
    const bench = new Bench(policy, {}, 100);
    expect(bench.detector.silentMs(350)).toBe(250);
    bench.nowMs = 400;
    bench.hear(beat(0));
    expect(bench.detector.silentMs(400)).toBe(0);
    expect(bench.detector.silentMs(950)).toBe(550);
    expect(bench.detector.verdictMs).toBe(1900);
  });

  it("only a tick judges it: evidence that waited in a buffer comes before the verdict, however late", () => {
    const bench = new Bench(policy);
    bench.active();
    bench.nowMs = 50_000;
    bench.hear(beat(0));
    bench.tick();
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("a stall told after the evidence that came at its end cannot put the silence into the future", () => {
    const bench = new Bench(policy);
    bench.nowMs = 9000;
    bench.active();
    bench.input({ type: "stalled", stalledMs: 7000 });
    expect(bench.events.at(-1)).toEqual({ type: "stalled", atMs: 9000, stalledMs: 7000 });
    bench.runTo(60_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 12_000, silentMs: 3000 });
  });

  it("of both thresholds passed at once, only death is told", () => {
    const bench = new Bench(policy);
    bench.active();
    bench.nowMs = 3500;
    bench.tick();
    expect(bench.events.at(-1)).toEqual({
      type: "dead",
      atMs: 3500,
      silentMs: 3500,
      cause: { kind: "silence", deadAfterMs: 3000, missed: 3 },
    });
    expect(bench.eventTypes).toEqual(["alive", "dead"]);
  });
});

describe("evidence and doubt that the link brings from its kernel", () => {
  it("evidence counts from when it was heard, and never takes silence back to before newer evidence", () => {
    const bench = new Bench(policy);
    bench.nowMs = 1000;
    bench.active();
    bench.nowMs = 2000;
    bench.input({ type: "active", agoMs: 400 });
    expect(bench.detector.silentMs(2000)).toBe(400);
    bench.input({ type: "active", agoMs: 1900 });
    expect(bench.detector.silentMs(2000)).toBe(400);
  });

  it("doubt makes suspect with the silence that the kernel counted, once, and evidence takes it back", () => {
    const bench = new Bench(trustKernel({ idleMs: 1000, intervalMs: 1000, probes: 3 }));
    bench.active();
    bench.nowMs = 5000;
    bench.input({ type: "doubted", silentMs: 4000 });
    bench.input({ type: "doubted", silentMs: 4000 });
    bench.nowMs = 6000;
    bench.input({ type: "active", agoMs: 250 });
    bench.close({ kind: "keepalive-timeout", errno: "ETIMEDOUT" });
    bench.input({ type: "doubted", silentMs: 1 });
    expect(bench.events).toMatchObject([
      { type: "alive", atMs: 0 },
      { type: "suspect", atMs: 5000, silentMs: 4000 },
      { type: "alive", atMs: 6000 },
      { type: "dead", silentMs: 250 },
    ]);
  });
});

describe("what a policy learns from", () => {
  it("is gaps between two pieces of evidence, local stalls taken out, and so never the first", () => {
    const gapsMs: number[] = [];
    const taught = () => ({ ...infinitePolicy, observe: (gapMs: number) => gapsMs.push(gapMs) });
    const bench = new Bench(taught);
    bench.nowMs = 900; // connecting took so long
    bench.active();
    bench.nowMs = 1900;
    bench.active();
    bench.stall(10_000);
    bench.nowMs += 1100;
    bench.hear(beat(0));
    expect(gapsMs).toEqual([1000, 1100]);
  });

  const infinitePolicy = {
    name: "infinite",
    mode: "listen",
    intervalMs: Number.POSITIVE_INFINITY,
    suspectAfterMs: Number.POSITIVE_INFINITY,
    deadAfterMs: Number.POSITIVE_INFINITY,
    confirmIntervalMs: Number.POSITIVE_INFINITY,
    announced() {},
  } as const;
});
