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
  return stalledMs >= mostMs ? stalledMs : Math.min(stalledMs, mostMs - shortMs);
}

/** The stalls of one detector: what its present silence is excused for, and what of them is not told yet. */
export class StallRecord {
  #sinceMs = Number.NaN;
  #shortMs = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #untoldMs = 0;

  /**
   * Takes a stall, and returns from when the silence is to be reckoned now.
   *
   * @param sinceMs from when it was reckoned so far
   * @param mostMs see {@link excuseOf}
   */
  excuse(sinceMs: number, stalledMs: number, mostMs: number, nowMs: number): number {
    // Reckoned from anything else than it was left at: the peer has been heard, and this is another silence.
    if (sinceMs !== this.#sinceMs) this.#shortMs = 0;
    const excusedMs = excuseOf(stalledMs, this.#shortMs, mostMs);
    if (stalledMs < mostMs) this.#shortMs += excusedMs;
    const fromMs = sinceMs + excusedMs;
    // A silence that is excused altogether is over: what is heard in this same moment must not seem to be of it.
    this.#sinceMs = fromMs < nowMs ? fromMs : Number.NaN;
    return Math.min(nowMs, fromMs);
  }

  /** Whether it may be forgotten as soon as the peer is heard: all is told, and long enough ago. */
  isStale(nowMs: number): boolean {
    return this.#untoldMs === 0 && nowMs - this.#toldAtMs >= TELL_STALLS_EVERY_MS;
  }

  /** Takes a stall, and returns for how long there were stalls, if that is to be told now; else undefined. */
  tell(stalledMs: number, nowMs: number): number | undefined {
    this.#untoldMs += stalledMs;
    if (nowMs - this.#toldAtMs < TELL_STALLS_EVERY_MS && stalledMs < TELL_STALLS_EVERY_MS) return undefined;
    this.#toldAtMs = nowMs;
    const told = this.#untoldMs;
    this.#untoldMs = 0;
    return told;
  }
}
