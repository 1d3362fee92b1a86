import { STALL_THRESHOLD_MS } from "@heartwire/core";
import { describe, expect, it } from "vitest";
import { timekeeperOf } from "../src/scheduler-loop.js";
import { FakeLink, timekeeping } from "./support/fake-link.js";
import { ManualScheduler } from "./support/manual-scheduler.js";

describe("the timekeeper's one timer", () => {
  it("is one for each scheduler", () => {
    const { scheduler, keeper } = timekeeping();
    expect(timekeeperOf(scheduler)).toBe(keeper);
    expect(timekeeperOf(new ManualScheduler())).not.toBe(keeper);
  });

  it("is one however many links there are, and none when there is none", () => {
    const { scheduler, keeper } = timekeeping();
    const links = Array.from({ length: 1000 }, (_, index) => new FakeLink(keeper, 1000 - index));
    expect(scheduler.pending).toBe(1);
    for (const link of links) link.remove();
    expect(scheduler.pending).toBe(0);
  });

  it("ticks each link at its own time, never early, late by less than 1 ms", () => {
    const { scheduler, keeper } = timekeeping();
    const links = [10, 10.25, 99.999, 5000].map((ms) => new FakeLink(keeper, ms));
    scheduler.advance(10_000);
    expect(links.map((link) => link.log)).toEqual([
      ["10 judged"],
      ["11 judged"],
      ["100 judged"],
      ["5000 judged"],
    ]);
    expect(scheduler.pending).toBe(0);
  });

  it("waits on when it fired early", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(99);
    for (const action of [...scheduler.actions]) action.run();
    scheduler.settle();
    expect(link.log).toEqual([]);
    expect(scheduler.pending).toBe(1);
    scheduler.advance(1);
    expect(link.log).toEqual(["100 judged"]);
  });

  it("follows a deadline that moves later, and one that moves earlier", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.advance(60);
    link.hear();
    link.sendAt(80);
    scheduler.advance(200);
    expect(link.log).toEqual(["60 heard", "80 sent", "160 judged"]);
  });

  it("sleeps when nobody has a deadline", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, Number.POSITIVE_INFINITY);
    expect(scheduler.pending).toBe(0);
    link.sendAt(10);
    scheduler.advance(20);
    expect(link.log).toEqual(["10 sent"]);
    expect(scheduler.pending).toBe(0);
  });
});

describe("a stall of this process", () => {
  it("is told by the late timer, once, to every link, and shifts each verdict by its length", () => {
    const { scheduler, keeper } = timekeeping();
    const soon = new FakeLink(keeper, 100);
    const later = new FakeLink(keeper, 300);
    scheduler.freeze(1000);
    scheduler.settle();
    expect(soon.log).toEqual(["1000 stalled 900", "1000 judged"]);
    expect(later.log).toEqual(["1000 stalled 900"]);
    scheduler.advance(1000);
    expect(later.log).toEqual(["1000 stalled 900", "1200 judged"]);
  });

  it("is told by input that is read before the late timer runs, and then not again", () => {
    const { scheduler, keeper } = timekeeping();
    const soon = new FakeLink(keeper, 100);
    const later = new FakeLink(keeper, 300);
    scheduler.freeze(1000);
    soon.hear();
    later.hear();
    scheduler.settle();
    expect(soon.log).toEqual(["1000 stalled 900", "1000 heard"]);
    expect(later.log).toEqual(["1000 stalled 900", "1000 heard"]);
    scheduler.advance(100);
    expect(soon.log.at(-1)).toBe("1100 judged");
  });

  it("is not told again for the time that the waiting input takes to read", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(1000);
    for (let count = 0; count < 10; count++) {
      link.hear();
      scheduler.freeze(STALL_THRESHOLD_MS / 10 - 1);
    }
    scheduler.settle();
    expect(link.log.filter((line) => line.includes("stalled"))).toEqual(["1000 stalled 900"]);
  });

  it("and a second one while the first one's input is still being read is told as one of its own", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(1000);
    link.hear();
    scheduler.freeze(500);
    link.hear();
    expect(link.log).toEqual(["1000 stalled 900", "1000 heard", "1500 stalled 500", "1500 heard"]);
  });

  it("is not made longer by telling of it, however long that takes", () => {
    const { scheduler, keeper } = timekeeping();
    const links = Array.from({ length: 10 }, (_, index) => new FakeLink(keeper, 100 * (1 + index)));
    // As with 100 000 links: to tell them all takes longer than what counts as a stall.
    for (const link of links) link.onStall = () => scheduler.freeze(STALL_THRESHOLD_MS);
    scheduler.freeze(1000);
    scheduler.turn();
    for (const link of links) link.hear();
    scheduler.settle();
    for (const { log } of links) expect(log.filter((line) => line.includes("stalled"))).toHaveLength(1);
  });

  it("is none below the threshold", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(100 + STALL_THRESHOLD_MS - 1);
    scheduler.settle();
    expect(link.log).toEqual([`${100 + STALL_THRESHOLD_MS - 1} judged`]);
  });

  it("is none when the process merely had nothing to do", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 10_000);
    scheduler.advance(9000);
    link.hear();
    expect(link.log).toEqual(["9000 heard"]);
  });

  it("is told once to a link that waits for its verdict and for its next deadline at once", () => {
    const { scheduler, keeper } = timekeeping();
    const accused = new FakeLink(keeper, 100);
    scheduler.advance(99);
    scheduler.freeze(1);
    // The timer: accused of silence, but input is let in first.
    scheduler.turn();
    accused.hear();
    // A handler of that input blocks for longer than the next deadline is away.
    scheduler.freeze(400);
    accused.hear();
    expect(accused.log).toEqual(["100 heard", "500 stalled 400", "500 heard"]);
  });

  it("is survived by links that are removed by an observer of it", () => {
    const { scheduler, keeper } = timekeeping();
    const links = [100, 100, 300].map((ms) => new FakeLink(keeper, ms));
    for (const link of links) {
      link.onStall = () => {
        for (const each of links) each.remove();
      };
    }
    scheduler.freeze(1000);
    scheduler.settle();
    expect(scheduler.pending).toBe(0);
  });

  it("is not told to a link that came after it", () => {
    const { scheduler, keeper } = timekeeping();
    const old = new FakeLink(keeper, 100);
    scheduler.freeze(1000);
    const young = new FakeLink(keeper, 100);
    scheduler.settle();
    expect(old.log).toEqual(["1000 stalled 900", "1000 judged"]);
    scheduler.advance(100);
    expect(young.log).toEqual(["1100 judged"]);
  });

  it("lets a link come in its course", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    const born: FakeLink[] = [];
    link.onStall = () => born.push(new FakeLink(keeper, 200));
    scheduler.freeze(1000);
    scheduler.settle();
    scheduler.advance(1000);
    expect(born.map((each) => each.log)).toEqual([["1200 judged"]]);
  });
});
