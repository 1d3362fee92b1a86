import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedTimeout } from "../src/index.js";
import { MAX_OUTSTANDING_PROBES, OutstandingProbes } from "../src/outstanding-probes.js";
import { Bench, beat, echo } from "./harness/bench.js";

const policy = fixedTimeout({ intervalMs: 1000 });
const roundTripsMs = (bench: Bench) =>
  bench.events.flatMap((event) => (event.type === "heartbeat" ? [event.rttMs] : []));

describe("round-trip times", () => {
  it("come with each echo, of the probe it answers", () => {
    const bench = new Bench(policy, { samples: true });
    bench.open();
    bench.nowMs = 12.5;
    bench.hear(echo(0));
    bench.runTo(1007);
    bench.hear(echo(1));
    expect(roundTripsMs(bench)).toEqual([12.5, 7]);
  });

  it("also out of order, and longer than the interval", () => {
    const bench = new Bench(policy, { samples: true });
    bench.open();
    bench.runTo(1400);
    bench.hear(echo(1));
    bench.hear(echo(0));
    expect(roundTripsMs(bench)).toEqual([400, 1400]);
  });

  it("a beat has none", () => {
    const bench = new Bench(policy, { samples: true });
    bench.hear(beat(0));
    expect(bench.events).toEqual([
      { type: "alive", atMs: 0, proof: "process" },
      { type: "heartbeat", atMs: 0 },
    ]);
  });

  it("are not told unless asked for", () => {
    const bench = new Bench(policy);
    bench.open();
    bench.hear(echo(0));
    bench.hear(beat(0));
    expect(bench.eventTypes).toEqual(["alive"]);
  });

  it("are withheld where a local stall would have spoilt them; the next is good again", () => {
    const bench = new Bench(policy, { samples: true });
    bench.open();
    bench.stall(5000);
    bench.hear(echo(0));
    bench.tick();
    bench.runFor(8);
    bench.hear(echo(1));
    expect(bench.eventTypes).toEqual(["stalled", "alive", "heartbeat", "heartbeat"]);
    expect(roundTripsMs(bench)).toEqual([undefined, 8]);
  });
});

describe("outstanding probes", () => {
  it("are numbered from 0, and each is answered once", () => {
    const probes = new OutstandingProbes(0);
    expect([probes.sent(10), probes.sent(20)]).toEqual([0, 1]);
    expect(probes.answered(1, 25)).toBe(5);
    expect(probes.answered(0, 26)).toBe(16);
    expect(probes.answered(0, 27)).toBeUndefined();
    expect(probes.answered(1, 27)).toBeUndefined();
  });

  it("are bounded: the oldest is forgotten", () => {
    const probes = new OutstandingProbes(0);
    for (let count = 0; count < 1000; count++) probes.sent(count);
    const remembered = Array.from({ length: 1000 }, (_, seq) => seq).filter(
      (seq) => probes.answered(seq, 1000) !== undefined,
    );
    expect(remembered).toHaveLength(MAX_OUTSTANDING_PROBES);
    expect(remembered[0]).toBe(1000 - MAX_OUTSTANDING_PROBES);
  });

  it("those answered at either end leave no room behind", () => {
    const probes = new OutstandingProbes(0);
    for (let seq = 0; seq < 10_000; seq++) {
      expect(probes.sent(seq)).toBe(seq);
      // Every seventh is lost; its neighbours are answered late, and in reverse.
      if (seq % 7 === 6) {
        for (let back = 1; back < 7; back++) expect(probes.answered(seq - back, seq)).toBe(back);
      }
    }
  });

  it("a spoilt probe may still be answered", () => {
    const probes = new OutstandingProbes(0);
    probes.sent(0);
    probes.sent(1);
    probes.answered(1, 2);
    probes.spoilRoundTrips();
    expect(probes.answered(0, 9)).toBeNaN();
    expect(probes.answered(1, 9)).toBeUndefined();
  });

  it("are those of the last 32 that were not answered, whether one waits or many", () => {
    const op = fc.oneof(fc.constant("send"), fc.constant("spoil"), fc.nat({ max: 40 }));
    fc.assert(
      fc.property(fc.array(op, { maxLength: 200 }), (ops) => {
        const firstSeq = 2 ** 32 - 3;
        const probes = new OutstandingProbes(firstSeq);
        const sentAtMs: (number | undefined)[] = [];
        for (const [nowMs, op] of ops.entries()) {
          if (op === "send") {
            expect(probes.sent(nowMs)).toBe((firstSeq + sentAtMs.length) >>> 0);
            sentAtMs.push(nowMs);
          } else if (op === "spoil") {
            probes.spoilRoundTrips();
            for (const [index, at] of sentAtMs.entries())
              sentAtMs[index] = at === undefined ? at : Number.NaN;
          } else {
            const index = sentAtMs.length - 1 - op;
            const waits = op < MAX_OUTSTANDING_PROBES ? sentAtMs[index] : undefined;
            const expected = waits === undefined ? undefined : nowMs - waits;
            expect(probes.answered((firstSeq + index) >>> 0, nowMs)).toBe(expected);
            if (index >= 0) sentAtMs[index] = undefined;
          }
        }
      }),
    );
  });
});
