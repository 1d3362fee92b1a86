import { estimateDoubts } from "./doubt-estimate.js";
import {
  type EvidenceWay,
  type MeasuredPath,
  missChance,
  retransmissionTimeoutMs,
  streamMissChance,
} from "./evidence-chance.js";
import { JITTER_MEAN } from "./pacing.js";
import type { Policy } from "./policy.js";
import { type Prediction, predict, type TrafficPerHour } from "./prediction.js";
import type { Transport } from "./transport.js";
import type { WireCost } from "./wire-cost.js";

/** A {@link Prediction} that says of mistakes, too, where loss becomes delay and where delays vary. */
export interface JudgedPrediction extends Prediction {
  /** A live peer called dead: at most so often (an estimate where loss becomes delay). */
  readonly mistakesPerHour: number;
}

/** Losses near in time are seldom independent: of the confirming probes only so many, evenly spread, are counted on. */
const TRUSTED_CONFIRMING_PROBES = 4;
const LATE_DEVIATIONS = 4;
const LATE_CHANCE = 0.01;

/**
 * What the worst case of detection allows for the last evidence to be later than usual: four standard deviations of
 * the round trip, and in a stream as many retransmissions as one frame in a hundred needs. Delays of whatever
 * distribution exceed that one time in 33 at most (Cantelli, half the variance being one way's), normal ones one in
 * 10^8 times; and only a fault that strikes just then, while that evidence is under way, is told later.
 */
export function lateEvidenceMs({ loss }: WireCost, path: MeasuredPath): number {
  const { rttMs, jitterMs = 0, lossRate = 0 } = path;
  const jitteredMs = LATE_DEVIATIONS * jitterMs;
  if (loss === "drops" || lossRate === 0) return jitteredMs;
  const copies = Math.ceil(Math.log(LATE_CHANCE) / Math.log(lossRate));
  return jitteredMs + retransmissionTimeoutMs(rttMs, jitterMs) * (2 ** copies - 1);
}

const HOUR_MS = 3_600_000;

interface FullPath {
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly lossRate: number;
  readonly timerSlackMs: number;
}

/**
 * What `predict` says of heartbeats, on a path whose delay varies. Delays are independent and of whatever
 * distribution with that variance; losses are independent, but of
 * the confirming probes four at most are counted on. Detection and mistakes are bounds from above: a peer's beats are
 * taken to be `policy.intervalMs` apart. Traffic is an estimate of the mean, with the confirming probes, each as
 * likely to be answered as the next; see {@link estimateDoubts}.
 *
 * **Mistakes** are, in an hour, as many as pieces of evidence, times the chance that nothing follows one for
 * `deadAfterMs`: the product over all that is sent in that time, each {@link missChance} (Chen, Toueg, Aguilera
 * 2002, sections 4 and 5). Theirs counts from the time of sending, ours from an arrival, which may itself have
 * been early: by s at most, or (with a chance that Cantelli bounds) by all of the mean delay; the best of some s.
 *
 * @throws RangeError when `lossRate` or `rttMs` cannot be.
 */
export function heartbeatBound(
  transport: Pick<Transport, "wire">,
  policy: Policy,
  path: MeasuredPath,
): JudgedPrediction {
  const predicted = predict(transport, policy, path);
  const { rttMs, jitterMs = 0, lossRate = 0, timerSlackMs = 2 } = path;
  const full = { rttMs, jitterMs, lossRate, timerSlackMs };
  const { wire } = transport;
  const { suspectAfterMs, deadAfterMs } = policy;
  const evidencePerHour = HOUR_MS / (policy.intervalMs * JITTER_MEAN);
  const doubts = silenceChance(wire, policy, full, suspectAfterMs) * evidencePerHour;
  const confirming = doubts * probesPerDoubt(policy, full);
  const asked = traffic(wire, policy, full, predicted);
  const { best, mean, worst } = predicted.detectionMs;
  return {
    detectionMs: { best, mean, worst: worst + lateEvidenceMs(wire, path) },
    ...asked,
    // Each answer to a confirming probe, too, begins a silence.
    mistakesPerHour: (evidencePerHour + confirming) * silenceChance(wire, policy, full, deadAfterMs),
  };
}

/**
 * What is sent at a pace, and because of doubts: who asks then, asks no longer at its pace. Of what is lost on the way
 * nothing comes in.
 */
