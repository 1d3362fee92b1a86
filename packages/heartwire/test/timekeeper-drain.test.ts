import { describe, expect, it } from "vitest";
import { FakeLink, timekeeping } from "./support/fake-link.js";

describe("before anybody is judged", () => {
  it("input that waits is let in: one turn, even when the timer was in time", () => {
    const { scheduler, keeper } = timekeeping();
    const [saved, lost] = [new FakeLink(keeper, 100), new FakeLink(keeper, 100)];
    scheduler.freeze(100);
    scheduler.turn();
    expect(lost.log).toEqual([]);
    saved.hear();
    scheduler.settle();
    expect(saved.log).toEqual(["100 heard", "100 ticked for nothing"]);
    expect(lost.log).toEqual(["100 judged"]);
  });

  it("what is merely to be sent does not wait", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 200);
    link.sendAt(100);
    scheduler.freeze(100);
    scheduler.turn();
    expect(link.log).toEqual(["100 sent"]);
  });

  it("turns go on while input keeps coming, whoever's it is, and one quiet turn ends them", () => {
    const { scheduler, keeper } = timekeeping();
    const lost = new FakeLink(keeper, 100);
    const busy = new FakeLink(keeper, 1000);
    scheduler.freeze(100);
    scheduler.turn();
    for (let turns = 0; turns < 20; turns++) {
      busy.hear();
      scheduler.turn();
      expect(lost.log).toEqual([]);
    }
    scheduler.turn();
    expect(lost.log).toEqual(["100 judged"]);
  });

  it("but input without end cannot put a verdict off for ever", () => {
    const { scheduler, keeper } = timekeeping();
    const lost = new FakeLink(keeper, 100);
    const flood = new FakeLink(keeper, 1000);
    scheduler.freeze(100);
    scheduler.turn();
    let turns = 0;
    for (; lost.log.length === 0 && turns < 10_000; turns++) {
      flood.hear();
      scheduler.turn();
    }
    expect(lost.log).toEqual(["100 judged"]);
    expect(turns).toBe(256);
  });

  it("those whose time comes meanwhile are judged with the others, after a turn of their own", () => {
    const { scheduler, keeper } = timekeeping();
    const [first, second] = [new FakeLink(keeper, 100), new FakeLink(keeper, 101)];
    const busy = new FakeLink(keeper, 1000);
    scheduler.freeze(100);
    scheduler.turn();
    busy.hear();
    scheduler.freeze(1);
    // The second timer, and the first's turn, which was not quiet.
    scheduler.turn();
    expect([first.log, second.log]).toEqual([[], []]);
    scheduler.turn();
    expect([first.log, second.log]).toEqual([["101 judged"], ["101 judged"]]);
  });

  it("a stall between the timer and the verdict is no silence either", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(100);
    scheduler.turn();
    // Some other handler of the same turn blocks.
    scheduler.freeze(500);
    scheduler.turn();
    expect(link.log).toEqual(["600 stalled 500", "600 judged"]);
  });

  it("and is told by input that is read after it, once", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    scheduler.freeze(100);
    scheduler.turn();
    scheduler.freeze(500);
    link.hear();
    scheduler.settle();
    expect(link.log).toEqual(["600 stalled 500", "600 heard", "600 ticked for nothing"]);
  });
});

describe("removal", () => {
  it("of the accused cancels the verdict, and with the last of all every timer", () => {
    const { scheduler, keeper } = timekeeping();
    const [a, b] = [new FakeLink(keeper, 100), new FakeLink(keeper, 100)];
    scheduler.freeze(100);
    scheduler.turn();
    a.remove();
    expect(scheduler.pending).toBe(1);
    b.remove();
    expect(scheduler.pending).toBe(0);
  });

  it("of the accused leaves the others their timer", () => {
    const { scheduler, keeper } = timekeeping();
    const accused = new FakeLink(keeper, 100);
    const other = new FakeLink(keeper, 300);
    scheduler.freeze(100);
    scheduler.turn();
    accused.remove();
    scheduler.advance(1000);
    expect(other.log).toEqual(["300 judged"]);
  });

  it("of everybody by one who is ticked leaves nothing behind, neither timer nor verdict", () => {
    const { scheduler, keeper } = timekeeping();
    const links = Array.from({ length: 5 }, () => new FakeLink(keeper, 200));
    for (const [index, link] of links.entries()) {
      // Some only send, for others the verdict is due in the same millisecond.
      if (index % 2 === 0) link.sendAt(100);
      else link.verdictMs = 100;
      keeper.update(link);
      link.onTick = () => {
        for (const each of links) each.remove();
      };
    }
    scheduler.freeze(100);
    scheduler.turn();
    expect(scheduler.pending).toBe(0);
    expect(links.flatMap((link) => link.log)).toEqual(["100 sent"]);
  });

  it("of others by one who is judged spares them", () => {
    const { scheduler, keeper } = timekeeping();
    const links = Array.from({ length: 3 }, () => new FakeLink(keeper, 100));
    const survivor = new FakeLink(keeper, 200);
    for (const link of links) {
      link.onTick = () => {
        for (const each of links) each.remove();
      };
    }
    scheduler.advance(1000);
    expect(links.flatMap((link) => link.log)).toEqual(["100 judged"]);
    expect(survivor.log).toEqual(["200 judged"]);
    expect(scheduler.pending).toBe(0);
  });

  it("twice, or of one never seen, does nothing", () => {
    const { scheduler, keeper } = timekeeping();
    const link = new FakeLink(keeper, 100);
    const other = new FakeLink(keeper, 100);
    link.remove();
    link.remove();
    scheduler.advance(1000);
    expect(other.log).toEqual(["100 judged"]);
  });

  it("and a link that comes in the midst of a verdict gets its timer", () => {
    const { scheduler, keeper } = timekeeping();
    const born: FakeLink[] = [];
    const link = new FakeLink(keeper, 100);
    link.onTick = () => {
      link.remove();
      born.push(new FakeLink(keeper, 50));
    };
    scheduler.advance(1000);
    expect(born.map((each) => each.log)).toEqual([["150 judged"]]);
  });
});
