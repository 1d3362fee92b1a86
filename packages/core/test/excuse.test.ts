import { describe, expect, it } from "vitest";
import { excuseOf, StallRecord } from "../src/excuse.js";
import { fixedTimeout } from "../src/index.js";
import { Bench, beat } from "./harness/bench.js";

// Dead after 3 s of silence.
const policy = fixedTimeout({ intervalMs: 1000, mode: "listen" });

/** A loop that is busy for `busyMs`, then reads and runs its timers for `idleMs`, again and again, until the verdict. */
function diesAtMs(busyMs: number, idleMs: number): number {
  const bench = new Bench(policy);
  bench.hear(beat(0));
  while (bench.detector.state !== "dead" && bench.nowMs < 1e6) {
    bench.stall(busyMs);
    bench.runFor(idleMs);
  }
  return bench.events.at(-1)!.atMs;
}

it("what was excused is not taken back when death comes sooner than it did", () => {
  expect(excuseOf(60, 2950, 3000)).toBe(50);
  expect(excuseOf(60, 2950, 2000)).toBe(0);
  expect(excuseOf(2000, 2950, 2000)).toBe(2000);
});

describe("stalls of this process excuse a silence", () => {
  it("wholly, if there is one; and another one after the peer was heard", () => {
    const bench = new Bench(policy);
    for (let round = 0; round < 100; round++) {
      bench.hear(beat(round));
      bench.stall(2000);
      bench.tick();
      bench.runFor(1000);
    }
    expect(bench.eventTypes.filter((type) => type === "suspect" || type === "dead")).toEqual([]);
  });

  it("but a loop that is nearly always busy still finds a death in twice the time", () => {
    expect(diesAtMs(60, 1)).toBeGreaterThan(3000);
    expect(diesAtMs(60, 1)).toBeLessThan(6000 + 2 * 61);
    expect(diesAtMs(900, 1)).toBeLessThan(6000 + 2 * 901);
  });

  it("however long and however many, if each is as long as the detection time: much may have got lost", () => {
    const bench = new Bench(policy);
    bench.hear(beat(0));
    for (let round = 0; round < 10; round++) {
      bench.stall(10_000);
      bench.runFor(100);
    }
    expect(bench.eventTypes.filter((type) => type === "suspect" || type === "dead")).toEqual([]);
  });

  it("and are told once a second, those in between with the next", () => {
    const bench = new Bench(policy);
    for (let turn = 0; turn < 100; turn++) {
      bench.hear(beat(turn));
      bench.stall(60);
      bench.runFor(1);
    }
    const told = bench.events.filter((event) => event.type === "stalled");
    expect(told.length).toBeGreaterThanOrEqual(6);
    expect(told.length).toBeLessThanOrEqual(7);
    const totalMs = told.reduce((sum, event) => sum + event.stalledMs, 0);
    expect(totalMs).toBeGreaterThan(6000 - 1020);
    expect(totalMs).toBeLessThanOrEqual(6000);
  });

  it("a peer to whom this process does not listen is not judged at all", () => {
    const bench = new Bench(policy);
    bench.hear(beat(0));
    for (let look = 0; look < 100; look++) {
      bench.nowMs = bench.detector.verdictMs;
      bench.input({ type: "deaf" });
      bench.tick();
    }
    expect(new Set(bench.eventTypes)).toEqual(new Set(["alive", "stalled"]));
  });
});

describe("the record of stalls", () => {
  it("is one for all that were told of the same", () => {
    const [one, other] = [0, 10].map((sinceMs) => {
      const record = StallRecord.NONE.after(sinceMs, 60, 3000, 100);
      expect(StallRecord.NONE.toldMs(60, 100)).toBe(60);
      return record;
    });
    expect(other).toBe(one);
  });

  it("excuses anew who was heard since, and also who turns out to have been heard before", () => {
    const record = StallRecord.NONE.after(0, 2000, 3000, 2500);
    expect(record.excusedMs(2000, 2000, 3000)).toBe(1000);
    expect(record.excusedMs(2500, 2000, 3000)).toBe(2000);
    expect(record.heard(400, 2600)?.excusedMs(400, 2000, 3000)).toBe(2000);
  });

  it("is over once all is told and a second has gone by", () => {
    const record = StallRecord.NONE.after(0, 60, 3000, 100);
    expect(record.heard(200, 200)).toBe(record);
    expect(record.heard(1200, 1200)).toBeUndefined();
    const untold = record.after(200, 60, 3000, 300);
    expect(record.toldMs(60, 300)).toBeUndefined();
    expect(untold.heard(5000, 5000)).toBe(untold);
    expect(untold.toldMs(60, 5000)).toBe(120);
  });
});
