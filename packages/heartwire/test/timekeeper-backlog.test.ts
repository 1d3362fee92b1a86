import { WORK_PER_TURN } from "@heartwire/core";
import { describe, expect, it, vi } from "vitest";
import { FakeLink, timekeeping } from "./support/fake-link.js";

const COUNT = 10 * WORK_PER_TURN + 3;

function crowd(silenceMs: number) {
  const { scheduler, keeper } = timekeeping();
  const links = Array.from({ length: COUNT }, () => new FakeLink(keeper, silenceMs));
  const done = (what: string) => links.filter((link) => link.log.some((line) => line.endsWith(what))).length;
  return { scheduler, keeper, links, done };
}

describe("more work than fits into a turn", () => {
  it("to send: a turn's share at a time, in order, until all is sent, and then the one timer again", () => {
    const { scheduler, links, done } = crowd(1000);
    for (const link of links) link.sendAt(100);
    scheduler.freeze(100);
    for (let turn = 1; done("sent") < COUNT; turn++) {
      scheduler.turn();
      expect(done("sent")).toBe(Math.min(COUNT, turn * WORK_PER_TURN));
      expect(links.findIndex((link) => link.log.length === 0)).toBe(done("sent") % COUNT || -1);
    }
    expect(scheduler.turn()).toBe(0);
    expect(scheduler.pending).toBe(1);
  });

  it("to judge: a turn's share at a time, and whoever is heard before its own judgement is acquitted", () => {
    const { scheduler, links, done } = crowd(100);
    scheduler.freeze(100);
    const saved = links.at(-1)!;
    let before = 0;
    for (let turns = 0; done("judged") < COUNT - 1; turns++) {
      if (turns === 5) saved.hear();
      expect(scheduler.turn()).toBeGreaterThan(0);
      expect(done("judged") - before).toBeLessThanOrEqual(WORK_PER_TURN);
      before = done("judged");
      expect(turns).toBeLessThan(40);
    }
    scheduler.settle();
    expect(saved.log).not.toContain("100 judged");
    scheduler.advance(100);
    expect(saved.log.at(-1)).toBe("200 judged");
    expect(scheduler.pending).toBe(0);
  });

  it("is no stall, however late it is done", () => {
    const { scheduler, links, done } = crowd(1000);
    for (const link of links) link.sendAt(100);
    scheduler.freeze(100);
    while (done("sent") < COUNT) {
      scheduler.turn();
      // Each turn's work takes its time, and so does the input it reads.
      scheduler.freeze(30);
    }
    expect(links.flatMap((link) => link.log).filter((line) => line.includes("stalled"))).toEqual([]);
  });

  it("is done in one go where turns are rare, as in a browser", () => {
    vi.stubGlobal("setImmediate", undefined);
    try {
      const { scheduler, links, done } = crowd(1000);
      for (const link of links) link.sendAt(100);
      scheduler.freeze(100);
      scheduler.turn();
      expect(done("sent")).toBe(COUNT);
      scheduler.freeze(900);
      scheduler.turn();
      expect(done("judged")).toBe(0);
      scheduler.turn();
      expect(done("judged")).toBe(COUNT);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("is forgotten with those who are removed: neither timer nor turn is left", () => {
    for (const turnsBefore of [0, 1, 2, 5]) {
      const { scheduler, links } = crowd(100);
      scheduler.freeze(100);
      for (let turn = 0; turn < turnsBefore; turn++) scheduler.turn();
      for (const link of links) link.remove();
      expect(scheduler.pending).toBe(0);
    }
  });
});
