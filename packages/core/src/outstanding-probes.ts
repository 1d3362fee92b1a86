import { nextSerial } from "./serial.js";

/** How many unanswered probes are remembered; the echo to an older one is unsolicited. */
export const MAX_OUTSTANDING_PROBES = 32;

const ANSWERED = -1;

/**
 * The probes that wait for their echoes. Sequence numbers are consecutive, so the times of sending are all
 * that is stored: one number in the common case, {@link MAX_OUTSTANDING_PROBES} at most.
 */
export class OutstandingProbes {
  #oldestSeq: number;
  #nextSeq: number;
  /** When each probe from #oldestSeq on was sent; ANSWERED when done with, NaN when a stall spoilt its RTT. */
  readonly #sentAtMs: number[] = [];

  constructor(firstSeq: number) {
    this.#oldestSeq = firstSeq;
    this.#nextSeq = firstSeq;
  }

  /** Remembers a probe sent now and returns its number. */
  sent(nowMs: number): number {
    const seq = this.#nextSeq;
    this.#nextSeq = nextSerial(seq);
    this.#sentAtMs.push(nowMs);
    if (this.#sentAtMs.length > MAX_OUTSTANDING_PROBES) this.#forgetOldest();
    return seq;
  }

  /**
   * Takes an echo: its round-trip time, NaN when that is spoilt, or `undefined` when no such probe waits
   * (never sent, answered before, or forgotten).
   */
  answered(seq: number, nowMs: number): number | undefined {
    const index = (seq - this.#oldestSeq) >>> 0;
    const sentAtMs = this.#sentAtMs[index];
    if (sentAtMs === undefined || sentAtMs === ANSWERED) return undefined;
    this.#sentAtMs[index] = ANSWERED;
    while (this.#sentAtMs[0] === ANSWERED) this.#forgetOldest();
    return nowMs - sentAtMs;
  }

  /** After a local stall the echoes still count as evidence, but not as measurements. */
  spoilRoundTrips(): void {
    for (let index = 0; index < this.#sentAtMs.length; index++) {
      if (this.#sentAtMs[index] !== ANSWERED) this.#sentAtMs[index] = Number.NaN;
    }
  }

  #forgetOldest(): void {
    this.#sentAtMs.shift();
    this.#oldestSeq = nextSerial(this.#oldestSeq);
  }
}
