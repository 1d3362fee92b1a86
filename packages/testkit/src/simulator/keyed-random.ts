/** murmur3's finalizer (fmix32), by Austin Appleby, public domain: every bit of the input moves every bit of the output. */
function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}

/**
 * Random numbers by their number instead of in a row: what chance does to the seventh frame of a link does not
 * depend on what was asked before. That is what lets different policies meet the same network (common random
 * numbers; Law, Simulation Modeling and Analysis, 11.2). Not for secrets.
 */
export class KeyedRandom {
  readonly #low: number;
  readonly #high: number;
  #next = 0;

  /**
   * @param seed an integer from 0 to 2^53 - 1
   * @param path what these numbers are for: the same seed and path, the same numbers
   */
  constructor(seed: number, ...path: readonly number[]) {
    let low = mix(seed + 0x9e37_79b9);
    let high = mix(Math.floor(seed / 2 ** 32) ^ 0x7f4a_7c15);
    for (const part of path) {
      low = mix(low + Math.imul(part + 1, 0x9e37_79b9));
      high = mix(high ^ low ^ Math.imul(part + 1, 0x85eb_ca77));
    }
    this.#low = low;
    this.#high = high;
  }

  /** The number of that index, 0 to 2^32 - 1: within (0, 1), never either end. */
  at(index: number): number {
    const hash = mix(mix(index ^ this.#low) + this.#high);
    return ((hash >>> 0) + 0.5) / 2 ** 32;
  }

  /** The next in a row, from index 0. */
  next(): number {
    return this.at(this.#next++);
  }
}
