/** Something that happens at its time. */
export interface Happening {
  happen(): void;
}

/**
 * What is to happen, earliest first; at one instant, in the order in which it was put in. A binary heap over
 * typed arrays (Knuth, TAOCP 5.2.3): O(log n) each way, and nothing allocated while it does not grow.
 */
export class HappeningQueue {
  #atMs = new Float64Array(1024);
  #order = new Float64Array(1024);
  readonly #happenings: Happening[] = [];
  #pushed = 0;

  get size(): number {
    return this.#happenings.length;
  }

  /** When the first of them happens; Infinity when there is none. */
  get nextMs(): number {
    return this.#happenings.length === 0 ? Number.POSITIVE_INFINITY : this.#atMs[0]!;
  }

  push(atMs: number, happening: Happening): void {
    let at = this.#happenings.push(happening) - 1;
    if (at === this.#atMs.length) this.#grow();
    const order = this.#pushed++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#atMs[parent]! <= atMs) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, atMs, order, happening);
  }

  /** Takes out the first. @throws RangeError when there is none. */
  pop(): Happening {
    const first = this.#happenings[0];
    if (first === undefined) throw new RangeError("nothing is left to happen");
    const end = this.#happenings.length - 1;
    const atMs = this.#atMs[end]!;
    const order = this.#order[end]!;
    const last = this.#happenings.pop()!;
    if (end > 0) this.#sink(end, atMs, order, last);
    return first;
  }

  /** Puts an entry where it belongs, from the root down, in a heap of `size`. */
  #sink(size: number, atMs: number, order: number, happening: Happening): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(child + 1, this.#atMs[child]!, this.#order[child]!)) child += 1;
      if (!this.#isBefore(child, atMs, order)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, atMs, order, happening);
  }

  #isBefore(at: number, atMs: number, order: number): boolean {
    const ms = this.#atMs[at]!;
    return ms < atMs || (ms === atMs && this.#order[at]! < order);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#atMs[from]!, this.#order[from]!, this.#happenings[from]!);
  }

  #put(at: number, atMs: number, order: number, happening: Happening): void {
    this.#atMs[at] = atMs;
    this.#order[at] = order;
    this.#happenings[at] = happening;
  }

  #grow(): void {
    const grown = (before: Float64Array): Float64Array<ArrayBuffer> => {
      const after = new Float64Array(2 * before.length);
      after.set(before);
      return after;
    };
    this.#atMs = grown(this.#atMs);
    this.#order = grown(this.#order);
  }
}
