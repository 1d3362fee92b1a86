import type { Link } from "@heartwire/core";
import { describe, expect, test } from "vitest";
import {
  type ImpairedTransport,
  type Impairment,
  impair,
  type MemoryPair,
  memoryPair,
  type RecordingListener,
  recordingListener,
  showCall,
  type VirtualTime,
  virtualTime,
} from "../src/index.js";

interface World {
  readonly time: VirtualTime;
  readonly pair: MemoryPair;
  readonly transport: ImpairedTransport;
  readonly near: Link;
  readonly far: Link;
  /** What the near end hears, each call with its moment. */
  readonly nearHears: readonly string[];
  readonly nearListener: RecordingListener;
  readonly farListener: RecordingListener;
  readonly farHears: readonly string[];
}

/** Two open ends in virtual time, the near one impaired. */
function world(impairment: Omit<Impairment, "seed"> & { seed?: number }): World {
  const time = virtualTime();
  const pair = memoryPair({ time });
  const transport = impair(pair.near, { seed: 1, ...impairment }, time);
  const nearHears: string[] = [];
  const farHears: string[] = [];
  const nearListener = recordingListener((call) => nearHears.push(`${time.now()} ${showCall(call)}`));
  const farListener = recordingListener((call) => farHears.push(`${time.now()} ${showCall(call)}`));
  const far = pair.far.open(farListener);
  const near = transport.open(nearListener);
  time.runUntil(() => nearListener.count("opened") === 1, 10_000);
  return { time, pair, transport, near, far, nearHears, farHears, nearListener, farListener };
}

const beat = (seq: number) => ({ kind: "beat", seq, intervalMs: 0 }) as const;
const seqs = (listener: RecordingListener): readonly number[] =>
  listener.heartbeats.map((heartbeat) => (heartbeat.kind === "bye" ? -1 : heartbeat.seq));

/** Sends `count` beats each way, one a millisecond, and lets them arrive. */
function exchange({ time, near, far }: World, count: number): void {
  for (let seq = 0; seq < count; seq++) {
    near.send(beat(seq));
    far.send(beat(seq));
    time.advance(1);
  }
  time.advance(100_000);
}

