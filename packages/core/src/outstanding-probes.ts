import { ProbeRing } from "./probe-ring.js";
import { nextSerial } from "./serial.js";

export { MAX_OUTSTANDING_PROBES } from "./probe-ring.js";

/** Of a time of sending: nobody waits for that echo. */
const ANSWERED = Number.NEGATIVE_INFINITY;

/**
 * The probes that wait for their echoes. It is nearly always one, which takes a field; a {@link ProbeRing} is made when
 * another is sent before it is answered, and given up when all are.
 */
export class OutstandingProbes {
  #nextSeq: number;
  /** When the newest was sent, unless there is a ring; NaN when a stall spoilt its RTT. */
  #sentAtMs = ANSWERED;
  #ring: ProbeRing | undefined;

  constructor(firstSeq: number) {
    this.#nextSeq = firstSeq;
  }

  /** Remembers a probe sent now and returns its number. */
  sent(nowMs: number): number {
    const seq = this.#nextSeq;
    if (this.#ring === undefined && this.#sentAtMs !== ANSWERED) {
      this.#ring = new ProbeRing((seq - 1) >>> 0, this.#sentAtMs);
    }
    if (this.#ring === undefined) this.#sentAtMs = nowMs;
    else this.#ring.sent(nowMs);
    this.#nextSeq = nextSerial(seq);
    return seq;
  }

  /**
   * Takes an echo: its round-trip time, NaN when that is spoilt, or `undefined` when no such probe waits
   * (never sent, answered before, or forgotten).
   */
  answered(seq: number, nowMs: number): number | undefined {
    if (this.#ring !== undefined) {
      const rttMs = this.#ring.answered(seq, nowMs);
      if (this.#ring.isEmpty) {
        this.#ring = undefined;
        this.#sentAtMs = ANSWERED;
      }
      return rttMs;
    }
    const sentAtMs = this.#sentAtMs;
    if (sentAtMs === ANSWERED || nextSerial(seq) !== this.#nextSeq) return undefined;
    this.#sentAtMs = ANSWERED;
    return nowMs - sentAtMs;
  }

  /** After a local stall the echoes still count as evidence, but not as measurements. */
  spoilRoundTrips(): void {
    if (this.#ring !== undefined) this.#ring.spoilRoundTrips();
    else if (this.#sentAtMs !== ANSWERED) this.#sentAtMs = Number.NaN;
  }
}
