import type { Contender, Sweep } from "./contenders.js";
import type { JudgeFactory } from "./judge.js";
import { AKKA_DEFAULTS, akka } from "./rivals/akka.js";
import { BFD_CUSTOMARY, bfd } from "./rivals/bfd.js";
import { CASSANDRA_DEFAULTS, cassandra } from "./rivals/cassandra.js";
import { ENGINE_IO_DEFAULTS, engineIo } from "./rivals/engine-io.js";
import { JS_LIBP2P_DEFAULTS, jsLibp2p } from "./rivals/js-libp2p.js";
import { MEMBERLIST_DEFAULTS, memberlist } from "./rivals/memberlist.js";
import { plainTimeout } from "./rivals/plain-timeout.js";
import { wsSweep } from "./rivals/ws-sweep.js";

/** Timeouts in intervals, as they are customary. */
export const MULTIPLIERS = [1.5, 2, 2.5, 3, 4, 5, 6, 8];

function rival(
  name: string,
  title: string,
  sweep: Sweep,
  judge: (value: number, intervalMs: number) => JudgeFactory,
): Contender {
  return { name, title, kind: "rival", probes: "never", ...sweep, judge };
}

const PING_TIMEOUT_SHARE = ENGINE_IO_DEFAULTS.pingTimeoutMs / ENGINE_IO_DEFAULTS.pingIntervalMs;

/** The rivals' own formulas. */
export const RIVALS: readonly Contender[] = [
  rival(
    "plain-timeout",
    "setTimeout loop",
    { parameter: "timeout in intervals", values: MULTIPLIERS, standard: 3 },
    (value, intervalMs) => plainTimeout({ timeoutMs: value * intervalMs }),
  ),
  rival(
    "ws-sweep",
    "ws README sweep",
    { parameter: "sweep in intervals", values: [1, 1.5, 2, 3, 4], standard: 1 },
    (value, intervalMs) => wsSweep({ sweepMs: value * intervalMs }),
  ),
  rival(
    "engine.io",
    "engine.io",
    {
      parameter: "pingTimeout in pingIntervals",
      values: [0.4, PING_TIMEOUT_SHARE, 1.2, 2, 3, 5],
      standard: PING_TIMEOUT_SHARE,
    },
    (value, pingIntervalMs) => engineIo({ pingIntervalMs, pingTimeoutMs: value * pingIntervalMs }),
  ),
  rival(
    "bfd",
    "BFD",
    { parameter: "Detect Mult", values: [2, 3, 4, 5, 6, 8], standard: BFD_CUSTOMARY.multiplier },
    (multiplier, intervalMs) => bfd({ multiplier, intervalMs }),
  ),
  rival(
    "akka",
    "Akka φ",
    {
      parameter: "threshold",
      values: [1, 4, AKKA_DEFAULTS.threshold, 12, 20],
      standard: AKKA_DEFAULTS.threshold,
    },
    (threshold, intervalMs) => {
      const scale = intervalMs / AKKA_DEFAULTS.intervalMs;
      const { pauseMs, minSigmaMs, reaperMs, samples } = AKKA_DEFAULTS;
      return akka({
        intervalMs,
        threshold,
        pauseMs: pauseMs * scale,
        minSigmaMs: minSigmaMs * scale,
        reaperMs: reaperMs * scale,
        samples,
      });
    },
  ),
  rival(
    "cassandra",
    "Cassandra φ",
    {
      parameter: "threshold",
      values: [1, 2, 4, CASSANDRA_DEFAULTS.threshold, 12],
      standard: CASSANDRA_DEFAULTS.threshold,
    },
    (threshold, intervalMs) => {
      const scale = intervalMs / CASSANDRA_DEFAULTS.intervalMs;
      const { initialMs, maxGapMs, maxLocalPauseMs, samples } = CASSANDRA_DEFAULTS;
      return cassandra({
        intervalMs,
        threshold,
        initialMs: initialMs * scale,
        maxGapMs: maxGapMs * scale,
        maxLocalPauseMs: maxLocalPauseMs * scale,
        samples,
      });
    },
  ),
  rival(
    "memberlist",
    "memberlist (SWIM), 2 nodes",
    { parameter: "suspicion mult", values: [1, 2, 4, 6, 8], standard: MEMBERLIST_DEFAULTS.suspicionMult },
    (suspicionMult, intervalMs) =>
      memberlist({ intervalMs, suspicionMult, nodes: 2, awarenessMax: MEMBERLIST_DEFAULTS.awarenessMax }),
  ),
  rival(
    "js-libp2p",
    "js-libp2p",
    { parameter: "least timeout in intervals", values: [0.25, 0.5, 1, 2, 4], standard: 0.5 },
    (value, intervalMs) => {
      const scale = intervalMs / JS_LIBP2P_DEFAULTS.pingIntervalMs;
      const { multiplier, maxTimeoutMs, averageMs } = JS_LIBP2P_DEFAULTS;
      return jsLibp2p({
        pingIntervalMs: intervalMs,
        multiplier,
        minTimeoutMs: value * intervalMs,
        maxTimeoutMs: maxTimeoutMs * scale,
        averageMs: averageMs * scale,
      });
    },
  ),
];
