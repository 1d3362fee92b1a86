import { excuseOf } from "./excuse.js";
import type { Timed } from "./timekeeper.js";

/** What an entry of a {@link BeatLedger} expects. */
export interface Routine {
  /** The beat before: what comes must be newer. A uint32. */
  readonly seq: number;
  /** What the beat before promised: what comes must promise the same. A uint32. */
  readonly intervalMs: number;
  readonly heardMs: number;
  /** Silence that changes a state. At least {@link LEAST_PATIENCE_MS}; Infinity: none does. */
  readonly patienceMs: number;
}

/** Somebody whose beats a ledger takes in while they are mere routine. */
export interface LedgerEntry extends Timed {
  /** The entry is over: this was the newest beat, and when it was heard. */
  recalled(seq: number, heardMs: number): void;
}

/** Whoever expects more is not entered: the ledger would have to be looked through too often. */
export const LEAST_PATIENCE_MS = 200;

/** Entries are looked through so many times in the shortest patience. */
const SWEEPS = 8;
const LEAST_PLACES = 64;
/** A record: when it was heard as a double, its number and its promise as int32. A quarter of a cache line. */
const WORDS = 4;
const [SEQ, INTERVAL] = [2, 3] as const;
/** Of a silence: from when it is reckoned, and what short stalls have excused of it. */
const EXCUSED_WORDS = 2;
const SHORT = 1;
/** Nobody is there. */
const FREE_HEARD = Number.NEGATIVE_INFINITY;

/**
 * Takes in the beats of thousands that live: a beat that says what the one before said moves two numbers in one flat
 * record, and touches no object. At 100 000 peers objects are cache misses, and those were two thirds of what a beat
 * cost. Nor is anybody's deadline postponed one by one: all records are looked through in one go, in the order of
 * memory, and who is near its deadline is recalled in time, to be judged as ever.
 *
 * Pure, and bounded by the number of entries: 32 to 56 octets each, 16 to 32 more from the first stall on.
 */
export class BeatLedger {
  readonly #entries: (LedgerEntry | undefined)[] = [];
  readonly #free: number[] = [];
  #numbers = new Int32Array(LEAST_PLACES * WORDS);
  #times = new Float64Array(this.#numbers.buffer);
  /** Apart, since no beat touches it. */
  #patienceMs = new Float64Array(LEAST_PLACES);
  #excused: Float64Array | undefined;
  #size = 0;
  /** The shortest patience of all, and of those seen in this round. */
  #shortestMs = Number.POSITIVE_INFINITY;
  #foundMs = Number.POSITIVE_INFINITY;
  /** The place at which the round stopped, having found enough for one turn; 0: no round is on. */
  #cursor = 0;
  #nextRoundMs = Number.POSITIVE_INFINITY;