describe("an impaired transport", () => {
  test("delays each way by delayMs", () => {
    const w = world({ delayMs: 20 });
    w.near.send(beat(1));
    w.far.send(beat(2));
    w.time.advance(1000);
    expect(w.farHears.at(-1)).toBe("40 received(beat seq=1 intervalMs=0 payload=none)");
    expect(w.nearHears).toEqual(["20 opened()", "40 received(beat seq=2 intervalMs=0 payload=none)"]);
  });

  test.each([
    ["uniform", 15],
    ["exponential", 20],
  ] as const)("draws %s jitter with the mean of its distribution", (jitterDistribution, meanMs) => {
    const time = virtualTime();
    const pair = memoryPair({ time });
    const impairment = { seed: 3, delayMs: 10, jitterMs: 10, jitterDistribution } as const;
    const delays: number[] = [];
    const far = pair.far.open(recordingListener());
    let sentMs = 0;
    const listener = recordingListener((call) => {
      if (call.call === "received") delays.push(time.now() - sentMs);
    });
    impair(pair.near, impairment, time).open(listener);
    time.advance(1000);
    for (let seq = 0; seq < 5000; seq++) {
      sentMs = time.now();
      far.send(beat(seq));
      time.advance(1000);
    }
    expect(delays).toHaveLength(5000);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10);
    if (jitterDistribution === "uniform") expect(Math.max(...delays)).toBeLessThan(20);
    else expect(Math.max(...delays)).toBeGreaterThan(60);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(Math.abs(mean - meanMs)).toBeLessThan(0.6);
  });

  test("loses, doubles and reorders as often as told", () => {
    const lossy = world({ loss: 0.3 });
    exchange(lossy, 5000);
    for (const listener of [lossy.nearListener, lossy.farListener]) {
      expect(seqs(listener).length / 5000).toBeCloseTo(0.7, 1);
    }
    expect(seqs(lossy.nearListener)).not.toEqual(seqs(lossy.farListener));

    const doubling = world({ duplicate: 0.2 });
    exchange(doubling, 5000);
    expect(seqs(doubling.farListener).length / 5000).toBeCloseTo(1.2, 1);
    expect(new Set(seqs(doubling.farListener)).size).toBe(5000);

    const reordering = world({ reorder: 0.1, reorderMs: 5.5 });
    exchange(reordering, 5000);
    const arrived = seqs(reordering.farListener);
    const overtaken = arrived.filter((seq, index) => index > 0 && seq < arrived[index - 1]!);
    expect([...arrived].sort((a, b) => a - b)).toEqual(Array.from({ length: 5000 }, (_, seq) => seq));
    expect(overtaken.length / 5000).toBeCloseTo(0.1, 1);
  });

  test("repeats itself from its seed, and does not from another", () => {
    const impairment = { delayMs: 5, jitterMs: 50, loss: 0.2, duplicate: 0.1, reorder: 0.1, reorderMs: 70 };
    const run = (seed: number): readonly string[] => {
      const w = world({ ...impairment, seed });
      exchange(w, 500);
      return [...w.nearHears, ...w.farHears];
    };
    expect(run(5)).toEqual(run(5));
    expect(run(5)).not.toEqual(run(6));
  });

  test("gives one direction the same fate whatever happens in the other", () => {
    const alone = world({ loss: 0.5 });
    for (let seq = 0; seq < 200; seq++) alone.near.send(beat(seq));
    alone.time.advance(1000);
    const both = world({ loss: 0.5 });
    for (let seq = 0; seq < 200; seq++) {
      both.far.send(beat(seq));
      both.near.send(beat(seq));
    }
    both.time.advance(1000);
    expect(seqs(both.farListener)).toEqual(seqs(alone.farListener));
  });

  test("loses what a cut meets in one direction only, and carries again after heal()", () => {
    const w = world({ delayMs: 10 });
    w.near.send(beat(1));
    w.far.send(beat(1));
    w.time.advance(5);
    w.transport.cut("in");
    w.time.advance(20);
    w.near.send(beat(2));
    w.far.send(beat(2));
    w.time.advance(1000);
    expect([seqs(w.farListener), seqs(w.nearListener)]).toEqual([[1, 2], []]);
    w.transport.heal("in");
    w.near.send(beat(3));
    w.far.send(beat(3));
    w.time.advance(1000);
    expect([seqs(w.farListener), seqs(w.nearListener)]).toEqual([[1, 2, 3], [3]]);
    w.transport.cut("both");
    w.near.send(beat(4));
    w.far.send(beat(4));
    w.time.advance(1000);
    expect([seqs(w.farListener), seqs(w.nearListener)]).toEqual([[1, 2, 3], [3]]);
  });

  test("tells of the peer's end only after a cut was healed, but of what our own side finds out at once", () => {
    const w = world({ delayMs: 10 });
    w.transport.cut("in");
    w.pair.break("far");
    w.time.advance(10_000);
    expect(w.nearListener.count("closed")).toBe(0);
    w.transport.heal("in");
    w.time.advance(0);
    expect(w.nearHears.at(-1)).toContain("closed({");

    const local = world({ delayMs: 10 });
    local.transport.cut("in");
    local.pair.break("near");
    local.time.advance(0);
    expect(local.nearHears.at(-1)).toContain('"by":"local"');
  });

  test("opens only after the heal when it was cut before, and what follows does not overtake that", () => {
    const time = virtualTime();
    const pair = memoryPair({ time });
    const transport = impair(pair.near, { seed: 1, delayMs: 10 }, time);
    const listener = recordingListener();
    transport.cut("both");
    const far = pair.far.open(recordingListener());
    transport.open(listener);
    time.advance(100);
    expect(listener.calls).toEqual([]);
    far.send(beat(1));
    time.advance(10);
    far.send(beat(2));
    time.advance(9);
    transport.heal("both");
    time.advance(100);
    expect(listener.calls.map(showCall)).toEqual([
      "opened()",
      "received(beat seq=2 intervalMs=0 payload=none)",
    ]);
  });
});

