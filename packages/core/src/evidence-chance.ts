import type { Path } from "./prediction.js";

/** A {@link Path} as it is measured: `avg` and `mdev` of `ping` are enough, and half of its packet loss, which is both ways'. */
export interface MeasuredPath extends Path {
  /** The standard deviation of the round trip, whatever its distribution. Default 0. */
  readonly jitterMs?: number;
  /** The path may be gone for so long and come back: that is no death. Default 0. */
  readonly outageMs?: number;
  /**
   * What stands between forgets a connection that is idle for so long, as a NAT, a firewall or a load balancer
   * does: heartbeats go out twice as often at least. Default Infinity.
   */
  readonly forgetsAfterMs?: number;
}

/** One way of evidence, from the sending of what asks for it to its arrival. */
export interface EvidenceWay {
  readonly meanMs: number;
  readonly varianceMs2: number;
  /** That a frame on the way is lost. */
  readonly loss: number;
}

/** How likely it is that evidence has not arrived `leftMs` after its mean time. */
export type MissChance = (leftMs: number, way: EvidenceWay) => number;

/**
 * At most so likely is it that evidence has not arrived `leftMs` after its mean time: lost, or later than that.
 * With loss p and variance V, of whatever distribution: (V + p·x²) / (V + x²).
 *
 * Source: Chen, Toueg, Aguilera, On the Quality of Service of Failure Detectors, IEEE Transactions on Computers
 * 51(5), 2002, sections 4 and 5: the one-sided (Cantelli) inequality.
 */
export function missChance(leftMs: number, { loss, varianceMs2 }: EvidenceWay): number {
  if (!(leftMs > 0)) return 1;
  return (varianceMs2 + loss * leftMs ** 2) / (varianceMs2 + leftMs ** 2);
}

/** TCP_RTO_MIN, include/net/tcp.h: the least that a smoothed round trip is lengthened by to be a time-out. */
const RTO_MARGIN_MS = 200;
/** TCP takes four mean deviations (RFC 6298, section 2). */
const RTO_DEVIATIONS = 4;
/** Linux's retransmission time-out on such a path (RFC 6298, with TCP_RTO_MIN as the kernel applies it). */
export function retransmissionTimeoutMs(rttMs: number, jitterMs: number): number {
  return rttMs + Math.max(RTO_MARGIN_MS, RTO_DEVIATIONS * jitterMs);
}

/**
 * How long an outage seems: in a stream what was lost is sent again at doubling intervals, and so comes up to as much
 * later as the outage was long, and one time-out.
 */
export function apparentOutageMs(loss: "drops" | "delays", path: MeasuredPath): number {
  const { rttMs, jitterMs = 0, outageMs = 0 } = path;
  if (loss === "drops" || outageMs === 0) return outageMs;
  return 2 * outageMs + retransmissionTimeoutMs(rttMs, jitterMs);
}

/**
 * An estimate of how likely it is that what was written into a TCP stream has not come back (or, one way, not
 * arrived) `leftMs` after its mean time. What is lost is sent again after a time-out that doubles: the k-th copy is
 * late by R(2^k − 1), R being {@link retransmissionTimeoutMs}. Nothing written later can arrive before it, so later heartbeats do not help.
 *
 * Approximation error: tail loss probes and selective acknowledgements make the kernel quicker than that; loss that
 * raised its R makes it slower.
 */
export function streamMissChance(
  leftMs: number,
  ways: 1 | 2,
  path: { readonly rttMs: number; readonly jitterMs: number; readonly lossRate: number },
  miss: MissChance = missChance,
): number {
  const { lossRate, jitterMs } = path;
  const timeoutMs = retransmissionTimeoutMs(path.rttMs, jitterMs);
  // Running on from copy to copy: a search asks this a million times.
  const nextLateMs = (lateMs: number): number => 2 * lateMs + timeoutMs;
  const way = { meanMs: 0, varianceMs2: (jitterMs ** 2 * ways) / 2, loss: lossRate };
  const lastWay = (restMs: number): number => {
    let chance = 1;
    for (let lateMs = 0; lateMs < restMs; lateMs = nextLateMs(lateMs)) chance *= miss(restMs - lateMs, way);
    return chance;
  };
  if (ways === 1) return lastWay(leftMs);
  let chance = 0;
  // That this copy, or a later one, is the first to get through on the first way.
  let reached = 1;
  for (let lateMs = 0; lateMs < leftMs; lateMs = nextLateMs(lateMs)) {
    chance += (1 - lossRate) * reached * lastWay(leftMs - lateMs);
    reached *= lossRate;
  }
  chance += reached;
  return Math.min(1, chance);
}
