import { describe, expect, test } from "vitest";
import type { JudgeFactory } from "../qos/judge.js";
import { replay } from "../qos/replay.js";
import { AKKA_DEFAULTS, akka, akkaPhi } from "../qos/rivals/akka.js";
import { BFD_CUSTOMARY, bfd } from "../qos/rivals/bfd.js";
import { CASSANDRA_DEFAULTS, cassandra, cassandraPhi } from "../qos/rivals/cassandra.js";
import { ENGINE_IO_DEFAULTS, engineIo } from "../qos/rivals/engine-io.js";
import { JS_LIBP2P_DEFAULTS, jsLibp2p, pingTimeoutMs } from "../qos/rivals/js-libp2p.js";
import { MEMBERLIST_DEFAULTS, memberlist, suspicionMs } from "../qos/rivals/memberlist.js";
import { plainEcho } from "../qos/rivals/plain-echo.js";
import { wsSweep } from "../qos/rivals/ws-sweep.js";
import { beatsOf, type Stall, type Trace } from "../qos/trace.js";

/** Regular beats, from 0 on, which take no time. */
function regular(intervalMs: number, beats: number, stalls: readonly Stall[] = []): Trace {
  const sentMs = Array.from({ length: beats }, (_, seq) => seq * intervalMs);
  return { intervalMs, durationMs: intervalMs * beats, beats: beatsOf(sentMs, (ms) => ms), stalls };
}

/** Silence until the verdict, of a peer whose last of so many beats came at the instant from which it counts. */
function silenceMs(judge: JudgeFactory, intervalMs: number, beats = 200): number {
  const lastMs = (beats - 1) * intervalMs;
  const { transitions } = replay(regular(intervalMs, beats), judge, {
    crashMs: lastMs + 0.001,
    untilMs: lastMs + 1000 * intervalMs,
  });
  return transitions.at(-1)!.atMs - lastMs;
}

