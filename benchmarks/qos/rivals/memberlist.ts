import type { Arrival, Judge, JudgeFactory } from "../judge.js";

/** memberlist's DefaultLANConfig. */
export const MEMBERLIST_DEFAULTS = {
  intervalMs: 1000,
  suspicionMult: 4,
  suspicionMaxTimeoutMult: 6,
  awarenessMax: 8,
} as const;

/** Options of {@link memberlist}. */
export interface MemberlistOptions {
  /** ProbeInterval. */
  readonly intervalMs: number;
  readonly suspicionMult: number;
  /** How many nodes the cluster has. */
  readonly nodes: number;
  /** AwarenessMaxMultiplier. */
  readonly awarenessMax: number;
}

/** The shortest suspicion of a cluster of so many nodes: mult × max(1, log10 n) × interval (memberlist, util.go). */
export function suspicionMs(
  options: Pick<MemberlistOptions, "intervalMs" | "suspicionMult" | "nodes">,
): number {
  return options.suspicionMult * Math.max(1, Math.log10(Math.max(1, options.nodes))) * options.intervalMs;
}

/**
 * SWIM as memberlist has it (state.go, suspicion.go, awareness.go), of one path: a beat of the trace stands for the ack
 * of a probe. Without one for a probe interval, stretched by our own health, the peer is suspect; without any word of it
 * for the suspicion's time it is dead. Each failed probe makes our health worse by one, each ack better.
 *
 * Not modelled: the ping over TCP that memberlist sends beside its indirect probes unless `DisableTcpPings` is set. Loss
 * would make it late, not lose it, and a trace of datagrams does not say how late; with it, loss makes fewer suspects.
 *
 * Of one path only: no indirect probes, and nobody confirms a suspicion; both need other members' paths. With fewer
 * than two possible confirmers the suspicion's time is its shortest from the start, which is what is modelled.
 */
export function memberlist(options: MemberlistOptions): JudgeFactory {
  return () => new Swim(options);
}

class Swim implements Judge {
  trusts = false;
  wakeMs = Number.POSITIVE_INFINITY;
  readonly #options: MemberlistOptions;
  #state: "idle" | "probing" | "suspect" = "idle";
  /** The awareness score: 0 is healthy. */
  #score = 0;

  constructor(options: MemberlistOptions) {
    this.#options = options;
  }

  heard(_: Arrival, nowMs: number): void {
    const { intervalMs } = this.#options;
    this.#score = Math.max(0, this.#score - 1);
    this.#state = "probing";
    this.trusts = true;
    // The next probe goes out an interval later, and has another to be answered in, stretched by our health.
    this.wakeMs = nowMs + intervalMs + (this.#score + 1) * intervalMs;
  }

  woke(nowMs: number): void {
    const { awarenessMax } = this.#options;
    if (this.#state === "probing") {
      this.#score = Math.min(awarenessMax - 1, this.#score + 1);
      this.#state = "suspect";
      this.wakeMs = nowMs + suspicionMs(this.#options);
      return;
    }
    this.#state = "idle";
    this.trusts = false;
    this.wakeMs = Number.POSITIVE_INFINITY;
  }
}
