/** A generator of pseudo-random numbers whose whole sequence follows from its seed. Not for secrets. */
export interface SeededRandom {
  /** The next integer, 0 to 2^32 - 1, each equally likely. */
  uint32(): number;
  /** The next number in [0, 1), in steps of 2^-32. */
  unit(): number;
  /** The next integer in [0, bound); `bound` from 1 to 2^32. Biased by less than bound / 2^32. */
  below(bound: number): number;
  /** The next `length` octets. */
  octets(length: number): Uint8Array;
}

/** How many rounds the author of sfc32 lets pass before the state is well mixed. */
const WARM_UP_ROUNDS = 12;

/**
 * sfc32 ("Small Fast Counting", 128 bits of state) by Chris Doty-Humphrey, public domain, from PractRand:
 * https://pracrand.sourceforge.net. Its counter guarantees a period of at least 2^32 for every seed.
 *
 * @param seed an integer from 0 to 2^53 - 1.
 * @throws RangeError when it is not.
 */
export function seededRandom(seed: number): SeededRandom {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed must be an integer from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`);
  }
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const uint32 = (): number => {
    const output = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + output) | 0;
    return output >>> 0;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) uint32();
  const unit = (): number => uint32() / 2 ** 32;
  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`bound must be an integer from 1 to ${2 ** 32}, not ${bound}`);
    }
    return Math.floor(unit() * bound);
  };
  return { uint32, unit, below, octets: (length) => Uint8Array.from({ length }, () => below(256)) };
}
