import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerOnly,
  DATAGRAM_SEATS,
  DEPARTURE_SEATS,
  Detector,
  LEAST_CROWD,
  Timetable,
} from "../src/index.js";
import { JITTER_MEAN, JITTER_SIGMA } from "../src/pacing.js";
import { seededRandom } from "./harness/random.js";

/** One that a crowd uses. */
function crowded(): Timetable {
  const timetable = new Timetable();
  for (let link = 0; link < LEAST_CROWD; link++) timetable.joined();
  return timetable;
}

/** Senders of one process, ticked at their deadlines for so long; when each sent. */
function run(intervalsMs: readonly number[], forMs: number, timetable: Timetable | undefined, seed = 1) {
  const random = seededRandom(seed);
  const options = { proves: "process", random, ...(timetable && { timetable }) } as const;
  const senders = intervalsMs.map((beatIntervalMs) => {
    const detector = new Detector(answerOnly({ beatIntervalMs })(), options, 0);
    detector.handle({ type: "opened" }, 0);
    return { detector, sentAtMs: [0] };
  });
  const next = () => Math.min(...senders.map(({ detector }) => detector.deadlineMs));
  for (let nowMs = next(); nowMs < forMs; nowMs = next()) {
    for (const { detector, sentAtMs } of senders) {
      if (detector.deadlineMs > nowMs) continue;
      detector.handle({ type: "tick" }, nowMs);
      sentAtMs.push(nowMs);
    }
  }
  return senders.map(({ sentAtMs }) => sentAtMs);
}

const gapsOf = (atMs: readonly number[]) => atMs.slice(1).map((at, index) => at - atMs[index]!);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("a timetable", () => {
  it("lets the links of a process leave together, at jittered times as one link alone has", () => {
    const sent = run(new Array(100).fill(1000), 500_000, crowded());
    const last = sent[0]!.slice(-400);
    for (const each of sent) expect(each.slice(-400)).toEqual(last);
    const gaps = gapsOf(last);
    expect(Math.min(...gaps)).toBeLessThan(770);
    expect(Math.max(...gaps)).toBeGreaterThan(980);
    // Four standard errors.
    expect(Math.abs(mean(gaps) - 1000 * JITTER_MEAN)).toBeLessThan((4 * 1000 * JITTER_SIGMA) / 20);
  });

  it("but few links go each at its own time", () => {
    const timetable = crowded();
    timetable.left();
    const [one, other] = run([1000, 1000], 60_000, timetable);
    expect(one!.slice(1).filter((atMs) => other!.includes(atMs))).toEqual([]);
  });

  it("so that two processes do not stay in step", () => {
    const [one, other] = [1, 2].map((seed) => run([1000, 1000], 60_000, crowded(), seed)[0]!);
    const together = one!.slice(1).filter((atMs) => other!.includes(atMs));
    expect(together).toEqual([]);
  });

  it("never breaks anybody's promise, whatever intervals share it", () => {
    const intervals = fc.array(fc.integer({ min: 100, max: 2000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(intervals, fc.nat(), (intervalsMs, seed) => {
        const sent = run(intervalsMs, 8 * Math.max(...intervalsMs), crowded(), seed);
        for (const [index, intervalMs] of intervalsMs.entries()) {
          for (const gapMs of gapsOf(sent[index]!)) {
            expect(gapMs).toBeGreaterThanOrEqual(0.75 * intervalMs - 1e-6);
            expect(gapMs).toBeLessThanOrEqual(intervalMs + 1e-6);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("has so many seats a departure: what is over leaves at other times", () => {
    const timetable = crowded();
    const random = seededRandom(5);
    const booked = new Map<number, number>();
    for (let count = 0; count < 3 * DEPARTURE_SEATS + 10; count++) {
      const atMs = timetable.book(750, 1000, 750 + 250 * random(), 0);
      expect(atMs).toBeGreaterThanOrEqual(750);
      expect(atMs).toBeLessThanOrEqual(1000);
      booked.set(atMs, (booked.get(atMs) ?? 0) + 1);
    }
    expect([...booked.values()]).toEqual([DEPARTURE_SEATS, DEPARTURE_SEATS, DEPARTURE_SEATS, 10]);
  });

  it("has few seats for datagrams: too many at once would be dropped", () => {
    const timetable = crowded();
    const random = seededRandom(6);
    const booked = new Map<number, number>();
    for (let count = 0; count < 3 * DATAGRAM_SEATS + 10; count++) {
      const atMs = timetable.book(750, 1000, 750 + 250 * random(), 0, "drops");
      booked.set(atMs, (booked.get(atMs) ?? 0) + 1);
    }
    expect([...booked.values()]).toEqual([DATAGRAM_SEATS, DATAGRAM_SEATS, DATAGRAM_SEATS, 10]);
    expect(booked.has(timetable.book(750, 1000, 800, 0, "delays"))).toBe(false);
  });

  it("takes the departure nearest to the wish, and none outside the window", () => {
    const timetable = crowded();
    for (const atMs of [100, 200, 300, 400]) expect(timetable.book(atMs, atMs, atMs, 0)).toBe(atMs);
    expect(timetable.book(90, 350, 240, 0)).toBe(200);
    expect(timetable.book(90, 350, 260, 0)).toBe(200); // the latest booking's goes first
    expect(timetable.book(210, 350, 260, 0)).toBe(300);
    expect(timetable.book(310, 390, 350, 0)).toBe(350);
    expect(timetable.book(401, 500, 450, 420)).toBe(450);
  });
});
