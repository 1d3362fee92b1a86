import type { Peer } from "./transport.js";

/** TCP keepalive in the kernel's own words, in milliseconds. */
export interface KeepaliveSettings {
  /** Silence before the first probe. 1 to 32 767 000; the kernel counts whole seconds, so it is rounded up. */
  readonly idleMs: number;
  /** Between unanswered probes. 1 to 32 767 000, rounded up to whole seconds. */
  readonly intervalMs: number;
  /** Unanswered probes until the kernel gives up: 1 to 127. */
  readonly probes: number;
  /** TCP_USER_TIMEOUT: how long sent data may stay unacknowledged; 0 or absent leaves the system's way. */
  readonly userTimeoutMs?: number;
}

/**
 * How the two ends share the work: `echo`, we probe and the peer answers; `beat`, we beat, and expect the
 * peer's beats; `listen`, we say nothing by ourselves and expect the peer's beats (or the kernel's verdict).
 */
export type PolicyMode = "echo" | "beat" | "listen";

/**
 * When to send, when silence is suspect, when it is death. Durations, no clock; thresholds, so that nothing
 * has to poll. A policy may change its thresholds in {@link observe} and {@link announced} only.
 */
export interface Policy {
  /** Such as "fixed-timeout". */
  readonly name: string;
  readonly mode: PolicyMode;
  /** Between our own probes or beats; in mode `listen` the interval expected of the peer. May be Infinity. */
  readonly intervalMs: number;
  /** Silence that makes a peer suspect. May be Infinity. */
  readonly suspectAfterMs: number;
  /** Silence that makes it dead. At least `suspectAfterMs`. May be Infinity. */
  readonly deadAfterMs: number;
  /** While suspect, probe this often. Infinity: no confirming probes. */
  readonly confirmIntervalMs: number;
  /** In mode `echo`: probe only a peer of whom nothing was heard for an interval. Default false. */
  readonly demand?: boolean;
  /** Set when the kernel decides: the settings that {@link Policy} trusts. */
  readonly kernel?: KeepaliveSettings;
  /** A gap between two pieces of evidence, local stalls taken out. Absent: gaps teach it nothing. */
  observe?(gapMs: number): void;
  /** The peer promises to beat at another interval than before. Absent: promises mean nothing to it. */
  announced?(intervalMs: number): void;
  /** The peer asks not to be sent heartbeats more often than this; 0: no longer. Absent: it asks in vain. */
  limited?(minReceiveMs: number): void;
}

/**
 * Makes a policy for one link: what one link teaches it must not judge another. At a server it is told for which
 * peer, so that whoever wants to look at a peer's policy, as at its φ, can keep it.
 */
export type PolicyFactory = (peer?: Peer) => Policy;
