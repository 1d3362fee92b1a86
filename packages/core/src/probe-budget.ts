/** Confirming probes a second that one process sends to all its silent peers, beyond the first to each. */
export const PROBES_PER_SECOND = 20_000;

/** So many in a row count as one of the peer's few; above, a probe is a second helping. */
const FEW = 4;

/**
 * What all detectors of one process together may spend on confirming probes. Where one peer falls silent, each of its
 * probes is worth its octets; where 100 000 do, because their switch or our own network is gone, a million and a half
 * of them would block this process and flood what is left of the path.
 *
 * A token bucket that holds a second's worth. The first probe to each peer always goes out, the next three while
 * there are tokens, more of them only while half are left: so every peer is asked a few times before any is asked
 * often. Up to about 1300 peers may fall silent in a second before any gets fewer than fifteen.
 */
export class ProbeBudget {
  readonly #perMs: number;
  readonly #most: number;
  #left: number;
  #atMs = Number.NEGATIVE_INFINITY;

  /** @param probesPerSecond above 0; also how many may go out at once */
  constructor(probesPerSecond = PROBES_PER_SECOND) {
    if (!(probesPerSecond > 0) || !Number.isFinite(probesPerSecond))
      throw new RangeError(`probesPerSecond must be a finite number above 0, not ${probesPerSecond}`);
    this.#perMs = probesPerSecond / 1000;
    this.#most = probesPerSecond;
    this.#left = probesPerSecond;
  }

  /** Whether a peer may be sent its `nth` confirming probe of this silence (from 1), and takes it if so. */
  takes(nth: number, nowMs: number): boolean {
    if (nowMs > this.#atMs) {
      this.#left = Math.min(this.#most, this.#left + (nowMs - this.#atMs) * this.#perMs);
      this.#atMs = nowMs;
    }
    const needed = nth === 1 ? 0 : nth <= FEW ? 1 : this.#most / 2;
    if (this.#left < needed) return false;
    this.#left = Math.max(0, this.#left - 1);
    return true;
  }
}
