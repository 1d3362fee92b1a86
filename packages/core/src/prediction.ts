import { keepaliveDetection } from "./keepalive-prediction.js";
import { keepalivePeriodMs } from "./keepalive-timing.js";
import { JITTER_MEAN, JITTER_SIGMA } from "./pacing.js";
import type { Policy, PolicyFactory } from "./policy.js";
import type { Transport } from "./transport.js";
import type { WireCost } from "./wire-cost.js";

/** The way between the two ends. */
export interface Path {
  /** Round trip, application to application. */
  readonly rttMs: number;
  /** The share of frames lost in each direction, independently, 0 to below 1. Default 0. */
  readonly lossRate?: number;
  /**
   * How late a timer of ours fires when the machine is not overloaded. Default 2: Node counts whole
   * milliseconds from a clock read once a loop turn, and deadlines are rounded up to a millisecond.
   */
  readonly timerSlackMs?: number;
}

/** A span of detection latencies, from the instant of the fault to the verdict, in milliseconds. */
export interface DetectionSpan {
  readonly best: number;
  readonly mean: number;
  readonly worst: number;
}

/** Both directions, seen from the monitor. */
export interface TrafficPerHour {
  readonly out: number;
  readonly in: number;
}

/** What {@link predict} returns. */
export interface Prediction {
  /** Of a fault that silences this transport's evidence. One that leaves the evidence alive is never found. */
  readonly detectionMs: DetectionSpan;
  readonly framesPerHour: TrafficPerHour;
  /** Ethernet header in; padding, FCS and the network's own chatter out. */
  readonly octetsPerHour: TrafficPerHour;
  /** A live peer called dead; absent where loss becomes delay, which independent loss does not describe. */
  readonly mistakesPerHour?: number;
}

const HOUR_MS = 3_600_000;

/**
 * What a transport under a policy will do on a path: pure arithmetic, held against measurements by the
 * benchmarks.
 *
 * @throws RangeError when `lossRate` or `rttMs` cannot be.
 */
export function predict(
  transport: Pick<Transport, "wire">,
  policy: Policy | PolicyFactory,
  path: Path,
): Prediction {
  return predictFor(transport.wire, typeof policy === "function" ? policy() : policy, path);
}

function predictFor(wire: WireCost, policy: Policy, path: Path): Prediction {
  const { rttMs, lossRate = 0, timerSlackMs = 2 } = path;
  if (!(rttMs >= 0)) throw new RangeError(`rttMs must be at least 0, not ${rttMs}`);
  if (!(lossRate >= 0 && lossRate < 1))
    throw new RangeError(`lossRate must be from 0 to below 1, not ${lossRate}`);
  const full = { rttMs, lossRate, timerSlackMs };
  const mistakes = mistakesPerHour(wire, policy, full);
  return {
    detectionMs: detectionSpan(policy, full),
    framesPerHour: trafficPerHour(wire, policy, (frames) => frames.length),
    octetsPerHour: trafficPerHour(wire, policy, (frames) => frames.reduce((sum, n) => sum + n, 0)),
    ...(mistakes === undefined ? {} : { mistakesPerHour: mistakes }),
  };
}

/**
 * A fault strikes when the newest evidence is of age A; death comes `deadAfterMs` after that evidence was
 * heard, half a round trip after it was sent. Evidence gaps G are renewals, so the age found at a random
 * instant has mean E[G²] / 2E[G] (the inspection paradox; Ross, Introduction to Probability Models, 7.3).
 */
function detectionSpan(policy: Policy, path: Required<Path>): DetectionSpan {
  if (policy.kernel !== undefined) return keepaliveDetection(policy.kernel);
  const { deadAfterMs, intervalMs } = policy;
  if (deadAfterMs === Number.POSITIVE_INFINITY)
    return { best: deadAfterMs, mean: deadAfterMs, worst: deadAfterMs };
  const oneWayMs = path.rttMs / 2;
  const { meanMs, varianceMs2 } = jitteredInterval(intervalMs);
  const success = 1 - lossPerEvidence(policy, path.lossRate);
  // A gap is a geometric number N of intervals: E[G] = E[N]m, E[G²] = E[N]v + (Var[N] + E[N]²)m².
  const tries = 1 / success;
  const triesVariance = (1 - success) / success ** 2;
  const gapMs = tries * meanMs;
  const gapSquareMs2 = tries * varianceMs2 + (triesVariance + tries ** 2) * meanMs ** 2;
  const meanAgeMs = Math.min(gapSquareMs2 / (2 * gapMs), deadAfterMs);
  return {
    // With loss the silence may be nearly over when the fault strikes.
    best: path.lossRate > 0 ? 0 : Math.max(0, deadAfterMs - intervalMs),
    mean: deadAfterMs - meanAgeMs + oneWayMs + path.timerSlackMs / 2,
    worst: deadAfterMs + oneWayMs + path.timerSlackMs,
  };
}