describe("published worst cases, at the rivals' own defaults", () => {
  test("engine.io: 25 + 20 = 45 s", () => {
    expect(silenceMs(engineIo(ENGINE_IO_DEFAULTS), ENGINE_IO_DEFAULTS.pingIntervalMs)).toBe(45_000);
  });

  test("BFD: 3 × 300 = 900 ms", () => {
    expect(silenceMs(bfd(BFD_CUSTOMARY), BFD_CUSTOMARY.intervalMs)).toBeCloseTo(900, 6);
  });

  test("the README of ws: more than one sweep, at most two", () => {
    const silence = silenceMs(wsSweep({ sweepMs: 30_000 }), 29_000);
    expect(silence).toBeGreaterThan(30_000);
    expect(silence).toBeLessThanOrEqual(60_000);
  });

  test("Akka: mean + 3 s + z(8) × 100 ms, z = 5.23 in its approximation, at the next reaper", () => {
    const z = 5.23;
    expect(akkaPhi(z)).toBeGreaterThan(8 - 0.03);
    expect(akkaPhi(z)).toBeLessThan(8 + 0.03);
    const unpolled = silenceMs(akka({ ...AKKA_DEFAULTS, reaperMs: 1 }), 1000, 3000);
    expect(unpolled).toBeGreaterThan(4000 + 100 * z - 5);
    expect(unpolled).toBeLessThan(4000 + 100 * z + 5);
    const silence = silenceMs(akka(AKKA_DEFAULTS), 1000, 3000);
    expect(silence).toBeGreaterThanOrEqual(unpolled);
    expect(silence).toBeLessThanOrEqual(unpolled + 1000);
  });

  test("Akka's φ: 0.30 at the mean, continuous there, and as the normal tail nearby", () => {
    expect(akkaPhi(0)).toBeCloseTo(Math.log10(2), 12);
    expect(akkaPhi(1e-9)).toBeCloseTo(akkaPhi(-1e-9), 8);
    // P(Z > 2) = 0.02275.
    expect(akkaPhi(2)).toBeCloseTo(-Math.log10(0.02275), 2);
  });

  test("Cassandra: 18.4 means", () => {
    expect(cassandraPhi(18.42, 1)).toBeCloseTo(8, 3);
    const unpolled = silenceMs(cassandra({ ...CASSANDRA_DEFAULTS, intervalMs: 1 }), 1000, 3000);
    expect(unpolled / 1000).toBeCloseTo(18.42, 1);
  });

  test("Cassandra keeps still after a pause of its own above 5 s, Akka does not", () => {
    const longPause = regular(1000, 600, [{ fromMs: 300_100, toMs: 330_500 }]);
    const verdicts = (judge: JudgeFactory) =>
      replay(longPause, judge).transitions.filter(({ to }) => to === "suspect").length;
    expect(verdicts(cassandra(CASSANDRA_DEFAULTS))).toBe(0);
    expect(verdicts(akka(AKKA_DEFAULTS))).toBe(1);
  });

  test("memberlist: two nodes in 6 s; the suspicion grows with the logarithm of the cluster", () => {
    const options = { ...MEMBERLIST_DEFAULTS, nodes: 2 };
    expect(silenceMs(memberlist(options), 1000)).toBe(6000);
    expect([2, 10, 100, 1000].map((nodes) => suspicionMs({ ...options, nodes }))).toEqual([
      4000, 4000, 8000, 12_000,
    ]);
  });

  test("memberlist waits longer once its own health is in doubt", () => {
    const options = { ...MEMBERLIST_DEFAULTS, nodes: 2 };
    const sentMs = [0, 1000, 2000, 6500, 7000];
    const trace = { intervalMs: 1000, durationMs: 30_000, beats: beatsOf(sentMs, (ms) => ms), stalls: [] };
    const { transitions } = replay(trace, memberlist(options));
    // Suspected at 4 s, heard at 6.5 s and again: back to health, so 6 s after the last beat.
    expect(transitions).toEqual([
      { atMs: 0, to: "trust" },
      { atMs: 13_000, to: "suspect" },
    ]);
  });

  test("js-libp2p: 10 + 5 = 15 s; above 5 s / 1.2 of round trip it grows, to a minute", () => {
    expect(silenceMs(jsLibp2p(JS_LIBP2P_DEFAULTS), 10_000)).toBe(15_000);
    expect([0, 4000, 5000, 100_000].map((rttMs) => pingTimeoutMs(rttMs, JS_LIBP2P_DEFAULTS))).toEqual([
      5000, 5000, 6000, 60_000,
    ]);
  });

  test("js-libp2p ends at the first ping without an answer, whatever comes later", () => {
    const sentMs = [0, 10_000, 20_000, 30_000, 40_000];
    const beats = beatsOf(sentMs, (ms) => (ms === 20_000 ? Number.POSITIVE_INFINITY : ms));
    const trace = { intervalMs: 10_000, durationMs: 50_000, beats, stalls: [] };
    const patient = { ...JS_LIBP2P_DEFAULTS, minTimeoutMs: 12_000 };
    expect(replay(trace, jsLibp2p(patient)).transitions).toEqual([
      { atMs: 0, to: "trust" },
      { atMs: 32_000, to: "suspect" },
      { atMs: 40_000, to: "trust" },
    ]);
  });

  test("the plain timeout that asks: dead after its timeout, asked every interval", () => {
    const silent = { ...regular(1000, 0), durationMs: 20_000 };
    const trace: Trace = { ...silent, echoArrivalMs: (ms) => (ms < 5000 ? ms + 40 : undefined) };
    const { transitions, probes } = replay(trace, plainEcho({ intervalMs: 875, timeoutMs: 3000 }));
    expect(transitions).toEqual([
      { atMs: 40, to: "trust" },
      { atMs: 5 * 875 + 40 + 3000, to: "suspect" },
    ]);
    expect(probes).toBe(Math.floor(20_000 / 875) + 1);
  });
});
