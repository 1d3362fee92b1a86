import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BeatLedger, type DeadlineSlot, isNewer, LEAST_PATIENCE_MS, type LedgerEntry } from "../src/index.js";

class Entry implements LedgerEntry {
  queued: DeadlineSlot | undefined;
  readonly deadlineMs = 0;
  readonly verdictMs = 0;
  last: { readonly seq: number; readonly heardMs: number } | undefined;
  tick(): void {}
  stalled(): void {}
  recalled(seq: number, heardMs: number): void {
    this.last = { seq, heardMs };
  }
}

interface Modelled {
  readonly entry: Entry;
  readonly intervalMs: number;
  readonly patienceMs: number;
  seq: number;
  heardMs: number;
}

const uint32 = fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0xffff_fffc, max: 0xffff_ffff }));
const step = fc.record({
  action: fc.constantFrom("enter", "beat", "beat", "recall", "pass", "pass"),
  nth: fc.nat({ max: 99 }),
  seq: uint32,
  intervalMs: fc.constantFrom(0, 1, 1000, 0xffff_ffff),
  patienceMs: fc.constantFrom(LEAST_PATIENCE_MS, 1500, 60_000, Number.POSITIVE_INFINITY),
  waitMs: fc.double({ min: 0, max: 800, noNaN: true }),
});

/** How many may be recalled at a time. */
const limits = fc.constantFrom(1, 2, 10, Number.POSITIVE_INFINITY);

describe("the ledger of beats", () => {
  it("takes what a detector would, keeps the newest, and recalls everybody before their time, never all too early", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: "max" }), limits, (steps, limit) => {
        const ledger = new BeatLedger();
        const model = new Map<number, Modelled>();
        let nowMs = 5;
        const expectRecalled = ({ entry, seq, heardMs }: Modelled) =>
          expect(entry.last).toEqual({ seq, heardMs });
        for (const { action, nth, seq, intervalMs, patienceMs, waitMs } of steps) {
          const place = [...model.keys()][nth % Math.max(1, model.size)];
          const known = place === undefined ? undefined : model.get(place);
          if (action === "enter") {
            const entry = new Entry();
            const at = ledger.enter(entry, { seq, intervalMs, heardMs: nowMs, patienceMs }, nowMs);
            expect(model.has(at)).toBe(false);
            model.set(at, { entry, seq, intervalMs, patienceMs, heardMs: nowMs });
          } else if (action === "pass") {
            // Never sleeps over a sweep.
            nowMs = Math.max(nowMs, Math.min(nowMs + waitMs, ledger.sweepMs));
            if (nowMs < ledger.sweepMs) continue;
            const shortestMs = Math.min(...[...model.values()].map((each) => each.patienceMs));
            expect(ledger.sweep(nowMs, limit).length).toBeLessThanOrEqual(limit);
            for (const [at, each] of model) {
              const dueMs = each.heardMs + each.patienceMs;
              if (each.entry.last === undefined) {
                // Minus infinity in the middle of a round.
                expect(dueMs).toBeGreaterThanOrEqual(ledger.sweepMs);
                continue;
              }
              expectRecalled(each);
              expect(dueMs).toBeGreaterThanOrEqual(nowMs - 1e-6);
              // The shortest may be recalled already, and counts once more.
              if (shortestMs >= 1500) expect(dueMs).toBeLessThanOrEqual(nowMs + each.patienceMs / 8 + 1e-6);
              model.delete(at);
            }
          } else if (place !== undefined && known !== undefined && action === "beat") {
            const taken = ledger.take(place, seq, intervalMs, nowMs);
            expect(taken).toBe(intervalMs === known.intervalMs && isNewer(seq, known.seq));
            if (taken) Object.assign(known, { seq, heardMs: nowMs });
          } else if (place !== undefined && known !== undefined) {
            expect(ledger.recall(place)).toBe(known.entry);
            expectRecalled(known);
            model.delete(place);
            expect(ledger.take(place, known.seq + 1, known.intervalMs, nowMs)).toBe(false);
          }
        }
        expect(new Set(ledger)).toEqual(new Set([...model.values()].map(({ entry }) => entry)));
        ledger.excuse(5, nowMs);
        for (const [place, each] of model) {
          ledger.recall(place);
          expectRecalled({ ...each, heardMs: Math.min(nowMs, each.heardMs + 5) });
        }
        expect(ledger.sweepMs).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it("excuses a silence by short stalls up to its patience in all, by long ones whole, and afresh once heard", () => {
    const ledger = new BeatLedger();
    const entry = new Entry();
    const enter = (heardMs: number) =>
      ledger.enter(entry, { seq: 0, intervalMs: 1000, heardMs, patienceMs: 1000 }, heardMs);
    const excusedOf = (place: number, heardMs: number) => {
      ledger.recall(place);
      return entry.last!.heardMs - heardMs;
    };
    let place = enter(0);
    for (let nowMs = 161; nowMs <= 161 + 60 * 61; nowMs += 61) ledger.excuse(60, nowMs);
    expect(excusedOf(place, 0)).toBe(1000);

    place = enter(0);
    for (let nowMs = 10_000; nowMs <= 100_000; nowMs += 10_000) ledger.excuse(9000, nowMs);
    expect(excusedOf(place, 0)).toBe(90_000);

    place = enter(0);
    for (let turn = 1; turn <= 100; turn++) {
      ledger.take(place, turn, 1000, 1000 * turn);
      ledger.excuse(60, 1000 * turn + 500);
    }
    expect(excusedOf(place, 100_000)).toBe(60);
  });

  it("does not recall the healthy: beats that come in time keep their places for ever", () => {
    const ledger = new BeatLedger();
    const places = Array.from({ length: 1000 }, (_, peer) =>
      ledger.enter(new Entry(), { seq: 0, intervalMs: 1000, heardMs: peer, patienceMs: 1250 }, peer),
    );
    let recalled = 0;
    for (let round = 1; round < 50; round++) {
      for (const [peer, place] of places.entries()) {
        const nowMs = 1000 * round + peer;
        if (ledger.sweepMs <= nowMs) recalled += ledger.sweep(nowMs).length;
        expect(ledger.take(place, round, 1000, nowMs)).toBe(true);
      }
    }
    expect(recalled).toBe(0);
  });

  it("knows nobody at a place that is free", () => {
    const ledger = new BeatLedger();
    expect(() => ledger.recall(0)).toThrow("nobody is at place 0");
    expect(ledger.sweepMs).toBe(Number.POSITIVE_INFINITY);
  });
});
