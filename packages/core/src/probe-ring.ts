import { nextSerial } from "./serial.js";

/** How many unanswered probes are remembered; the echo to an older one is unsolicited. */
export const MAX_OUTSTANDING_PROBES = 32;

const ANSWERED = -1;

/**
 * Several probes that wait for their echoes. Sequence numbers are consecutive, so the times of sending are all that is
 * stored, in a ring that grows up to {@link MAX_OUTSTANDING_PROBES}.
 */
export class ProbeRing {
  #oldestSeq: number;
  #nextSeq: number;
  /** When each probe was sent, at the low bits of its number; ANSWERED, or NaN when a stall spoilt its RTT. */
  #sentAtMs: number[];

  /** Begins with one that waits. */
  constructor(seq: number, sentAtMs: number) {
    this.#oldestSeq = seq;
    this.#nextSeq = nextSerial(seq);
    this.#sentAtMs = [sentAtMs];
  }

  /** Whether none waits any more. */
  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** Remembers the next probe, sent now. */
  sent(nowMs: number): void {
    if (this.#waiting === this.#sentAtMs.length) {
      if (this.#waiting < MAX_OUTSTANDING_PROBES) this.#grow();
      else this.#oldestSeq = nextSerial(this.#oldestSeq);
    }
    this.#sentAtMs[this.#place(this.#nextSeq)] = nowMs;
    this.#nextSeq = nextSerial(this.#nextSeq);
  }

  /** Takes an echo: its round-trip time, NaN when that is spoilt, or `undefined` when no such probe waits. */
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
