import type { JudgeFactory } from "../judge.js";
import { DeadlineJudge } from "./deadline-judge.js";

/** A common setting of routers; RFC 5880 names no default. */
export const BFD_CUSTOMARY = { multiplier: 3, intervalMs: 300 } as const;

/** Options of {@link bfd}. */
export interface BfdOptions {
  /** Detect Mult. */
  readonly multiplier: number;
  /** The larger of our Required Min RX and the peer's Desired Min TX Interval. */
  readonly intervalMs: number;
}

/** BFD in asynchronous mode (RFC 5880, 6.8.4): the session is down after multiplier × the agreed interval of silence. */
export function bfd({ multiplier, intervalMs }: BfdOptions): JudgeFactory {
  return () => new DeadlineJudge((_, nowMs) => nowMs + multiplier * intervalMs);
}
