import type { Arrival, Judge } from "../judge.js";

/** What a {@link PollingJudge} asks. */
export interface Polled {
  heard(arrival: Arrival, nowMs: number): void;
  /** Whether the peer is suspected at this poll. Called once a poll. */
  suspects(nowMs: number): boolean;
}

/**
 * A detector that is asked at regular instants, from a phase of its own. What falls on a stall is asked once, at its
 * end. Nothing is judged before something was heard.
 */
export class PollingJudge implements Judge {
  trusts = false;
  #wakeMs = Number.POSITIVE_INFINITY;
  readonly #startMs: number;
  readonly #periodMs: number;
  readonly #polled: Polled;

  constructor(startMs: number, periodMs: number, polled: Polled) {
    this.#startMs = startMs;
    this.#periodMs = periodMs;
    this.#polled = polled;
  }

  get wakeMs(): number {
    return this.#wakeMs;
  }

  heard(arrival: Arrival, nowMs: number): void {
    if (this.#wakeMs === Number.POSITIVE_INFINITY) this.#plan(nowMs);
    this.#polled.heard(arrival, nowMs);
    this.trusts = true;
  }

  woke(nowMs: number): void {
    if (this.#polled.suspects(nowMs)) this.trusts = false;
    this.#plan(nowMs);
  }

  #plan(nowMs: number): void {
    const polls = Math.floor((nowMs - this.#startMs) / this.#periodMs + 1e-9) + 1;
    this.#wakeMs = this.#startMs + polls * this.#periodMs;
  }
}
