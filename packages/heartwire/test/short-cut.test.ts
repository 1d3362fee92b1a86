import {
  type BeatTaker,
  datagramCost,
  type Heartbeat,
  type Link,
  type LinkListener,
  type LivenessEvent,
  type Transport,
} from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor } from "../src/index.js";
import { ManualScheduler } from "./support/manual-scheduler.js";

const INTERVAL_MS = 400;
const DEAD_MS = 3 * INTERVAL_MS;
const POLICY = fixedTimeout({ intervalMs: INTERVAL_MS, mode: "listen" });

/** Of a hub with short cuts, or of one without: the peer's frames arrive here. */
class TestLink implements Link {
  closed = false;
  taken = 0;
  seq = 0;
  #taker: BeatTaker | undefined;
  #place = -1;

  constructor(
    readonly listener: LinkListener,
    readonly hasShortCut: boolean,
  ) {}

  shortCut(taker: BeatTaker, place: number): boolean {
    if (!this.hasShortCut) return false;
    this.#taker = taker;
    this.#place = place;
    return true;
  }

  endShortCut(place: number): void {
    if (place === this.#place) this.#taker = undefined;
  }

  beat(intervalMs: number, bySeq = 1): void {
    this.seq += bySeq;
    if (this.closed) return;
    if (this.#taker?.takeBeat(this.#place, this.seq, intervalMs) === true) this.taken += 1;
    else this.receive({ kind: "beat", seq: this.seq, intervalMs });
  }

  receive(heartbeat: Heartbeat): void {
    if (!this.closed) this.listener.received(heartbeat);
  }

  send(): void {}

  close(): void {
    this.closed = true;
  }
}

/** A few monitored links on one scheduler, and what was told of them. */
class World {
  readonly scheduler = new ManualScheduler();
  readonly links: TestLink[] = [];
  readonly events: { readonly link: number; readonly event: LivenessEvent }[] = [];
  readonly #subscriptions;

  constructor(count: number, hasShortCut: boolean, policy = POLICY) {
    this.#subscriptions = Array.from({ length: count }, (_, link) => {
      const transport: Transport = {
        name: "test",
        proves: "process",
        wire: datagramCost(5),
        open: (listener) => {
          this.links[link] = new TestLink(listener, hasShortCut);
          return this.links[link];
        },
      };
      const options = { scheduler: this.scheduler, samples: false, random: () => 0.5 };
      return monitor(transport, policy, options).subscribe((event) => {
        this.events.push({ link, event });
      });
    });
    for (const link of this.links) link.listener.opened();
  }

  /** In order; of links in the same instant it is not told. */
  toldOf(link: number): readonly LivenessEvent[] {
    return this.events.filter((each) => each.link === link).map(({ event }) => event);
  }

  stop(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }
}

const COUNT = 3;
const link = fc.nat({ max: COUNT - 1 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("beat" as const), link }) },
  {
    weight: 8,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 500 }) }),
  },
  // Less than a stall: a turn may come between a deadline and its judgement.
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("late" as const), ms: fc.integer({ min: 0, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("stale" as const), link }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("slower" as const), link }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("probe" as const), link }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("active" as const), link }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("bye" as const), link }) },
);

type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

function carryOut({ links, scheduler }: World, what: Step): void {
  if (what.type === "pass") {
    scheduler.advance(what.ms);
    return;
  }
  if (what.type === "late") {
    scheduler.freeze(what.ms);
    scheduler.turn();
    return;
  }
  const to = links[what.link]!;
  if (what.type === "beat") to.beat(INTERVAL_MS);
  else if (what.type === "stale") to.beat(INTERVAL_MS, 0);
  else if (what.type === "slower") to.beat(2 * INTERVAL_MS);
  else if (what.type === "probe") to.receive({ kind: "probe", seq: ++to.seq });
  else if (what.type === "bye") to.receive({ kind: "bye" });
  else if (!to.closed) to.listener.active();
}

