import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Deadlined, DeadlineQueue, type DeadlineSlot } from "../src/index.js";

class Entry implements Deadlined {
  queued: DeadlineSlot | undefined;
  constructor(
    readonly name: number,
    public deadlineMs: number,
  ) {}
}

const names = (entries: Iterable<Entry>) => [...entries].map((entry) => entry.name).sort((a, b) => a - b);

describe("the deadline queue", () => {
  it("is empty at first, and nothing is due", () => {
    const queue = new DeadlineQueue<Entry>();
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
    expect(queue.popDue(1e12)).toEqual([]);
  });

  it("gives out what is due, earliest first, once", () => {
    const queue = new DeadlineQueue<Entry>();
    for (const deadlineMs of [30, 10, 20, 40]) queue.update(new Entry(deadlineMs, deadlineMs));
    expect(queue.nextMs).toBe(10);
    expect(queue.popDue(30).map((entry) => entry.name)).toEqual([10, 20, 30]);
    expect(queue.popDue(30)).toEqual([]);
    expect(queue.nextMs).toBe(40);
  });

  it("never early, and late by less than a millisecond", () => {
    const queue = new DeadlineQueue<Entry>();
    queue.update(new Entry(1, 10.25));
    expect(queue.nextMs).toBe(11);
    expect(queue.popDue(10.9)).toEqual([]);
    expect(queue.popDue(11)).toHaveLength(1);
  });

  it("a deadline that moves later costs nothing until its old time comes, and is then waited for", () => {
    const queue = new DeadlineQueue<Entry>();
    const entry = new Entry(1, 10);
    queue.update(entry);
    for (let deadlineMs = 20; deadlineMs <= 1000; deadlineMs += 10) {
      entry.deadlineMs = deadlineMs;
      queue.update(entry);
      expect(queue.nextMs).toBe(10);
    }
    expect(queue.popDue(500)).toEqual([]);
    expect(queue.nextMs).toBe(1000);
    expect(queue.popDue(1000)).toEqual([entry]);
  });

  it("one that moves earlier is found earlier", () => {
    const queue = new DeadlineQueue<Entry>();
    const entry = new Entry(1, 1000);
    queue.update(entry);
    entry.deadlineMs = 5;
    queue.update(entry);
    expect(queue.nextMs).toBe(5);
    expect(queue.popDue(5)).toEqual([entry]);
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("one that moved to never is let go", () => {
    const queue = new DeadlineQueue<Entry>();
    const entry = new Entry(1, 10);
    queue.update(entry);
    entry.deadlineMs = Number.POSITIVE_INFINITY;
    queue.update(entry);
    expect(queue.popDue(10)).toEqual([]);
    expect(entry.queued).toBeUndefined();
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("when the last entry is gone, nothing is left to wake up for, in whatever way it went", () => {
    const queue = new DeadlineQueue<Entry>();
    const [soon, later] = [new Entry(1, 10), new Entry(2, 3_600_000)];
    queue.update(soon);
    queue.update(later);
    queue.remove(later);
    queue.popDue(10);
    // Else a driver's timer would keep the process up for an hour.
    expect(queue.nextMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("a removed entry is gone, and removing it again is harmless", () => {
    const queue = new DeadlineQueue<Entry>();
    const [one, other] = [new Entry(1, 10), new Entry(2, 10)];
    queue.update(one);
    queue.update(other);
    queue.remove(one);
    queue.remove(one);
    expect(queue.popDue(10)).toEqual([other]);
    queue.remove(other);
  });

  it("many entries that come and go leave a small heap: waking for nothing stays rare", () => {
    const queue = new DeadlineQueue<Entry>();
    const kept = new Entry(-1, 1e9);
    queue.update(kept);
    for (let round = 0; round < 100_000; round++) {
      const entry = new Entry(round, 1000 + round);
      queue.update(entry);
      queue.remove(entry);
    }
    let wakings = 0;
    while (queue.nextMs < 1e9) {
      queue.popDue(queue.nextMs);
      wakings += 1;
    }
    expect(wakings).toBeLessThanOrEqual(1026);
    expect(names(queue)).toEqual([-1]);
  });

  it("a hundred thousand entries in random order come out in order", () => {
    const queue = new DeadlineQueue<Entry>();
    const count = 100_000;
    // A full-period stride visits every deadline once.
    for (let index = 0; index < count; index++) queue.update(new Entry(index, (index * 7919) % count));
    const order: number[] = [];
    while (queue.nextMs !== Number.POSITIVE_INFINITY) {
      for (const entry of queue.popDue(queue.nextMs)) order.push(entry.deadlineMs);
    }
    expect(order).toEqual(Array.from({ length: count }, (_, index) => index));
  });
});

/** The same in the plainest way: a list, searched. */
class NaiveQueue {
  readonly entries = new Set<Entry>();

  /** Those that must come out: their whole millisecond is over. */
  overdue(nowMs: number): Entry[] {
    return [...this.entries].filter((entry) => Math.ceil(entry.deadlineMs) <= nowMs);
  }
}

interface Real {
  readonly queue: DeadlineQueue<Entry>;
  readonly entries: readonly Entry[];
}
interface Model {
  readonly queue: NaiveQueue;
  nowMs: number;
}

const ENTRIES = 12;

class Update implements fc.Command<Model, Real> {
  constructor(
    readonly name: number,
    readonly aheadMs: number,
  ) {}
  check = () => true;
  run(model: Model, real: Real) {
    const entry = real.entries[this.name]!;
    entry.deadlineMs = model.nowMs + this.aheadMs;
    real.queue.update(entry);
    if (this.aheadMs === Number.POSITIVE_INFINITY) model.queue.entries.delete(entry);
    else model.queue.entries.add(entry);
    agree(model, real);
  }
  toString = () => `update(${this.name}, +${this.aheadMs})`;
}

class Remove implements fc.Command<Model, Real> {
  constructor(readonly name: number) {}
  check = () => true;
  run(model: Model, real: Real) {
    const entry = real.entries[this.name]!;
    real.queue.remove(entry);
    model.queue.entries.delete(entry);
    expect(entry.queued).toBeUndefined();
    agree(model, real);
  }
  toString = () => `remove(${this.name})`;
}

class Pop implements fc.Command<Model, Real> {
  constructor(
    readonly afterMs: number,
    readonly limit: number,
  ) {}
  check = () => true;
  run(model: Model, real: Real) {
    model.nowMs += this.afterMs;
    const due = real.queue.popDue(model.nowMs, this.limit);
    expect(due.length).toBeLessThanOrEqual(this.limit);
    if (due.length < this.limit) {
      expect(names(due)).toEqual(expect.arrayContaining(names(model.queue.overdue(model.nowMs))));
    }
    for (const entry of due) {
      expect(entry.deadlineMs).toBeLessThanOrEqual(model.nowMs);
      expect(entry.queued).toBeUndefined();
      // Once, and only if it was queued.
      expect(model.queue.entries.delete(entry)).toBe(true);
    }
    // What is left is in the future, so a driver that sleeps until nextMs never spins.
    if (due.length < this.limit) expect(real.queue.nextMs).toBeGreaterThan(model.nowMs);
    agree(model, real);
  }
  toString = () => `popDue(+${this.afterMs}, ${this.limit})`;
}

function agree(model: Model, real: Real): void {
  const ticks = [...model.queue.entries].map((entry) => Math.ceil(entry.deadlineMs));
  // May be too early, never too late, and never anything when empty.
  expect(real.queue.nextMs).toBeLessThanOrEqual(Math.min(Number.POSITIVE_INFINITY, ...ticks));
  const waiting = [...real.queue].filter((entry) => entry.deadlineMs !== Number.POSITIVE_INFINITY);
  expect(names(waiting)).toEqual(names(model.queue.entries));
  if (names(real.queue).length === 0) expect(real.queue.nextMs).toBe(Number.POSITIVE_INFINITY);
}

describe("against a list that is searched", () => {
  it("it gives out the same entries at the same times", () => {
    const name = fc.nat(ENTRIES - 1);
    const aheadMs = fc.oneof(
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.integer({ min: -5, max: 50 }),
      fc.constant(Number.POSITIVE_INFINITY),
    );
    const commands = fc.commands(
      [
        fc.tuple(name, aheadMs).map(([which, ahead]) => new Update(which, ahead)),
        name.map((which) => new Remove(which)),
        fc
          .tuple(
            fc.oneof(fc.nat(20), fc.double({ min: 0, max: 20, noNaN: true })),
            fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
          )
          .map(([after, limit]) => new Pop(after, limit)),
      ],
      { maxCommands: 60 },
    );
    fc.assert(
      fc.property(commands, (run) => {
        const setup = () => ({
          model: { queue: new NaiveQueue(), nowMs: 0 },
          real: {
            queue: new DeadlineQueue<Entry>(),
            entries: Array.from(
              { length: ENTRIES },
              (_, which) => new Entry(which, Number.POSITIVE_INFINITY),
            ),
          },
        });
        fc.modelRun(setup, run);
      }),
      { numRuns: 500 },
    );
  });

  it("within one popDue, and from one to the next, milliseconds come in order", () => {
    const limits = fc.constantFrom(1, 3, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), limits, (deadlines, limit) => {
        const queue = new DeadlineQueue<Entry>();
        for (const [index, deadlineMs] of deadlines.entries()) queue.update(new Entry(index, deadlineMs));
        const order: number[] = [];
        while (queue.nextMs <= 101) {
          order.push(...queue.popDue(101, limit).map((entry) => Math.ceil(entry.deadlineMs)));
        }
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(order).toHaveLength(deadlines.length);
      }),
    );
  });
});
