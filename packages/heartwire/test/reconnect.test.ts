import type { LivenessEvent } from "@heartwire/core";
import * as fc from "fast-check";
import { defer, EMPTY, Observable, of, take } from "rxjs";
import { describe, expect, it } from "vitest";
import { type Reconnecting, reconnect } from "../src/index.js";
import { ManualScheduler } from "./support/manual-scheduler.js";
import { marbles } from "./support/marbles.js";

const REFUSED = { kind: "refused", errno: "ECONNREFUSED" } as const;
const alive = (atMs: number): LivenessEvent => ({ type: "alive", atMs, proof: "process" });
const dead = (atMs: number): LivenessEvent => ({ type: "dead", atMs, silentMs: 0, cause: REFUSED });
const again = (atMs: number, attempt: number, waitMs: number): Reconnecting => ({
  type: "reconnecting",
  atMs,
  attempt,
  waitMs,
});
const left = (atMs: number): LivenessEvent => ({ type: "left", atMs });

/** Links that live for the given times, and the waits before each that follows; the last one lives on. */
function waitsBetween(
  livesMs: readonly (number | "never alive")[],
  options: Parameters<typeof reconnect>[0],
) {
  const scheduler = new ManualScheduler();
  const opens: number[] = [];
  const deaths: number[] = [];
  const link = new Observable<LivenessEvent>((subscriber) => {
    const lifeMs = livesMs[opens.length];
    opens.push(scheduler.now());
    if (lifeMs === undefined) return;
    if (lifeMs !== "never alive") subscriber.next(alive(scheduler.now()));
    scheduler.schedule(
      () => {
        deaths.push(scheduler.now());
        subscriber.next(dead(scheduler.now()));
        subscriber.complete();
      },
      lifeMs === "never alive" ? 1 : lifeMs,
    );
  });
  let completed = false;
  link.pipe(reconnect({ scheduler, ...options })).subscribe({
    complete: () => {
      completed = true;
    },
  });
  scheduler.advance(1e9);
  return { waits: opens.slice(1).map((openMs, index) => openMs - deaths[index]!), completed, scheduler };
}

/** The most that random can be: the waits are then their bounds. */
const longest = { random: () => 1 };

