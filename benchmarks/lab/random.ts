/** Random numbers, evenly spread from 0 (included) to 1 (excluded). */
export type Random = () => number;

/**
 * Random numbers that are the same for the same seed: Marsaglia's xorshift with 32 bits, which is plenty to
 * pick the packets to lose.
 *
 * @param seed an integer; those that differ by little give unrelated numbers
 */
export function seededRandom(seed: number): Random {
  // The state must not be zero, and neighbouring seeds shall part at once.
  let state = Math.imul(seed ^ 0x5bf03635, 0x9e3779b1) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  for (let round = 0; round < 8; round++) next();
  return next;
}