  /** When {@link sweep} is next due, the past if it has not seen all; Infinity when empty. */
  get sweepMs(): number {
    if (this.#size === 0) return Number.POSITIVE_INFINITY;
    return this.#cursor > 0 ? Number.NEGATIVE_INFINITY : this.#nextRoundMs;
  }

  /** Enters somebody, and returns its place. */
  enter(entry: LedgerEntry, { seq, intervalMs, heardMs, patienceMs }: Routine, nowMs: number): number {
    if (this.#size === 0) {
      this.#shortestMs = this.#foundMs = this.#nextRoundMs = Number.POSITIVE_INFINITY;
      this.#cursor = 0;
    }
    const place = this.#free.pop() ?? this.#entries.length;
    this.#entries[place] = entry;
    if (place * WORDS >= this.#numbers.length) this.#grow();
    this.#size += 1;
    this.#times[(place * WORDS) / 2] = heardMs;
    this.#patienceMs[place] = patienceMs;
    this.#numbers[place * WORDS + SEQ] = seq;
    this.#numbers[place * WORDS + INTERVAL] = intervalMs;
    this.#shortestMs = Math.min(this.#shortestMs, patienceMs);
    this.#foundMs = Math.min(this.#foundMs, patienceMs);
    // Somebody heard a while ago may be due before a full round.
    this.#nextRoundMs = Math.min(this.#nextRoundMs, nowMs + patienceMs / SWEEPS, heardMs + patienceMs);
    return place;
  }

  /** Takes a beat heard now; false if it is not the routine of whoever is at this place, or nobody is. */
  take(place: number, seq: number, intervalMs: number, nowMs: number): boolean {
    const at = place * WORDS;
    if (this.#numbers[at + INTERVAL] !== (intervalMs | 0)) return false;
    // Serial number arithmetic, as isNewer.
    if (((seq - this.#numbers[at + SEQ]!) | 0) <= 0) return false;
    if (this.#times[at / 2] === FREE_HEARD) return false;
    this.#numbers[at + SEQ] = seq;
    this.#times[at / 2] = nowMs;
    return true;
  }

  /** Ends the entry at this place, tells it, and returns it. */
  recall(place: number): LedgerEntry {
    const entry = this.#entries[place];
    if (entry === undefined) throw new RangeError(`nobody is at place ${place}`);
    const at = place * WORDS;
    const seq = this.#numbers[at + SEQ]! >>> 0;
    const heardMs = this.#times[at / 2]!;
    this.#entries[place] = undefined;
    this.#times[at / 2] = FREE_HEARD;
    this.#free.push(place);
    this.#size -= 1;
    entry.recalled(seq, heardMs);
    return entry;
  }

  /**
   * Recalls who is due before it would be looked at again, but not more than `limit`: the rest is for the next call, at
   * once ({@link sweepMs}).
   */
  sweep(nowMs: number, limit = Number.POSITIVE_INFINITY): LedgerEntry[] {
    const roundMs = this.#shortestMs / SWEEPS;
    if (this.#cursor === 0) {
      this.#nextRoundMs = nowMs + roundMs;
      this.#foundMs = Number.POSITIVE_INFINITY;
    }
    const due: LedgerEntry[] = [];
    const times = this.#times;
    let place = this.#cursor;
    for (; place < this.#entries.length && due.length < limit; place++) {
      const heardMs = times[(place * WORDS) / 2]!;
      if (heardMs === FREE_HEARD) continue;
      const patienceMs = this.#patienceMs[place]!;
      if (heardMs + patienceMs < nowMs + roundMs) due.push(this.recall(place));
      else if (patienceMs < this.#foundMs) this.#foundMs = patienceMs;
    }
    if (place < this.#entries.length) {
      this.#cursor = place;
    } else {
      this.#cursor = 0;
      this.#shortestMs = this.#foundMs;
    }
    return due;
  }

  /** This process did not run for so long: that is nobody's silence, within the bound of {@link excuseOf}. */
  excuse(stalledMs: number, nowMs: number): void {
    const times = this.#times;
    const excused = this.#excusedOf(this.#patienceMs.length);
    for (let place = 0; place < this.#entries.length; place++) {
      const at = (place * WORDS) / 2;
      const from = place * EXCUSED_WORDS;
      const mostMs = this.#patienceMs[place]!;
      // Heard since the last stall: another silence.
      if (excused[from] !== times[at]) excused[from + SHORT] = 0;
      const excusedMs = excuseOf(stalledMs, excused[from + SHORT]!, mostMs);
      if (stalledMs < mostMs) excused[from + SHORT]! += excusedMs;
      const fromMs = times[at]! + excusedMs;
      times[at] = Math.min(nowMs, fromMs);
      // A silence excused altogether is over.
      excused[from] = fromMs < nowMs ? fromMs : Number.NaN;
    }
  }

  /** Made at the first stall. */
  #excusedOf(places: number): Float64Array {
    const before = this.#excused;
    if (before !== undefined && before.length >= places * EXCUSED_WORDS) return before;
    const excused = new Float64Array(places * EXCUSED_WORDS);
    if (before !== undefined) excused.set(before);
    this.#excused = excused;
    return excused;
  }

  /** Everybody in it. */
  *[Symbol.iterator](): IterableIterator<LedgerEntry> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry;
  }

  #grow(): void {
    const before = this.#numbers;
    this.#numbers = new Int32Array(2 * before.length);
    this.#numbers.set(before);
    this.#times = new Float64Array(this.#numbers.buffer);
    const patienceMs = this.#patienceMs;
    this.#patienceMs = new Float64Array(2 * patienceMs.length);
    this.#patienceMs.set(patienceMs);
  }
}
