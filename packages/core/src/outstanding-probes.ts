import { nextSerial } from "./serial.js";

/** How many unanswered probes are remembered; the echo to an older one is unsolicited. */
export const MAX_OUTSTANDING_PROBES = 32;

const ANSWERED = -1;

/**
 * The probes that wait for their echoes. Sequence numbers are consecutive, so the times of sending are all that
 * is stored, in a ring: one number in the common case, {@link MAX_OUTSTANDING_PROBES} at most.
 */
export class OutstandingProbes {
  #oldestSeq: number;
  #nextSeq: number;
  /** When each probe was sent, at the low bits of its number; ANSWERED, or NaN when a stall spoilt its RTT. */
  #sentAtMs: number[] = [Number.NaN];

  constructor(firstSeq: number) {
    this.#oldestSeq = firstSeq;
    this.#nextSeq = firstSeq;
  }

  /** Remembers a probe sent now and returns its number. */
  sent(nowMs: number): number {
    if (this.#waiting === this.#sentAtMs.length) {
      if (this.#waiting < MAX_OUTSTANDING_PROBES) this.#grow();
      else this.#oldestSeq = nextSerial(this.#oldestSeq);
    }
    const seq = this.#nextSeq;
    this.#nextSeq = nextSerial(seq);
    this.#sentAtMs[this.#place(seq)] = nowMs;
    return seq;
  }

  /**
   * Takes an echo: its round-trip time, NaN when that is spoilt, or `undefined` when no such probe waits
   * (never sent, answered before, or forgotten).
   */
  answered(seq: number, nowMs: number): number | undefined {
    if ((seq - this.#oldestSeq) >>> 0 >= this.#waiting) return undefined;
    const sentAtMs = this.#sentAtMs[this.#place(seq)]!;
    if (sentAtMs === ANSWERED) return undefined;
    this.#sentAtMs[this.#place(seq)] = ANSWERED;
    while (this.#waiting > 0 && this.#sentAtMs[this.#place(this.#oldestSeq)] === ANSWERED) {
      this.#oldestSeq = nextSerial(this.#oldestSeq);
    }
    return nowMs - sentAtMs;
  }

  /** After a local stall the echoes still count as evidence, but not as measurements. */
  spoilRoundTrips(): void {
    for (let seq = this.#oldestSeq; seq !== this.#nextSeq; seq = nextSerial(seq)) {
      const place = this.#place(seq);
      if (this.#sentAtMs[place] !== ANSWERED) this.#sentAtMs[place] = Number.NaN;
    }
  }

  /** From the oldest one that waits to the newest. */
  get #waiting(): number {
    return (this.#nextSeq - this.#oldestSeq) >>> 0;
  }

  #place(seq: number): number {
    return seq & (this.#sentAtMs.length - 1);
  }

  #grow(): void {
    const before = this.#sentAtMs;
    this.#sentAtMs = new Array<number>(2 * before.length).fill(Number.NaN);
    for (let seq = this.#oldestSeq; seq !== this.#nextSeq; seq = nextSerial(seq)) {
      this.#sentAtMs[this.#place(seq)] = before[seq & (before.length - 1)]!;
    }
  }
}
