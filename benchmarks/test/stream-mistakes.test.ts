import { describe, expect, test } from "vitest";
import { seededRandom } from "../lab/random.js";
import { type LossyPath, StreamEnd } from "../subjects/lossy-stream.js";
import { isCalledDead, type StreamRhythm, streamMistakes } from "../subjects/stream-mistakes.js";
import { copiesAtMs } from "../subjects/tcp-copies.js";
import { VirtualClock } from "../subjects/virtual-clock.js";

const PATH: LossyPath = { lossRate: 0, rttMs: 1, delayedAckMs: 40, timerLateness: 0 };
const WATCHED_MS = 65_000;
const OURS: StreamRhythm = { kind: "silence", intervalMs: 1000, deadAfterMs: 3000 };
const PING: StreamRhythm = { kind: "ping", intervalMs: 1000, timeoutMs: 2000, otherEndWatches: false };
const SWEEP: StreamRhythm = { kind: "sweep", sweepMs: 1500 };

/** Two ends, of which the first one's packets are lost where `isLost` says so; and when what arrived. */
function stream(isLost: (packet: number) => boolean, path = PATH) {
  const clock = new VirtualClock();
  let packets = 0;
  const arrivals: number[] = [];
  const acknowledging = new StreamEnd(
    clock,
    path,
    () => 0.5,
    () => arrivals.push(clock.nowMs),
  );
  // Of two random numbers one decides a packet's fate, and one how late a timer is; without lateness the first alone.
  const losing = new StreamEnd(
    clock,
    { ...path, lossRate: 0.5 },
    () => (isLost(packets++) ? 0 : 0.9),
    () => {},
  );
  StreamEnd.join(losing, acknowledging);
  return { clock, losing, arrivals };
}

describe("one end of a stream", () => {
  test("a message arrives half a round trip later, once", () => {
    const { clock, losing, arrivals } = stream(() => false);
    losing.write();
    clock.run(60_000, () => false);
    expect(arrivals).toEqual([0.5]);
  });

  test("lost copies are repeated when the core's model of the kernel says, to the millisecond or so", () => {
    const sentAtMs = new Set<number>();
    const { clock, losing, arrivals } = stream(() => {
      sentAtMs.add(Math.round(clock.nowMs));
      return clock.nowMs < 4000;
    });
    losing.write();
    clock.run(60_000, () => false);
    const sent = [...sentAtMs].slice(0, 6);
    copiesAtMs()
      .slice(0, 6)
      .forEach((atMs, copy) => {
        expect(Math.abs(sent[copy]! - atMs)).toBeLessThan(20);
      });
    expect(arrivals).toHaveLength(1);
  });

  test("after an expiry what is written waits behind the hole, and all arrives in order", () => {
    const { clock, losing, arrivals } = stream(() => clock.nowMs < 1000);
    losing.write();
    clock.after(900, () => losing.write());
    clock.run(60_000, () => false);
    expect(arrivals).toHaveLength(2);
    expect(arrivals[0]).toBeGreaterThan(1500);
    expect(arrivals[1]! - arrivals[0]!).toBeLessThan(PATH.delayedAckMs + 5);
  });

  test("a time-out that runs is not begun anew by what is written meanwhile: it expires, and all else waits", () => {
    const slow = { ...PATH, rttMs: 600 };
    let sent = 0;
    const { clock, losing } = stream(() => {
      sent += 1;
      return true;
    }, slow);
    for (let beat = 0; beat < 40; beat++) clock.after(700 * beat, () => losing.write());
    clock.run(28_000, () => false);
    // Each packet and each timer draws once.
    expect(sent).toBeLessThan(30);
  });

  test("a time-out that has doubled is forgotten with the next sample", () => {
    const { clock, losing, arrivals } = stream(
      () => clock.nowMs < 1000 || (clock.nowMs > 5000 && clock.nowMs < 5001),
    );
    losing.write();
    clock.after(5000.5, () => losing.write());
    clock.run(60_000, () => false);
    expect(arrivals[1]! - 5000).toBeLessThan(450);
  });
});

describe("what loss makes of a heartbeat on TCP", { timeout: 60_000 }, () => {
  test.each([OURS, PING, SWEEP])("%j: nobody dies without loss, everybody when all is lost", (rhythm) => {
    const random = seededRandom(1);
    const dies = (lossRate: number) => isCalledDead(rhythm, { ...PATH, lossRate }, WATCHED_MS, random);
    expect(Array.from({ length: 20 }, () => dies(0))).not.toContain(true);
    expect(Array.from({ length: 20 }, () => dies(1))).not.toContain(false);
  });

  test.each([
    // Of how many links how many were called dead in the lab, all told.
    ["TCP and WebSocket heartbeats", OURS, 110, 18],
    ["engine.io", { ...PING, otherEndWatches: true }, 50, 14],
    ["grpc-js", PING, 50, 11],
    ["ws README, every 1.5 s", SWEEP, 40, 17],
  ] as const)(
    "at 20 %% %s: as the lab has it, and a number that could be wrong",
    (_who, rhythm, links, dead) => {
      const { least, most } = streamMistakes(rhythm, 0.2, WATCHED_MS);
      const error = 2 * Math.sqrt(0.25 / links);
      expect(dead / links).toBeGreaterThan(least - error);
      expect(dead / links).toBeLessThan(most + error);
      expect(most - least).toBeLessThan(0.35);
    },
  );

  test("an end that watches too gives up on more links", () => {
    const rhythm = { kind: "ping", intervalMs: 2000, timeoutMs: 1000 } as const;
    const alone = streamMistakes({ ...rhythm, otherEndWatches: false }, 0.2, WATCHED_MS);
    const both = streamMistakes({ ...rhythm, otherEndWatches: true }, 0.2, WATCHED_MS);
    expect(both.most).toBeGreaterThan(alone.most);
  });

  test("the same each time, whatever the milliseconds", () => {
    expect(streamMistakes(OURS, 0.2, WATCHED_MS + 300)).toEqual(streamMistakes(OURS, 0.2, WATCHED_MS));
  });
});
