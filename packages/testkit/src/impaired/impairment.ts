import { requireDurationMs } from "@heartwire/core";

/** What happens to each heartbeat on its way, in each direction on its own. */
export interface Impairment {
  /** An integer from 0: the same seed gives the same fate to the same sequence of heartbeats. */
  readonly seed: number;
  /** How long the way takes at least, one way. 0 if absent. */
  readonly delayMs?: number;
  /** How much longer at random; see {@link jitterDistribution}. 0 if absent. */
  readonly jitterMs?: number;
  /**
   * `uniform`: from 0 to jitterMs, each equally likely. `exponential`: jitterMs is the mean, and there is no
   * longest: the model of a queue. `uniform` if absent.
   */
  readonly jitterDistribution?: "uniform" | "exponential";
  /** The probability that one transmission is lost. 0 if absent. */
  readonly loss?: number;
  /** The probability that a heartbeat arrives twice. 0 if absent. Not in an ordered path. */
  readonly duplicate?: number;
  /** The probability that a heartbeat is held up by {@link reorderMs}, so that others overtake it. 0 if absent. */
  readonly reorder?: number;
  /** How long such a heartbeat is held up. Needed with {@link reorder}. */
  readonly reorderMs?: number;
  /**
   * `datagrams`: what is lost is lost, and delays may change the order. `stream`: order is kept, and loss
   * becomes delay, for a lost transmission is repeated after {@link retransmitMs}, then after twice as long
   * and so on. `datagrams` if absent.
   */
  readonly path?: "datagrams" | "stream";
  /** The first retransmission timeout of a stream. 200 if absent: Linux's least (TCP_RTO_MIN). */
  readonly retransmitMs?: number;
}

/** An {@link Impairment} with nothing left open. */
export type CompleteImpairment = Required<Impairment>;

const NONE = {
  delayMs: 0,
  jitterMs: 0,
  jitterDistribution: "uniform",
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reorderMs: 0,
  path: "datagrams",
  retransmitMs: 200,
} as const;

/** @throws RangeError or TypeError naming the option that cannot be. */
export function completeImpairment(impairment: Impairment): CompleteImpairment {
  const complete = { ...NONE, ...impairment };
  for (const name of ["delayMs", "jitterMs", "reorderMs"] as const) {
    requireDurationMs(name, complete[name], 0, Number.MAX_SAFE_INTEGER);
  }
  requireDurationMs("retransmitMs", complete.retransmitMs, 1, Number.MAX_SAFE_INTEGER);
  for (const name of ["loss", "duplicate", "reorder"] as const) {
    const value = complete[name];
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must be a probability, not ${value}`);
  }
  if (complete.reorder > 0 && complete.reorderMs === 0) {
    throw new RangeError("reorderMs must be above 0 where reorder is, not 0");
  }
  if (complete.path === "stream" && (complete.duplicate > 0 || complete.reorder > 0)) {
    throw new TypeError("a stream neither duplicates nor reorders: duplicate and reorder must be 0");
  }
  return complete;
}
