import { describe, expect, it } from "vitest";
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
