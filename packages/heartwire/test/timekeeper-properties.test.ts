import { STALL_THRESHOLD_MS, type Timekeeper } from "@heartwire/core";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { FakeLink, timekeeping } from "./support/fake-link.js";
import type { ManualScheduler } from "./support/manual-scheduler.js";

interface World {
  readonly scheduler: ManualScheduler;
  readonly keeper: Timekeeper;
  readonly links: ObservedLink[];
  frozenMs: number;
}

/** Checks with each call what must hold of every call. */
class ObservedLink extends FakeLink {
  readonly #world: World;
  readonly #frozenAtBirthMs: number;
  #stalledMs = 0;
  #stallToldAtMs = -1;
  judged = false;
  removed = false;

  constructor(world: World, silenceMs: number) {
    super(world.keeper, silenceMs);
    this.#world = world;
    this.#frozenAtBirthMs = world.frozenMs;
  }

  override tick(nowMs: number): void {
    expect(nowMs).toBe(this.#world.scheduler.now());
    if (!this.removed && nowMs >= this.verdictMs) {
      expect(this.judged).toBe(false);
      this.judged = true;
    }
    super.tick(nowMs);
  }

  override stalled(stalledMs: number, nowMs: number): void {
    expect(this.removed).toBe(false);
    expect(stalledMs).toBeGreaterThanOrEqual(STALL_THRESHOLD_MS);
    expect(nowMs).toBeGreaterThan(this.#stallToldAtMs);
    this.#stallToldAtMs = nowMs;
    this.#stalledMs += stalledMs;
    // No more than really passed without running in its life, but for what was too short to tell at its birth.
    const livedMs = this.#world.frozenMs - this.#frozenAtBirthMs;
    expect(this.#stalledMs).toBeLessThan(livedMs + STALL_THRESHOLD_MS);
    super.stalled(stalledMs, nowMs);
  }

  override hear(): void {
    this.judged = false;
    super.hear();
  }

  override remove(): void {
    this.removed = true;
    super.remove();
  }
}

const pick = fc.nat({ max: 60 });
const silenceMs = fc.integer({ min: 1, max: 500 });
const step: fc.Arbitrary<(world: World) => void> = fc.oneof(
  silenceMs.map((ms) => (world: World) => void world.links.push(new ObservedLink(world, ms))),
  // Of one age, and more than fit into a turn.
  silenceMs.map((ms) => (world: World) => {
    for (let count = 0; count < 40; count++) world.links.push(new ObservedLink(world, ms));
  }),
  pick.map((index) => (world: World) => world.links[index]?.removed === false && world.links[index].hear()),
  pick.map((index) => (world: World) => world.links[index]?.remove()),
  fc.tuple(pick, fc.integer({ min: 0, max: 300 })).map(
    ([index, ms]) =>
      (world: World) =>
        world.links[index]?.sendAt(world.scheduler.now() + ms),
  ),
  fc.integer({ min: 0, max: 400 }).map((ms) => (world: World) => world.scheduler.advance(ms)),
  fc.integer({ min: 0, max: 1000 }).map((ms) => (world: World) => {
    world.scheduler.freeze(ms);
    world.frozenMs += ms;
  }),
  fc.constant((world: World) => world.scheduler.turn()),
);

it("whatever happens: one timer and one turn at most, nobody judged early, twice or never, no stall invented", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world: World = { ...timekeeping(), links: [], frozenMs: 0 };
      const { scheduler, links } = world;
      for (const each of steps) {
        each(world);
        expect(scheduler.pending).toBeLessThanOrEqual(2);
      }
      scheduler.settle();
      for (const link of links) {
        if (!link.removed) expect(link.verdictMs).toBeGreaterThan(scheduler.now());
      }
      scheduler.advance(100_000);
      for (const link of links) if (!link.removed) expect(link.judged).toBe(true);
      for (const link of links) link.remove();
      expect(scheduler.pending).toBe(0);
    }),
    { numRuns: 2000 },
  );
});
