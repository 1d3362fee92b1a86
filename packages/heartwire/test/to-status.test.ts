import type { LivenessEvent } from "@heartwire/core";
import * as fc from "fast-check";
import { concat, from, lastValueFrom, of, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { fixedTimeout, monitor, reconnect, type Status, toStatus } from "../src/index.js";
import { marbles } from "./support/marbles.js";

const alive = (atMs: number): LivenessEvent => ({ type: "alive", atMs, proof: "process" });
const suspect = (atMs: number): LivenessEvent => ({ type: "suspect", atMs, silentMs: 150 });
const sample = (atMs: number, rttMs: number): LivenessEvent => ({ type: "heartbeat", atMs, rttMs });
const dead = (atMs: number): LivenessEvent => ({ type: "dead", atMs, silentMs: 0, cause: REFUSED });
const left = (atMs: number): LivenessEvent => ({ type: "left", atMs });
const stalled = (atMs: number, stalledMs: number): LivenessEvent => ({ type: "stalled", atMs, stalledMs });
const rejected = (atMs: number, total: number): LivenessEvent => ({
  type: "rejected",
  atMs,
  rejection: { kind: "malformed", reason: "empty" },
  total,
});
const REFUSED = { kind: "refused", errno: "ECONNREFUSED" } as const;
const ZERO = { recoveries: 0, connections: 0, rejected: 0, stalledMs: 0 };

const snapshots = (...events: LivenessEvent[]): Promise<Status[]> =>
  lastValueFrom(from(events).pipe(toStatus(), toArray()));
const last = async (...events: LivenessEvent[]): Promise<Status> => (await snapshots(...events)).at(-1)!;

describe("toStatus", () => {
  it("begins as pending, and makes a snapshot of every event", async () => {
    expect(await snapshots(alive(10), suspect(160), alive(200), left(300))).toEqual([
      { ...ZERO, state: "pending" },
      { ...ZERO, state: "alive", sinceMs: 10, proof: "process", connections: 1 },
      { ...ZERO, state: "suspect", sinceMs: 160, proof: "process", connections: 1 },
      { ...ZERO, state: "alive", sinceMs: 200, proof: "process", connections: 1, recoveries: 1 },
      { ...ZERO, state: "left", sinceMs: 300, proof: "process", connections: 1, recoveries: 1 },
    ]);
  });

  it("keeps the cause of death until the peer lives again", async () => {
    expect((await last(alive(0), dead(10))).cause).toEqual(REFUSED);
    expect(await last(dead(10), alive(20))).not.toHaveProperty("cause");
    expect(await last(dead(10), left(20))).not.toHaveProperty("cause");
  });

  it("smooths the round-trip time as TCP does (RFC 6298, 2.2 and 2.3)", async () => {
    expect(await last(alive(0), sample(0, 100))).toMatchObject({ rttMs: 100, rttVariationMs: 50 });
    // RTTVAR = 3/4 · 50 + 1/4 · |100 - 180| = 57.5, then SRTT = 7/8 · 100 + 1/8 · 180 = 110.
    expect(await last(alive(0), sample(0, 100), sample(1, 180))).toMatchObject({
      rttMs: 110,
      rttVariationMs: 57.5,
    });
  });

  it("keeps the smoothed round-trip time within what was measured", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (rtts) => {
        let status: Status | undefined;
        from([alive(0), ...rtts.map((rtt) => sample(0, rtt))])
          .pipe(toStatus())
          .subscribe((next) => {
            status = next;
          });
        const slack = 1 + 1e-9;
        expect(status!.rttMs).toBeLessThanOrEqual(Math.max(...rtts) * slack);
        expect(status!.rttMs! * slack).toBeGreaterThanOrEqual(Math.min(...rtts));
        expect(status!.rttVariationMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("leaves the round-trip time alone at a beat, which measures none", async () => {
    const beat: LivenessEvent = { type: "heartbeat", atMs: 5, payload: Uint8Array.of(1) };
    expect(await last(alive(0), sample(0, 100), beat)).toMatchObject({
      rttMs: 100,
      rttVariationMs: 50,
      payload: Uint8Array.of(1),
    });
  });

  it("keeps the round-trip time over a recovery, and measures a new link afresh", async () => {
    const recovered = await last(alive(0), sample(0, 100), suspect(160), alive(200));
    expect(recovered).toMatchObject({ rttMs: 100, rttVariationMs: 50 });
    const reborn = await last(alive(0), sample(0, 100), dead(160), alive(200));
    expect(reborn).not.toHaveProperty("rttMs");
    expect(reborn).not.toHaveProperty("rttVariationMs");
  });

  it("counts a new link as a connection even if it was suspect before it was first heard", async () => {
    const events = [alive(0), sample(0, 100), dead(10), suspect(200), alive(210)];
    const status = await last(...events);
    expect(status).toMatchObject({ state: "alive", connections: 2, recoveries: 0 });
    expect(status).not.toHaveProperty("rttMs");
    // The same on the very first link.
    expect(await last(suspect(200), alive(210))).toMatchObject({ connections: 1, recoveries: 0 });
  });

  it("adds up stalls", async () => {
    expect((await last(stalled(0, 100), stalled(0, 50.5))).stalledMs).toBe(150.5);
  });

  it("adds up dropped frames, also over several links", async () => {
    const link = [rejected(0, 1), rejected(1, 2), rejected(2, 4)];
    expect((await last(...link)).rejected).toBe(4);
    expect((await last(...link, dead(3), ...link.slice(0, 2))).rejected).toBe(6);
  });

  it("begins anew with each subscription", async () => {
    const status = of(alive(0), dead(1)).pipe(toStatus());
    expect(await lastValueFrom(concat(status, status))).toMatchObject({ connections: 1 });
  });

  it("goes on over the links that reconnect opens", () => {
    marbles(({ transport, virtual, expectObservable }) => {
      const peer = transport("oa 8ms #", REFUSED);
      const stream = monitor(peer, fixedTimeout({ intervalMs: 100 }), virtual).pipe(
        reconnect({ ...virtual, initialMs: 100, random: () => 0.5 }),
        toStatus(),
      );
      const live = { ...ZERO, state: "alive", proof: "process" };
      const gone = { ...ZERO, state: "dead", proof: "process", cause: REFUSED };
      expectObservable(stream, "75ms !").toBe("pa 8ms (bB) 47ms c 8ms (dD)", {
        p: { ...ZERO, state: "pending" },
        a: { ...live, sinceMs: 1, connections: 1 },
        b: { ...gone, sinceMs: 10, connections: 1 },
        B: { ...gone, sinceMs: 10, connections: 1, reconnecting: { untilMs: 60, attempt: 1 } },
        c: { ...live, sinceMs: 61, connections: 2 },
        d: { ...gone, sinceMs: 70, connections: 2 },
        D: { ...gone, sinceMs: 70, connections: 2, reconnecting: { untilMs: 170, attempt: 2 } },
      });
    });
  });
});
