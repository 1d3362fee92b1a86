/** The newest gaps between heartbeats, with their mean and their deviation as a population, in constant time. */
export class GapHistory {
  readonly #capacity: number;
  readonly #gapsMs: number[] = [];
  #oldest = 0;
  #sumMs = 0;
  #sumMs2 = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get meanMs(): number {
    return this.#sumMs / this.#gapsMs.length;
  }

  get sigmaMs(): number {
    const { length } = this.#gapsMs;
    return Math.sqrt(Math.max(0, this.#sumMs2 / length - (this.#sumMs / length) ** 2));
  }

  add(gapMs: number): void {
    this.#sumMs += gapMs;
    this.#sumMs2 += gapMs * gapMs;
    if (this.#gapsMs.length < this.#capacity) {
      this.#gapsMs.push(gapMs);
      return;
    }
    const goneMs = this.#gapsMs[this.#oldest]!;
    this.#sumMs -= goneMs;
    this.#sumMs2 -= goneMs * goneMs;
    this.#gapsMs[this.#oldest] = gapMs;
    this.#oldest = (this.#oldest + 1) % this.#capacity;
  }
}
