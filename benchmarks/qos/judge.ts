/** A heartbeat as the judge's process reads it. */
export interface Arrival {
  /** `beat`: sent by the peer itself; `echo`: its answer to a probe. */
  readonly kind: "beat" | "echo";
  /** Of the beat, or of the probe that it answers. */
  readonly seq: number;
  /** When the peer sent the beat, or we sent the probe. */
  readonly sentMs: number;
}

/**
 * A failure detector at work on one peer, driven by {@link replay}. Its output is Chen's: at any instant it trusts the
 * peer or suspects it. Times are one monotonic clock's.
 */
export interface Judge {
  /** Whether its output is T(rust). */
  readonly trusts: boolean;
  /** When its timer is due; Infinity: no timer. */
  readonly wakeMs: number;
  heard(arrival: Arrival, nowMs: number): void;
  /** The timer fired, at `nowMs` or because the process could not run sooner. {@link wakeMs} is later afterwards. */
  woke(nowMs: number): void;
  /**
   * The process did not run for `stalledMs` after its timer was due. Present in judges whose driver notices that, and
   * lets pending input in before the timer's work is done; the others have Node's order: timers first, then input.
   */
  stalled?(stalledMs: number, nowMs: number): void;
}

/** What a judge may do to the network. */
export interface Probing {
  /** Sends a probe; its echo arrives, or does not. */
  probe(seq: number, nowMs: number): void;
}

/** Starts a judge that has heard nothing yet. */
export type JudgeFactory = (startMs: number, network: Probing) => Judge;