describe("beats that take the short cut", () => {
  it("lead to the same events at the same times as those that do not, whatever comes between them", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const [short, long] = [new World(COUNT, true), new World(COUNT, false)];
        for (const what of steps) {
          carryOut(short, what);
          carryOut(long, what);
        }
        for (const world of [short, long]) world.scheduler.advance(10 * DEAD_MS);
        for (let nth = 0; nth < COUNT; nth++) expect(short.toldOf(nth)).toEqual(long.toldOf(nth));
        taken += short.links.reduce((sum, link) => sum + link.taken, 0);
        for (const world of [short, long]) {
          world.stop();
          expect(world.scheduler.pending).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  it("are taken, all but the first, and the silence after them is judged on time", () => {
    const world = new World(1, true);
    for (let beat = 0; beat < 100; beat++) {
      world.links[0]!.beat(INTERVAL_MS);
      world.scheduler.advance(INTERVAL_MS);
    }
    const lastMs = world.scheduler.now() - INTERVAL_MS;
    world.scheduler.advance(10 * DEAD_MS);
    expect(world.links[0]!.taken).toBe(99);
    expect(world.events.map(({ event }) => [event.type, event.atMs])).toEqual([
      ["alive", 0],
      ["suspect", lastMs + DEAD_MS / 2],
      ["dead", lastMs + DEAD_MS],
    ]);
    expect(world.scheduler.pending).toBe(0);
  });

  it("are taken in from someone whose verdict was due and waited for just that input", () => {
    const world = new World(1, true);
    const link = world.links[0]!;
    link.beat(INTERVAL_MS);
    // Up to the last moment before suspicion, whose timer then runs before the beat is read.
    world.scheduler.advance(DEAD_MS / 2 - 1);
    world.scheduler.freeze(1);
    world.scheduler.turn();
    for (let beat = 0; beat < 20; beat++) {
      link.beat(INTERVAL_MS);
      world.scheduler.advance(INTERVAL_MS);
    }
    expect(world.events.map(({ event }) => event.type)).toEqual(["alive"]);
    expect(link.taken).toBe(19);
    world.stop();
    expect(world.scheduler.pending).toBe(0);
  });

  it("no stall of ours is taken for silence, however long, and who fell silent in it is found", () => {
    const stall = fc.integer({ min: 60, max: 5 * DEAD_MS });
    fc.assert(
      fc.property(fc.array(stall, { minLength: 1, maxLength: 20 }), (stalls) => {
        const world = new World(2, true);
        const [living, dying] = world.links as [TestLink, TestLink];
        for (const ms of stalls) {
          for (let beat = 0; beat < 4; beat++) {
            living.beat(INTERVAL_MS);
            dying.beat(INTERVAL_MS);
            world.scheduler.advance(INTERVAL_MS);
          }
          world.scheduler.freeze(ms);
          // Timers run before input is read.
          world.scheduler.turn();
          living.beat(INTERVAL_MS);
          dying.beat(INTERVAL_MS);
          world.scheduler.settle();
        }
        const fromMs = world.scheduler.now();
        for (let beat = 0; beat < 8; beat++) {
          living.beat(INTERVAL_MS);
          world.scheduler.advance(INTERVAL_MS);
        }
        const verdicts = world.events.filter(
          ({ event }) => event.type === "suspect" || event.type === "dead",
        );
        expect(verdicts.map(({ link, event }) => [link, event.type, event.atMs - fromMs])).toEqual([
          [1, "suspect", DEAD_MS / 2],
          [1, "dead", DEAD_MS],
        ]);
        world.stop();
      }),
    );
  });

  it("are not offered by a policy that beats itself, nor by one with little patience", () => {
    for (const policy of [
      fixedTimeout({ intervalMs: INTERVAL_MS, mode: "beat" }),
      fixedTimeout({ intervalMs: 20, mode: "listen" }),
    ]) {
      const world = new World(1, true, policy);
      for (let beat = 0; beat < 10; beat++) world.links[0]!.beat(20);
      expect(world.links[0]!.taken).toBe(0);
      world.stop();
    }
  });
});
