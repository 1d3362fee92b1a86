import { setTimeout as delay } from "node:timers/promises";
import { monotonicMs } from "../lab/clock.js";

/** A sender that fell behind catches up at this many beats a wake-up, so as not to flood the receiver. */
const MAX_BURST = 300;

/** What a load generator did. */
export interface PaceReport {
  readonly sent: number;
  /** The longest time by which it was behind its own schedule. */
  readonly maxLagMs: number;
}

/**
 * Sends at a steady rate: once a millisecond, what is due since. Keeps a record, so that it can be said
 * afterwards how much was sent between any two instants.
 */
export class Pacer {
  readonly #perMs: number;
  readonly #send: (slot: number) => void;
  readonly #burstOver: () => void;
  readonly #atMs: number[] = [];
  readonly #sentBefore: number[] = [];
  #sent = 0;
  #maxLagMs = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  /**
   * @param send sends what is due at a slot, numbered from 0; slots come at the rate
   * @param burstOver called after the slots of one wake-up
   */
  constructor(perSecond: number, send: (slot: number) => void, burstOver: () => void = () => {}) {
    this.#perMs = perSecond / 1000;
    this.#send = send;
    this.#burstOver = burstOver;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<PaceReport> {
    this.#stopped = true;
    await this.#running;
    return { sent: this.#sent, maxLagMs: this.#maxLagMs };
  }

  /** How many slots passed between two instants, to a burst exactly. */
  sentBetween(fromMs: number, toMs: number): number {
    return this.#sentUntil(toMs) - this.#sentUntil(fromMs);
  }

  #sentUntil(atMs: number): number {
    const index = this.#atMs.findIndex((burstMs) => burstMs >= atMs);
    return index < 0 ? this.#sent : this.#sentBefore[index]!;
  }

  async #run(): Promise<void> {
    const startMs = monotonicMs();
    while (!this.#stopped) {
      const nowMs = monotonicMs();
      const due = Math.floor((nowMs - startMs) * this.#perMs) - this.#sent;
      this.#maxLagMs = Math.max(this.#maxLagMs, due / this.#perMs);
      this.#atMs.push(nowMs);
      this.#sentBefore.push(this.#sent);
      for (let count = Math.min(due, MAX_BURST); count > 0; count--) this.#send(this.#sent++);
      this.#burstOver();
      await delay(1);
    }
  }
}
