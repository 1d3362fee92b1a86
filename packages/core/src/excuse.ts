/** Stalls are told once in such a time, those in between with the next. */
export const TELL_STALLS_EVERY_MS = 1000;

/**
 * What a stall excuses of a silence. What the peer said meanwhile waits in the socket and is read before anybody is
 * judged: a short stall excuses only what it kept us from asking. So all the short ones of one silence together excuse no
 * more than `mostMs`: a process that is busy nine tenths of its time reads its input in each turn, and would otherwise
 * take ten times as long to find a death. One as long as `mostMs` is excused whole, for in so long a time, as of a
 * machine asleep, much may have got lost.
 *
 * @param shortMs what short stalls have excused of this silence so far
 * @param mostMs the silence that is death
 */
export function excuseOf(stalledMs: number, shortMs: number, mostMs: number): number {
  if (stalledMs >= mostMs) return stalledMs;
  // A policy may have become stricter since: what was excused before is not taken back.
  return Math.min(stalledMs, Math.max(0, mostMs - shortMs));
}

/**
 * The stalls of a detector: what its present silence is excused for, and what of them is not told yet. Immutable, so that
 * detectors which were told of the same stalls can have the same one: a garbage collection would else make thousands.
 */
export class StallRecord {
  /** When the last stall was over; a silence that began later, or in this moment, is another one. */
  readonly #atMs: number;
  readonly #shortMs: number;
  readonly #toldAtMs: number;
  readonly #untoldMs: number;

  /** Of a detector without stalls. */
  static readonly NONE = new StallRecord(Number.NEGATIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, 0);
  /** The one made last, for whoever needs the like: a stall is told to all in one go. */
  static #latest = StallRecord.NONE;

  private constructor(atMs: number, shortMs: number, toldAtMs: number, untoldMs: number) {
    this.#atMs = atMs;
    this.#shortMs = shortMs;
    this.#toldAtMs = toldAtMs;
    this.#untoldMs = untoldMs;
  }

  static #of(atMs: number, shortMs: number, toldAtMs: number, untoldMs: number): StallRecord {
    const latest = StallRecord.#latest;
    const isAlike = latest.#atMs === atMs && latest.#shortMs === shortMs;
    if (isAlike && latest.#toldAtMs === toldAtMs && latest.#untoldMs === untoldMs) return latest;
    StallRecord.#latest = new StallRecord(atMs, shortMs, toldAtMs, untoldMs);
    return StallRecord.#latest;
  }

  /**
   * For how long a stall excuses a silence.
   *
   * @param sinceMs from when that was reckoned so far
   * @param mostMs see {@link excuseOf}
   */
  excusedMs(sinceMs: number, stalledMs: number, mostMs: number): number {
    return excuseOf(stalledMs, this.shortOf(sinceMs), mostMs);
  }

  /** For how long there were stalls, if with this one that is to be told; else undefined. */
  toldMs(stalledMs: number, nowMs: number): number | undefined {
    const isTold = nowMs - this.#toldAtMs >= TELL_STALLS_EVERY_MS || stalledMs >= TELL_STALLS_EVERY_MS;
    return isTold ? this.#untoldMs + stalledMs : undefined;
  }

  /** With this stall. */
  after(sinceMs: number, stalledMs: number, mostMs: number, nowMs: number): StallRecord {
    const excusedMs = stalledMs < mostMs ? this.excusedMs(sinceMs, stalledMs, mostMs) : 0;
    const shortMs = this.shortOf(sinceMs) + excusedMs;
    if (this.toldMs(stalledMs, nowMs) !== undefined) return StallRecord.#of(nowMs, shortMs, nowMs, 0);
    return StallRecord.#of(nowMs, shortMs, this.#toldAtMs, this.#untoldMs + stalledMs);
  }

  /** Once the peer was heard at `sinceMs`, told at `nowMs`; undefined when nothing need be remembered any more. */
  heard(sinceMs: number, nowMs: number): StallRecord | undefined {
    if (this.#untoldMs === 0 && nowMs - this.#toldAtMs >= TELL_STALLS_EVERY_MS) return undefined;
    // Evidence that is older than the stall begins a silence which that has not excused.
    return sinceMs < this.#atMs ? StallRecord.#of(this.#atMs, 0, this.#toldAtMs, this.#untoldMs) : this;
  }

  /** What short stalls have excused of a silence. One excused altogether is over. */
  private shortOf(sinceMs: number): number {
    return sinceMs < this.#atMs ? this.#shortMs : 0;
  }
}
