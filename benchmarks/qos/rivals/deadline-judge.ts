import type { Arrival, Judge } from "../judge.js";

/**
 * A detector that is nothing but a timer, set anew by each heartbeat: when it fires the peer is suspected, until it is
 * heard again. It does not know of stalls.
 */
export class DeadlineJudge implements Judge {
  trusts = false;
  wakeMs = Number.POSITIVE_INFINITY;
  readonly #deadlineOf: (arrival: Arrival, nowMs: number) => number;

  /** @param deadlineOf when the timer fires, unless something is heard before */
  constructor(deadlineOf: (arrival: Arrival, nowMs: number) => number) {
    this.#deadlineOf = deadlineOf;
  }

  heard(arrival: Arrival, nowMs: number): void {
    this.trusts = true;
    this.wakeMs = this.#deadlineOf(arrival, nowMs);
  }

  woke(): void {
    this.trusts = false;
    this.wakeMs = Number.POSITIVE_INFINITY;
  }
}
