// npm run example test-your-code

// Your code pages somebody when a peer dies, and must not when it only stutters. Two ways to test that without
// a network and without waiting: marbles for your operator alone, virtual time for it with the real detector.
import assert from "node:assert/strict";
import { describeCause, fixedTimeout, type LivenessEvent, monitor, type Transport } from "heartwire";
import { filter, map, type OperatorFunction, type SchedulerLike, VirtualTimeScheduler } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { seconds } from "./support/print.js";

/** Your code. */
function pages(): OperatorFunction<LivenessEvent, string> {
  return (events) =>
    events.pipe(
      filter((event) => event.type === "dead"),
      map(({ cause }) => `page somebody: ${describeCause(cause)}`),
    );
}

// 1. Marbles: a is alive, s suspect, d dead.
const EVENTS: Readonly<Record<string, LivenessEvent>> = {
  a: { type: "alive", atMs: 0, proof: "process" },
  s: { type: "suspect", atMs: 0, silentMs: 1500 },
  d: { type: "dead", atMs: 0, silentMs: 20, cause: { kind: "reset", errno: "ECONNRESET" } },
};
new TestScheduler((actual, expected) => assert.deepEqual(actual, expected)).run(
  ({ cold, expectObservable }) => {
    const page = { p: "page somebody: the connection was reset (ECONNRESET)" };
    expectObservable(cold("a-s-a-|", EVENTS).pipe(pages())).toBe("------|");
    expectObservable(cold("a-s--(d|)", EVENTS).pipe(pages())).toBe("-----(p|)", page);
  },
);
console.log("marbles: a stutter pages nobody, a death does");

// 2. Virtual time: a peer answers for an hour, and then no more.
const HOUR_MS = 3_600_000;
const clock = new VirtualTimeScheduler();
const policy = fixedTimeout({ intervalMs: 1000, detectMultiplier: 3 });
// Probes come at random moments, 75 to 100 % of the interval apart: in a test always at the same ones.
const inVirtualTime = { scheduler: clock, random: () => 0, samples: false };
monitor(peerThatDiesAfter(HOUR_MS, clock), policy, inVirtualTime)
  .pipe(pages())
  .subscribe((page) =>
    console.log(`virtual time: ${page}, ${seconds(clock.now() - HOUR_MS)} after its death`),
  );
const beganMs = performance.now();
clock.flush();
console.log(`…which took ${performance.now() - beganMs < 1000 ? "less" : "more"} than a second to test`);

/** A transport of yours in place of the network: answers each probe at once, as long as it lives. */
function peerThatDiesAfter(lifeMs: number, clock: SchedulerLike): Transport {
  return {
    name: "fake",
    proves: "process",
    wire: { probe: { out: [], in: [] }, beat: { out: [], in: [] }, loss: "drops" },
    open(listener) {
      clock.schedule(() => listener.opened());
      return {
        send(heartbeat) {
          if (heartbeat.kind !== "probe" || clock.now() >= lifeMs) return;
          clock.schedule(() => listener.received({ kind: "echo", seq: heartbeat.seq }));
        },
        close() {},
      };
    },
  };
}

// Printed here (Linux, Node 20; your times will differ a little):
// marbles: a stutter pages nobody, a death does
// virtual time: page somebody: silent for 3000 ms (3 heartbeats missed), 2.3 s after its death
// …which took less than a second to test
