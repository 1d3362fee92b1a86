import { type MissChance, streamMissChance } from "./evidence-chance.js";
import { JITTER_MEAN, JITTER_SIGMA } from "./pacing.js";
import type { Policy } from "./policy.js";

/** What {@link estimateDoubts} needs to know of a path. */
export interface DoubtPath {
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly lossRate: number;
}

/** How often a living peer is suspect on the mean, and what that takes. */
export interface DoubtEstimate {
  readonly doubtsPerHour: number;
  /** Confirming probes of each: until the first evidence or the verdict, and of one that is planned then its part. */
  readonly probesEach: number;
  /** The share of time that is spent in doubt. */
  readonly share: number;
}

const HOUR_MS = 3_600_000;
/** Beyond so many standard deviations nothing is too late, or all of it is. */
const SURELY = 6;
/** No silence that is rarer costs anything. */
const TRIFLE = 1e-9;

/** Lost, or later than `leftMs` after its mean time if delays are normally distributed. */
const normalMissChance: MissChance = (leftMs, { loss, varianceMs2 }) => {
  if (varianceMs2 === 0) return leftMs > 0 ? loss : 1;
  const z = leftMs / Math.sqrt(varianceMs2);
  if (z > SURELY) return loss;
  if (z < -SURELY) return 1;
  const tail = roughNormalTail(Math.abs(z));
  return loss + (1 - loss) * (z > 0 ? tail : 1 - tail);
};

/** P(Z > z) for z from 0 on, within 1e-5 (Abramowitz and Stegun, 26.2.16): a search asks for it a million times. */
function roughNormalTail(z: number): number {
  const t = 1 / (1 + 0.33267 * z);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.4361836 + t * (0.937298 * t - 0.1201676));
}

/**
 * An estimate of how often heartbeats of `policy` leave a living peer suspect: silences without memory, each begun by a
 * piece of evidence, in which every heartbeat due is lost or late on its own.
 *
 * Approximation error: delays and waits are taken as normally distributed, and losses as independent. Held
 * against simulation (normal and exponential delays, a loss of up to 30 %), all that is sent is within 15 % of the truth;
 * at a loss of 50 % a third of a listener's probes is missed. In mode `beat` a peer that judges as well asks on its own
 * account, which is not counted.
 */
export function estimateDoubts(policy: Policy, path: DoubtPath, loss: "drops" | "delays"): DoubtEstimate {
  const { suspectAfterMs, deadAfterMs } = policy;
  const silence = silenceOf(policy, path, loss);
  const spacingMs = policy.intervalMs * JITTER_MEAN;
  const doubted = silence(suspectAfterMs, 0);
  if (doubted < TRIFLE) return { doubtsPerHour: 0, probesEach: 0, share: 0 };
  const waitMs = confirmWaitMs(policy);
  let probesEach = 0;
  let doubtMs = 0;
  for (let sentMs = 0; sentMs < deadAfterMs - suspectAfterMs; sentMs += waitMs) {
    const lasting = silence(suspectAfterMs + sentMs, sentMs) / doubted;
    if (lasting < TRIFLE) break;
    probesEach += lasting;
    doubtMs += lasting * Math.min(waitMs, deadAfterMs - suspectAfterMs - sentMs);
  }
  const doubtsPerHour = doubted * silencesPerHour();
  return {
    doubtsPerHour,
    probesEach: probesEach + plannedPart(policy, path),
    share: Math.min(1, (doubtsPerHour * doubtMs) / HOUR_MS),
  };

  function silencesPerHour(): number {
    // Beats keep to their own pace, whatever we ask in between.
    if (policy.mode !== "echo") return (HOUR_MS / spacingMs) * (loss === "drops" ? 1 - path.lossRate : 1);
    // In a stream nothing that follows is sooner than what was lost.
    if (loss === "delays") return HOUR_MS / (spacingMs + doubted * doubtMs);
    // From a piece of evidence to the next: what is left of each spacing while nothing has come.
    let gapMs = doubted * doubtMs;
    for (let atMs = 0, still = 1; atMs < suspectAfterMs && still > TRIFLE; atMs += spacingMs) {
      still = silence(atMs, 0);
      gapMs += still * Math.min(spacingMs, suspectAfterMs - atMs);
    }
    return HOUR_MS / gapMs;
  }
}

/** When the answer comes, one more is planned; it goes out sooner than at its pace by what was waited since the last. */
function plannedPart({ mode, suspectAfterMs, intervalMs }: Policy, { rttMs }: DoubtPath): number {
  if (mode === "listen") return 0;
  if (mode === "beat") return 0.5;
  const spacingMs = intervalMs * JITTER_MEAN;
  return 1 - (Math.max(0, suspectAfterMs - rttMs) % spacingMs) / spacingMs;
}

/** The chance of a silence of so long, of which it was asked again for `askedMs`. */
function silenceOf(
  policy: Policy,
  path: DoubtPath,
  loss: "drops" | "delays",
): (silentMs: number, askedMs: number) => number {
  const { mode, intervalMs, suspectAfterMs } = policy;
  const { rttMs, jitterMs, lossRate } = path;
  const spacingMs = intervalMs * JITTER_MEAN;
  const isEcho = mode === "echo";
  if (loss === "delays") {
    const ways = isEcho ? 2 : 1;
    return (silentMs) =>
      silentMs < spacingMs ? 1 : streamMissChance(silentMs - spacingMs, ways, path, normalMissChance);
  }
  const echoLoss = 1 - (1 - lossRate) ** 2;
  // Both the evidence before and the one awaited may be early or late.
  const varianceMs2 = jitterMs ** 2 * (isEcho ? 2 : 1);
  const wait = (JITTER_SIGMA * intervalMs) ** 2;
  // Suspicion replaces our regular probes; those under way may still be answered.
  const lastMs = isEcho ? suspectAfterMs + rttMs : Number.POSITIVE_INFINITY;
  const confirmMs = confirmWaitMs(policy);
  return (silentMs, askedMs) => {
    let chance = 1;
    for (let nth = 1; chance > TRIFLE && nth * spacingMs <= lastMs; nth++) {
      const way = {
        loss: isEcho ? echoLoss : lossRate,
        meanMs: 0,
        varianceMs2: varianceMs2 + nth * wait,
      };
      const miss = normalMissChance(silentMs - nth * spacingMs, way);
      if (miss === 1) break;
      chance *= miss;
    }
    if (askedMs > 0) {
      const way = { loss: echoLoss, meanMs: 0, varianceMs2: jitterMs ** 2 };
      for (let sentMs = 0; sentMs < askedMs && chance > TRIFLE; sentMs += confirmMs) {
        chance *= normalMissChance(askedMs - sentMs - rttMs, way);
      }
    }
    return chance > TRIFLE ? chance : 0;
  };
}

/** Suspicion hastens sending, and never slows it. */
function confirmWaitMs({ mode, intervalMs, confirmIntervalMs }: Policy): number {
  return mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, intervalMs * JITTER_MEAN);
}
