import { logNormalTail, normalTailQuantile } from "./normal-tail.js";

/**
 * How gaps are taken to be distributed. `normal`: around their mean, as those of heartbeats are.
 * `exponential`: without memory, each instant as likely as the next; far too wide for periodic heartbeats,
 * and so slow and safe.
 */
export type ArrivalModelName = "normal" | "exponential";

/** A family of distributions with a location and a scale. */
export interface ArrivalModel {
  /** The φ at which {@link phiAccrual} calls dead, and suspect, by default. */
  readonly deadPhi: number;
  readonly suspectPhi: number;
  /** ln P(gap > location + x × scale). */
  logTail(x: number): number;
  /** The inverse of `logTail`, of any negative number. */
  quantile(logTail: number): number;
  locationMs(meanMs: number): number;
  scaleMs(meanMs: number, sigmaMs: number): number;
}

/** All of them, by name. */
export const ARRIVAL_MODELS: Readonly<Record<ArrivalModelName, ArrivalModel>> = {
  normal: {
    deadPhi: 8,
    suspectPhi: 3,
    logTail: logNormalTail,
    quantile: normalTailQuantile,
    locationMs: (meanMs) => meanMs,
    scaleMs: (_meanMs, sigmaMs) => sigmaMs,
  },
  exponential: {
    deadPhi: 3,
    suspectPhi: 1,
    logTail: (x) => -x,
    quantile: (logTail) => -logTail,
    locationMs: () => 0,
    scaleMs: (meanMs) => meanMs,
  },
};
