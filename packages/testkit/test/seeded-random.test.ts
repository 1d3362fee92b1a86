import { describe, expect, test } from "vitest";
import { seededRandom } from "../src/index.js";

/** sfc32 once more, in the words of its definition: unsigned numbers of any size, taken modulo 2^32. */
function* definition(seed: bigint): Generator<number> {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  let [a, b, c, counter] = [0n, word(seed), word(seed >> 32n), 1n];
  for (let round = 0; ; round++) {
    const output = word(a + b + counter);
    counter = word(counter + 1n);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + output);
    if (round >= 12) yield Number(output);
  }
}

describe("seeded random numbers", () => {
  test.each([0, 1, 42, 2 ** 32, 2 ** 53 - 1])("follow the definition of sfc32 from the seed %d", (seed) => {
    const random = seededRandom(seed);
    const expected = definition(BigInt(seed));
    for (let count = 0; count < 1000; count++) expect(random.uint32()).toBe(expected.next().value);
  });

  test("differ from seed to seed", () => {
    const first = new Set(Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).uint32()));
    expect(first.size).toBe(1000);
  });

  test("are spread evenly", () => {
    const random = seededRandom(7);
    const counts = new Array<number>(16).fill(0);
    const draws = 160_000;
    for (let draw = 0; draw < draws; draw++) counts[random.below(16)]! += 1;
    const expected = draws / 16;
    const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 15 degrees of freedom: the 0.1 % and 99.9 % quantiles.
    expect(chiSquared).toBeGreaterThan(3.48);
    expect(chiSquared).toBeLessThan(37.7);
  });

  test("keep to their bounds", () => {
    const random = seededRandom(3);
    for (let draw = 0; draw < 1000; draw++) {
      expect(random.unit()).toBeLessThan(1);
      expect(random.below(1)).toBe(0);
      expect([0, 1, 2]).toContain(random.below(3));
    }
    expect(random.octets(0)).toEqual(new Uint8Array(0));
    expect(new Set(random.octets(20_000)).size).toBe(256);
  });

  test("refuse seeds and bounds that cannot be", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => seededRandom(seed)).toThrow(
        `seed must be an integer from 0 to 9007199254740991, not ${seed}`,
      );
    }
    for (const bound of [0, -1, 1.5, 2 ** 33, Number.NaN]) {
      expect(() => seededRandom(0).below(bound)).toThrow(RangeError);
    }
  });
});