function jitteredInterval(intervalMs: number): { meanMs: number; varianceMs2: number } {
  return { meanMs: intervalMs * JITTER_MEAN, varianceMs2: (intervalMs * JITTER_SIGMA) ** 2 };
}

/** An echo needs both ways, a beat one. */
function lossPerEvidence(policy: Policy, lossRate: number): number {
  return policy.mode === "echo" ? 1 - (1 - lossRate) ** 2 : lossRate;
}

function trafficPerHour(
  wire: WireCost,
  policy: Policy,
  measure: (frames: readonly number[]) => number,
): TrafficPerHour {
  if (policy.kernel !== undefined) {
    const perHour = HOUR_MS / keepalivePeriodMs(policy.kernel);
    return { out: perHour * measure(wire.probe.out), in: perHour * measure(wire.probe.in) };
  }
  const perHour = HOUR_MS / jitteredInterval(policy.intervalMs).meanMs;
  if (policy.mode === "echo") {
    return { out: perHour * measure(wire.probe.out), in: perHour * measure(wire.probe.in) };
  }
  const ours = policy.mode === "beat" ? perHour : 0;
  return {
    out: ours * measure(wire.beat.out) + perHour * measure(wire.beat.in),
    in: ours * measure(wire.beat.in) + perHour * measure(wire.beat.out),
  };
}

/**
 * A mistake is a piece of evidence followed by failures only, for `deadAfterMs`. With independent loss q per
 * regular try and c per confirming probe, and n and k of them in that time: q^n × c^k of all evidence. Far away
 * they are fewer: of several confirming probes under way, more than the first is answered.
 */
function mistakesPerHour(wire: WireCost, policy: Policy, path: Required<Path>): number | undefined {
  if (policy.kernel !== undefined || wire.loss === "delays") return undefined;
  const { suspectAfterMs, deadAfterMs, confirmIntervalMs, mode } = policy;
  if (deadAfterMs === Number.POSITIVE_INFINITY) return 0;
  const { meanMs } = jitteredInterval(policy.intervalMs);
  const lost = lossPerEvidence(policy, path.lossRate);
  const tries = (withinMs: number) => Math.floor(withinMs / meanMs);
  // Suspicion replaces the regular probes, but those on their way may still be answered. Distance costs none:
  // the first answer in that time is to a probe sent before it began.
  const doubtMs = Math.min(suspectAfterMs + path.rttMs, deadAfterMs);
  if (!Number.isFinite(confirmIntervalMs)) {
    const gapMs = meanMs / (1 - lost);
    return (HOUR_MS / gapMs) * lost ** tries(deadAfterMs);
  }
  const lostConfirm = 1 - (1 - path.lossRate) ** 2;
  const waitMs = mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, meanMs);
  // An answer that comes with the verdict comes too late.
  const confirmForMs = Math.max(0, deadAfterMs - suspectAfterMs - path.rttMs);
  const unanswered = lostConfirm ** Math.ceil(confirmForMs / waitMs);
  // The mean gap: a try's time for each, and where all of those until suspicion fail, a confirming probe's for each.
  const doubted = lost ** tries(doubtMs);
  const untilDoubtMs = Math.max(0, suspectAfterMs - tries(doubtMs) * meanMs);
  const gapMs = (1 - doubted) * (meanMs / (1 - lost)) + doubted * (untilDoubtMs + waitMs / (1 - lostConfirm));
  return (HOUR_MS / gapMs) * lost ** tries(mode === "echo" ? doubtMs : deadAfterMs) * unanswered;
}