describe("an impaired stream", () => {
  test("loses nothing and keeps the order: loss becomes delay", () => {
    const w = world({ path: "stream", jitterMs: 50, loss: 0.3, retransmitMs: 100 });
    exchange(w, 1000);
    const all = Array.from({ length: 1000 }, (_, seq) => seq);
    expect([seqs(w.farListener), seqs(w.nearListener)]).toEqual([all, all]);
  });

  test("repeats a lost transmission after retransmitMs, then after twice as long", () => {
    const time = virtualTime();
    const pair = memoryPair({ time });
    const delays = new Map<number, number>();
    let sentMs = 0;
    const listener = recordingListener((call) => {
      if (call.call !== "received") return;
      const delayMs = time.now() - sentMs;
      delays.set(delayMs, (delays.get(delayMs) ?? 0) + 1);
    });
    const far = pair.far.open(recordingListener());
    impair(pair.near, { seed: 4, loss: 0.5, path: "stream" }, time).open(listener);
    time.advance(0);
    for (let seq = 0; seq < 4000; seq++) {
      sentMs = time.now();
      far.send(beat(seq));
      time.advance(10_000_000);
    }
    // The sums of 200, 400, 800, … ms, each at most 120 s.
    const possible = [
      0, 200, 600, 1400, 3000, 6200, 12_600, 25_400, 51_000, 102_200, 204_600, 324_600, 444_600,
    ];
    expect([...delays.keys()].filter((delayMs) => !possible.includes(delayMs))).toEqual([]);
    for (const [losses, delayMs] of possible.entries()) {
      expect(Math.abs((delays.get(delayMs) ?? 0) / 4000 - 0.5 ** (losses + 1))).toBeLessThan(0.03);
    }
  });

  test("holds back what a cut meets, and delivers it in order after heal()", () => {
    const w = world({ path: "stream", delayMs: 10 });
    w.transport.cut("out");
    for (let seq = 0; seq < 5; seq++) {
      w.near.send(beat(seq));
      w.time.advance(100);
    }
    expect(seqs(w.farListener)).toEqual([]);
    w.transport.heal("out");
    w.near.send(beat(5));
    w.time.advance(10);
    expect(seqs(w.farListener)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("does not grow without bound while it is cut", () => {
    const w = world({ path: "stream" });
    w.transport.cut("out");
    for (let seq = 0; seq < 5000; seq++) w.near.send(beat(seq));
    expect(w.time.pending).toBeLessThanOrEqual(1024);
    w.time.advance(1000);
    for (let seq = 0; seq < 5000; seq++) w.near.send(beat(seq));
    w.transport.heal("out");
    w.time.advance(1000);
    expect(seqs(w.farListener)).toEqual(Array.from({ length: 1024 }, (_, seq) => seq));
  });
});

describe("close() of an impaired link", () => {
  test("lets what was sent before still leave, and then leaves nothing scheduled", () => {
    const w = world({ delayMs: 50, jitterMs: 50 });
    w.far.send(beat(1));
    w.near.send({ kind: "bye" });
    w.near.close();
    w.near.close();
    w.near.send(beat(2));
    w.time.advance(200);
    expect(w.farHears.slice(-2).map((line) => line.replace(/^\S+ /, ""))).toEqual([
      "received(bye)",
      "closed()",
    ]);
    expect(w.nearListener.heartbeats).toEqual([]);
    expect(w.time.pending).toBe(0);
  });

  test("does not wait for a heal", () => {
    const w = world({ path: "stream", delayMs: 10 });
    w.transport.cut("both");
    w.near.send(beat(1));
    w.time.advance(100);
    w.near.close();
    w.time.advance(0);
    expect(w.farListener.count("closed")).toBe(1);
    expect([seqs(w.farListener), w.time.pending]).toEqual([[], 0]);
  });
});

describe("an impairment that cannot be", () => {
  const impaired = (impairment: Partial<Impairment>) => () =>
    impair(memoryPair().near, { seed: 0, ...impairment });

  test("is refused with name and value", () => {
    expect(impaired({ seed: -1 })).toThrow(/seed.*-1/);
    expect(impaired({ delayMs: -1 })).toThrow(/delayMs.*-1/);
    expect(impaired({ jitterMs: Number.NaN })).toThrow(/jitterMs.*NaN/);
    expect(impaired({ loss: 1.1 })).toThrow(/loss.*1.1/);
    expect(impaired({ duplicate: -0.1 })).toThrow(/duplicate.*-0.1/);
    expect(impaired({ reorder: 0.1 })).toThrow(/reorderMs.*0/);
    expect(impaired({ retransmitMs: 0 })).toThrow(/retransmitMs.*0/);
    expect(impaired({ path: "stream", duplicate: 0.1 })).toThrow(TypeError);
  });
});
