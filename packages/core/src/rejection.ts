/** Why octets are no heartbeat of version 0. */
export type MalformedReason =
  | "empty"
  | "truncated"
  | "unknown-version"
  | "reserved-bits"
  | "empty-payload"
  | "trailing-octets"
  | "bad-envelope";

/** Octets that decode to no heartbeat. */
export interface Malformed {
  readonly kind: "malformed";
  readonly reason: MalformedReason;
}

/**
 * A frame that was counted and dropped. It never counts as evidence of life and never ends a link by itself;
 * a transport whose peer sends nothing but such frames may close with the cause `protocol`.
 */
export type FrameRejection =
  | Malformed
  /** Longer than this transport carries; the excess was skipped, not stored. */
  | { readonly kind: "oversized"; readonly octets: number; readonly limitOctets: number }
  /** A beat or probe that is not newer than the newest seen: replayed, duplicated or overtaken. */
  | { readonly kind: "stale"; readonly seq: number; readonly newestSeq: number }
  /** An echo to a probe that was never sent, was already answered, or is too old to be remembered. */
  | { readonly kind: "unsolicited-echo"; readonly seq: number }
  /** Above the rate that this end asked for, and far enough to be no jitter. */
  | { readonly kind: "too-frequent"; readonly minReceiveMs: number }
  /** Of a session that has ended: a stray from before its `bye` or the peer's restart, or of a peer that was refused. */
  | { readonly kind: "ended-session"; readonly session: number }
  /** A new peer beyond the bound on peers. */
  | { readonly kind: "too-many-peers"; readonly limit: number };

/** At which totals rejections are told, so that a flood stays a trickle. */
export function isPowerOfTwo(total: number): boolean {
  return Math.log2(total) % 1 === 0;
}

/** What {@link FrameRejection} calls its kinds, for counters. */
export type RejectionKind = FrameRejection["kind"];
