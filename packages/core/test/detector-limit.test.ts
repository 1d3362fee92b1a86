import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RATE_TOLERANCE, REFUSAL_LIMIT } from "../src/allowance.js";
import {
  answerOnly,
  type DetectorOptions,
  fixedTimeout,
  type LivenessEvent,
  type PolicyFactory,
} from "../src/index.js";
import { HEARD_WITHIN_MS } from "../src/receive-limit.js";
import { Bench, BYE, beat, echo, probe } from "./harness/bench.js";

const echoing = fixedTimeout({ intervalMs: 1000 });
const beating = fixedTimeout({ intervalMs: 1000, mode: "beat" });
const listening = fixedTimeout({ intervalMs: 1000, mode: "listen" });

/** Of all that was sent. */
const limits = (bench: Bench) =>
  bench.sent.map(({ heartbeat }) => (heartbeat.kind === "bye" ? undefined : heartbeat.minReceiveMs));

function rejections(bench: Bench): number {
  return bench.events.filter((event: LivenessEvent) => event.type === "rejected").length;
}

describe("what this end asks for", () => {
  it("goes out with every heartbeat, echoes too, instead of what the peer asked for", () => {
    const bench = new Bench(beating, { minReceiveMs: 2000 });
    bench.open();
    bench.hear({ ...probe(0), minReceiveMs: 77 });
    bench.runTo(1100);
    expect(bench.sent.map(({ heartbeat }) => heartbeat.kind)).toEqual(["beat", "echo", "beat"]);
    expect(limits(bench)).toEqual([2000, 2000, 2000]);
  });

  it("and nothing goes out if nothing is asked for", () => {
    const bench = new Bench(echoing);
    bench.open();
    bench.hear({ ...probe(0), minReceiveMs: 77 });
    expect(limits(bench)).toEqual([undefined, undefined]);
  });
});

describe("what the peer asks for", () => {
  it("slows our beats from the one after next on: the promise that is out is kept, the next says the new pace", () => {
    const bench = new Bench(beating);
    bench.open();
    for (let seq = 0; seq < 6; seq++) {
      bench.runTo(900 * seq);
      bench.hear({ ...beat(seq), minReceiveMs: 3000 });
    }
    expect(bench.sentAtMs("beat")).toEqual([0, 1000, 4000]);
    expect(
      bench.sent.filter(({ heartbeat }) => heartbeat.kind === "beat").map(({ heartbeat }) => heartbeat),
    ).toEqual([beat(0, 1000), beat(1, 3000), beat(2, 3000)]);
  });

  it("slows our probes, and the thresholds follow, since echoes come no sooner", () => {
    const bench = new Bench(echoing);
    bench.open();
    bench.hear({ ...echo(0), minReceiveMs: 4000 });
    bench.runTo(1000);
    bench.hear({ ...echo(1), minReceiveMs: 4000 });
    bench.runTo(6900);
    expect(bench.sentAtMs("probe")).toEqual([0, 1000, 5000]);
    expect(bench.eventTypes).toEqual(["alive"]);
    bench.runTo(20_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 13_000 });
  });

  it("is followed only so far: nobody talks us out of detection", () => {
    const bench = new Bench(fixedTimeout({ intervalMs: 1000, maxIntervalMs: 2000 }));
    bench.open();
    bench.hear({ ...echo(0), minReceiveMs: 4_000_000 });
    bench.runTo(60_000);
    expect(bench.events.at(-1)).toMatchObject({ type: "dead", atMs: 6000 });
  });

  it("can be taken back, live: both ways without a new link", () => {
    const bench = new Bench(beating);
    bench.open();
    bench.hear({ ...beat(0), minReceiveMs: 3000 });
    bench.hear(beat(1));
    bench.runTo(1100);
    expect(bench.sent.at(-1)?.heartbeat).toEqual(beat(1, 1000));
  });

  it("is nothing to an end that only answers", () => {
    const bench = new Bench(answerOnly());
    bench.open();
    expect(bench.hear({ ...probe(0), minReceiveMs: 5000 })).toMatchObject([
      { type: "send", heartbeat: echo(0) },
      { type: "event" },
    ]);
  });
});

/** A second after it was told of the limit. */
function told(policy: PolicyFactory, options: Partial<DetectorOptions>): Bench {
  const bench = new Bench(policy, options);
  bench.open();
  bench.nowMs += HEARD_WITHIN_MS;
  return bench;
}

describe("a peer that sends more often than it was asked to", () => {
  it("conforms at the agreed rate for ever, whatever the jitter and the bunching", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.75, max: 1, noNaN: true }), { minLength: 200, maxLength: 300 }),
        (waits) => {
          const bench = told(listening, { minReceiveMs: 1000 });
          for (const [index, wait] of waits.entries()) {
            bench.nowMs += 1000 * wait;
            // Every tenth time the network holds some back, and delivers them together.
            if (index % 10 < 7 || index === waits.length - 1) bench.hear(beat(index));
          }
          expect(rejections(bench)).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("may exceed it for a moment, then what is too much is counted and dropped", () => {
    const bench = told(echoing, { minReceiveMs: 1000 });
    for (let seq = 0; seq <= RATE_TOLERANCE; seq++) bench.hear(probe(seq));
    expect(rejections(bench)).toBe(0);
    expect(bench.hear(probe(RATE_TOLERANCE + 1))).toMatchObject([
      {
        type: "event",
        event: { type: "rejected", rejection: { kind: "too-frequent", minReceiveMs: 1000 }, total: 1 },
      },
    ]);
  });

  it("is told so, where we say nothing by ourselves", () => {
    const bench = told(listening, { minReceiveMs: 1000 });
    for (let seq = 0; seq <= RATE_TOLERANCE + 1; seq++) bench.hear(beat(seq));
    expect(bench.sent.at(-1)?.heartbeat).toMatchObject({ kind: "probe", minReceiveMs: 1000 });
  });

  it("and if it goes on, is refused: dead, and why", () => {
    const bench = told(listening, { minReceiveMs: 1000 });
    for (let seq = 0; seq < RATE_TOLERANCE + REFUSAL_LIMIT; seq++) bench.hear(beat(seq));
    expect(bench.detector.state).toBe("alive");
    bench.hear(beat(1000));
    expect(bench.events.at(-1)).toMatchObject({
      type: "dead",
      cause: { kind: "protocol", rejection: { kind: "too-frequent", minReceiveMs: 1000 } },
    });
  });

  it("is forgiven as it slows down", () => {
    const bench = told(listening, { minReceiveMs: 100 });
    let seq = 0;
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < REFUSAL_LIMIT - 1; count++) bench.hear(beat(seq++));
      for (let count = 0; count < 2 * REFUSAL_LIMIT; count++) {
        bench.nowMs += 100;
        bench.hear(beat(seq++));
      }
    }
    expect(bench.detector.state).toBe("alive");
  });

  it("says goodbye in any case", () => {
    const bench = told(listening, { minReceiveMs: 10_000 });
    for (let seq = 0; seq <= RATE_TOLERANCE + 5; seq++) bench.hear(beat(seq));
    bench.hear(BYE);
    expect(bench.detector.state).toBe("left");
  });

  it("is not blamed for what waited while this end did not run", () => {
    const bench = told(listening, { minReceiveMs: 1000 });
    bench.hear(beat(0));
    bench.stall(200_000);
    for (let seq = 1; seq <= 200; seq++) bench.hear(beat(seq));
    expect(rejections(bench)).toBe(0);
  });
});