function traffic(
  wire: WireCost,
  policy: Policy,
  path: FullPath,
  predicted: Prediction,
): Pick<Prediction, "framesPerHour" | "octetsPerHour"> {
  const { doubtsPerHour, probesEach, share } = estimateDoubts(policy, path, wire.loss);
  const probes = doubtsPerHour * probesEach;
  const ours = policy.mode === "listen" ? 1 : 1 - share;
  const arriving = wire.loss === "drops" ? 1 - path.lossRate : 1;
  const isEcho = policy.mode === "echo";
  const sum = (regular: TrafficPerHour, each: TrafficPerHour): TrafficPerHour => ({
    out: ours * regular.out + probes * each.out,
    in: (isEcho ? ours * arriving ** 2 : arriving) * regular.in + probes * arriving ** 2 * each.in,
  });
  const octets = (frames: readonly number[]): number => frames.reduce((total, frame) => total + frame, 0);
  return {
    framesPerHour: sum(
      predicted.framesPerHour,
      confirmingCost(wire, policy, (frames) => frames.length),
    ),
    octetsPerHour: sum(predicted.octetsPerHour, confirmingCost(wire, policy, octets)),
  };
}

/** Who beats does so with each confirming probe, too. */
function confirmingCost(
  { probe, beat }: WireCost,
  { mode }: Policy,
  measure: (frames: readonly number[]) => number,
): TrafficPerHour {
  const beats = mode === "beat" ? 1 : 0;
  return {
    out: measure(probe.out) + beats * measure(beat.out),
    in: measure(probe.in) + beats * measure(beat.in),
  };
}

function echoWay({ rttMs, jitterMs, lossRate }: FullPath): EvidenceWay {
  return { meanMs: rttMs, varianceMs2: jitterMs ** 2, loss: 1 - (1 - lossRate) ** 2 };
}

/** The chance that nothing follows a piece of evidence for `silenceMs`. */
function silenceChance(wire: WireCost, policy: Policy, path: FullPath, silenceMs: number): number {
  const { varianceMs2, meanMs, loss } = echoWay(path);
  const isEcho = policy.mode === "echo";
  const way = isEcho
    ? { meanMs, varianceMs2, loss }
    : { meanMs: meanMs / 2, varianceMs2: varianceMs2 / 2, loss: path.lossRate };
  const within = (earlyMs: number): number =>
    wire.loss === "delays"
      ? streamMissChance(silenceMs - path.timerSlackMs - policy.intervalMs - earlyMs, isEcho ? 2 : 1, path)
      : missesChance(policy, path, way, silenceMs, earlyMs);
  if (varianceMs2 === 0) return within(0);
  const worst = within(way.meanMs);
  // The last evidence was early by more than so much only with this chance.
  const shared = [2, 4, 8, 16, 32, 64].map((deviations) => {
    const earlyMs = deviations * Math.sqrt(way.varianceMs2);
    if (earlyMs >= way.meanMs) return worst;
    return within(earlyMs) + missChance(earlyMs, { ...way, loss: 0 }) * worst;
  });
  return Math.min(worst, ...shared);
}

/** Datagrams: each heartbeat due within the silence is a chance of its own. The evidence before came early. */
function missesChance(
  policy: Policy,
  path: FullPath,
  way: EvidenceWay,
  silenceMs: number,
  earlyMs: number,
): number {
  const { intervalMs, suspectAfterMs, mode } = policy;
  const leftMs = silenceMs - path.timerSlackMs;
  // Suspicion replaces our regular probes; those already under way may still be answered.
  const lastMs = mode === "echo" ? suspectAfterMs + way.meanMs - earlyMs : Number.POSITIVE_INFINITY;
  let chance = 1;
  for (let dueMs = intervalMs; dueMs <= lastMs && dueMs + earlyMs < leftMs; dueMs += intervalMs) {
    chance *= missChance(leftMs - dueMs - earlyMs, way);
  }
  const echo = echoWay(path);
  const trustedMs = (policy.deadAfterMs - suspectAfterMs) / TRUSTED_CONFIRMING_PROBES;
  const waitMs = confirmWaitMs(policy, Math.max(policy.confirmIntervalMs, trustedMs));
  for (let dueMs = suspectAfterMs + echo.meanMs; dueMs < leftMs; dueMs += waitMs) {
    chance *= missChance(leftMs - dueMs, echo);
  }
  return chance;
}

/** How many confirming probes a suspicion of a living peer takes at most: until one is answered, and one planned. */
function probesPerDoubt(policy: Policy, path: FullPath): number {
  const phaseMs = policy.deadAfterMs - policy.suspectAfterMs;
  const waitMs = confirmWaitMs(policy, policy.confirmIntervalMs);
  const echo = echoWay(path);
  let probes = policy.mode === "listen" ? 0 : 1;
  for (let sentMs = 0; sentMs < phaseMs; sentMs += waitMs) {
    let unheard = 1;
    for (let earlierMs = 0; earlierMs < sentMs; earlierMs += waitMs) {
      unheard *= missChance(sentMs - earlierMs - echo.meanMs, echo);
    }
    probes += unheard;
  }
  return probes;
}

/** Suspicion hastens sending, and never slows it. */
function confirmWaitMs({ mode, intervalMs }: Policy, confirmIntervalMs: number): number {
  return mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, intervalMs);
}
