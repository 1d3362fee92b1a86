/**
 * The newest gaps between arrivals, at most `capacity` of them, with their running mean and variance. 8
 * octets a gap, taken when the first one comes. Worst case per gap: constant time, but for one pass each time
 * the ring is full, which stops the running sums' rounding errors from adding up.
 *
 * Source: Welford (1962), Note on a method for calculating corrected sums of squares and products, extended
 * by the removal of the oldest value. Sums of squares would cancel: gaps of 10⁹ ± 1 ms have no digits left
 * for the 1.
 */
export class ArrivalWindow {
  readonly #capacity: number;
  #gapsMs: Float64Array | undefined;
  #size = 0;
  /** Where the next gap goes. */
  #next = 0;
  #meanMs = 0;
  /** The sum of squared distances from the mean. */
  #scatterMs2 = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** NaN of an empty window. */
  get meanMs(): number {
    return this.#size === 0 ? Number.NaN : this.#meanMs;
  }

  /** The unbiased estimate; NaN of less than two gaps. */
  get varianceMs2(): number {
    return this.#size < 2 ? Number.NaN : Math.max(0, this.#scatterMs2) / (this.#size - 1);
  }

  /** The lower median; NaN of an empty window. Sorts a copy. */
  get medianMs(): number {
    return this.#gapsMs?.slice(0, this.#size).sort()[(this.#size - 1) >> 1] ?? Number.NaN;
  }

  /** The gap `back` before the newest, 0 to `size - 1`. */
  gapMs(back: number): number {
    const place = this.#next - 1 - back;
    return this.#gapsMs![place < 0 ? place + this.#capacity : place]!;
  }

  /** Takes a finite gap in; the oldest one leaves when the window is full. */
  add(gapMs: number): void {
    this.#gapsMs ??= new Float64Array(this.#capacity);
    if (this.#size < this.#capacity) this.#grow(gapMs);
    else this.#slide(gapMs, this.#gapsMs[this.#next]!);
    this.#gapsMs[this.#next] = gapMs;
    this.#next += 1;
    if (this.#next < this.#capacity) return;
    this.#next = 0;
    this.#sumAfresh(this.#gapsMs);
  }

  clear(): void {
    this.#size = 0;
    this.#next = 0;
    this.#meanMs = 0;
    this.#scatterMs2 = 0;
  }

  #grow(gapMs: number): void {
    this.#size += 1;
    const beforeMs = gapMs - this.#meanMs;
    this.#meanMs += beforeMs / this.#size;
    this.#scatterMs2 += beforeMs * (gapMs - this.#meanMs);
  }

  #slide(gapMs: number, oldestMs: number): void {
    const meanBeforeMs = this.#meanMs;
    this.#meanMs += (gapMs - oldestMs) / this.#size;
    this.#scatterMs2 += (gapMs - oldestMs) * (gapMs - this.#meanMs + (oldestMs - meanBeforeMs));
  }

  #sumAfresh(gapsMs: Float64Array): void {
    const meanMs = gapsMs.reduce((sumMs, gapMs) => sumMs + gapMs, 0) / this.#capacity;
    this.#meanMs = meanMs;
    this.#scatterMs2 = gapsMs.reduce((sumMs2, gapMs) => sumMs2 + (gapMs - meanMs) ** 2, 0);
  }
}