describe("reconnect", () => {
  it("goes on after a death, lets the death be seen, and says how long it waits", () => {
    marbles(({ cold, virtual, expectObservable, expectSubscriptions }) => {
      const link = cold("a--(d|)", { a: alive(0), d: dead(0) });
      const stream = link.pipe(reconnect({ ...virtual, initialMs: 10, random: () => 0.5 }));
      expectObservable(stream, "20ms !").toBe("a--(dr) 1ms a--(ds)", {
        a: alive(0),
        d: dead(0),
        r: again(3, 1, 5),
        s: again(11, 2, 10),
      });
      expectSubscriptions(link.subscriptions).toBe(["^--!", "8ms ^--!"]);
    });
  });

  it("completes when the peer left", () => {
    marbles(({ cold, virtual, expectObservable }) => {
      const link = cold("a--(l|)", { a: alive(0), l: left(0) });
      expectObservable(link.pipe(reconnect(virtual))).toBe("a--(l|)", { a: alive(0), l: left(0) });
    });
  });

  it("completes when the stream ends without a verdict", () => {
    marbles(({ cold, virtual, expectObservable }) => {
      expectObservable(cold("a--|", { a: alive(0) }).pipe(reconnect(virtual))).toBe("a--|", { a: alive(0) });
      expectObservable(EMPTY.pipe(reconnect(virtual))).toBe("|");
    });
  });

  it("passes errors on: they are bugs, not deaths", () => {
    marbles(({ cold, virtual, expectObservable }) => {
      expectObservable(cold("a--#", { a: alive(0) }).pipe(reconnect(virtual))).toBe("a--#", { a: alive(0) });
    });
  });

  it("doubles the bound of the wait with each death in a row, up to the cap", () => {
    const { waits } = waitsBetween(Array(9).fill("never alive"), { initialMs: 100, maxMs: 3000, ...longest });
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3000, 3000, 3000, 3000]);
  });

  it("has a bound of 500 ms to 30 s unless told otherwise", () => {
    const { waits } = waitsBetween(Array(8).fill("never alive"), longest);
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it("draws each wait evenly from all below its bound (full jitter)", () => {
    const draws = [0, 0.25, 0.5, 0.999];
    const { waits } = waitsBetween(Array(4).fill("never alive"), {
      initialMs: 1000,
      random: () => draws.shift()!,
    });
    expect(waits).toEqual([0, 500, 2000, 7992]);
  });

  it("never waits longer than bound or cap, whatever random says", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
          minLength: 1,
          maxLength: 50,
        }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 0, max: 20_000 }),
        (randoms, initialMs, moreMs) => {
          const maxMs = initialMs + moreMs;
          const left = [...randoms];
          const lives = randoms.map(() => "never alive" as const);
          const { waits } = waitsBetween(lives, { initialMs, maxMs, random: () => left.shift()! });
          expect(waits.length).toBe(randoms.length);
          for (const [attempt, waitMs] of waits.entries()) {
            expect(waitMs).toBeGreaterThanOrEqual(0);
            // Subtraction of two times costs a few last bits.
            expect(waitMs).toBeLessThanOrEqual(Math.min(maxMs, initialMs * 2 ** attempt) + 1e-6);
          }
        },
      ),
    );
  });

  it("falls back to the first bound after a life longer than the bound of the wait before it", () => {
    const { waits } = waitsBetween(["never alive", "never alive", "never alive", 401, "never alive"], {
      initialMs: 100,
      ...longest,
    });
    expect(waits).toEqual([100, 200, 400, 100, 200]);
  });

  it("measures a life from its first sign on, whatever recoveries there were", () => {
    const scheduler = new ManualScheduler();
    const opens: number[] = [];
    const suspicious = new Observable<LivenessEvent>((subscriber) => {
      opens.push(scheduler.now());
      const say = (event: LivenessEvent, delayMs: number) =>
        scheduler.schedule(() => subscriber.next(event), delayMs);
      const bornMs = scheduler.now();
      for (const delayMs of [0, 90]) say(alive(bornMs + delayMs), delayMs);
      say(dead(bornMs + 150), 150);
      scheduler.schedule(() => subscriber.complete(), 150);
    });
    suspicious.pipe(reconnect({ scheduler, initialMs: 100, ...longest })).subscribe();
    scheduler.advance(700);
    // Each life of 150 ms is longer than the 100 ms before it.
    expect(opens).toEqual([0, 250, 500]);
  });

  it("does not hammer a peer that accepts and dies at once", () => {
    const { waits } = waitsBetween([1, 1, 1, 400, 1], { initialMs: 100, ...longest });
    expect(waits).toEqual([100, 200, 400, 800, 1600]);
  });

  it("completes with the last death when the attempts are used up", () => {
    const given = waitsBetween(Array(9).fill("never alive"), { initialMs: 1, maxAttempts: 3, ...longest });
    expect(given.waits).toEqual([1, 2, 4]);
    expect(given.completed).toBe(true);
    expect(given.scheduler.pending).toBe(0);
  });

  it("counts attempts anew after a lasting life", () => {
    const lives = ["never alive", "never alive", 1e6, "never alive", "never alive", 1] as const;
    const { waits, completed } = waitsBetween(lives, { initialMs: 1, maxAttempts: 2, ...longest });
    expect(waits).toEqual([1, 2, 1, 2]);
    expect(completed).toBe(true);
  });

  it("opens nothing more once it is unsubscribed, also while it waits", () => {
    const scheduler = new ManualScheduler();
    let opens = 0;
    const link = defer(() => {
      opens += 1;
      return of(dead(0));
    });
    const subscription = link.pipe(reconnect({ scheduler, initialMs: 100, ...longest })).subscribe();
    scheduler.advance(150);
    expect(opens).toBe(2);
    subscription.unsubscribe();
    expect(scheduler.pending).toBe(0);
    scheduler.advance(10_000);
    expect(opens).toBe(2);
  });

  it("draws no wait when it is unsubscribed between a death and the end of its link", () => {
    const scheduler = new ManualScheduler();
    let draws = 0;
    const random = () => {
      draws += 1;
      return 0.5;
    };
    const link = new Observable<LivenessEvent>((subscriber) => subscriber.next(dead(0)));
    link.pipe(reconnect({ scheduler, random })).subscribe().unsubscribe();
    expect(draws).toBe(0);
    expect(scheduler.pending).toBe(0);
  });

  it("unsubscribes the link it watches", () => {
    marbles(({ cold, virtual, expectObservable, expectSubscriptions }) => {
      const link = cold("a", { a: alive(0) });
      expectObservable(link.pipe(reconnect(virtual)), "---!").toBe("a", { a: alive(0) });
      expectSubscriptions(link.subscriptions).toBe("^--!");
    });
  });

  it("takes streams that emit and complete while they are being subscribed", () => {
    marbles(({ virtual, expectObservable }) => {
      const stream = of(alive(0), dead(0)).pipe(reconnect({ ...virtual, initialMs: 10, random: () => 0.5 }));
      const values = { a: alive(0), d: dead(0), r: again(0, 1, 5), s: again(5, 2, 10) };
      expectObservable(stream, "6ms !").toBe("(adr)(ads)", values);
      expectObservable(stream.pipe(take(4))).toBe("(adr)(a|)", values);
      expectObservable(stream.pipe(take(3))).toBe("(adr|)", values);
    });
  });

  it("stops a stream in the midst of its synchronous events when nobody wants more", () => {
    const scheduler = new ManualScheduler();
    let emitted = 0;
    const endless = new Observable<LivenessEvent>((subscriber) => {
      while (!subscriber.closed && emitted < 1000) {
        emitted += 1;
        subscriber.next(alive(0));
      }
      subscriber.next(dead(0));
      subscriber.complete();
    });
    const seen: (LivenessEvent | Reconnecting)[] = [];
    endless.pipe(reconnect({ scheduler }), take(2)).subscribe((event) => seen.push(event));
    expect(seen).toHaveLength(2);
    expect(emitted).toBe(2);
    expect(scheduler.pending).toBe(0);
  });

  it("starts each subscription with its own attempts", () => {
    const scheduler = new ManualScheduler();
    const stream = of(dead(0)).pipe(reconnect({ scheduler, initialMs: 100, maxAttempts: 1, ...longest }));
    const log: string[] = [];
    const observer = (name: string) => ({
      next: ({ type }: LivenessEvent | Reconnecting) => log.push(`${scheduler.now()} ${name} ${type}`),
      complete: () => log.push(`${scheduler.now()} ${name} complete`),
    });
    stream.subscribe(observer("first"));
    scheduler.advance(50);
    stream.subscribe(observer("second"));
    scheduler.advance(1000);
    expect(log).toEqual([
      "0 first dead",
      "0 first reconnecting",
      "50 second dead",
      "50 second reconnecting",
      "100 first dead",
      "100 first complete",
      "150 second dead",
      "150 second complete",
    ]);
  });

  it.each([
    ["initialMs", { initialMs: 0 }],
    ["initialMs", { initialMs: Number.NaN }],
    ["initialMs", { initialMs: 86_400_001 }],
    ["maxMs", { initialMs: 100, maxMs: 99 }],
    ["maxMs", { maxMs: Number.POSITIVE_INFINITY }],
    ["maxAttempts", { maxAttempts: 0 }],
    ["maxAttempts", { maxAttempts: Number.NaN }],
  ])("throws at once for an impossible %s: %o", (name, options) => {
    expect(() => reconnect(options)).toThrow(RangeError);
    expect(() => reconnect(options)).toThrow(name);
  });
});
