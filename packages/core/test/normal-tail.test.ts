import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logNormalTail, normalTailQuantile } from "../src/index.js";

/*
 * ln P(Z > z), by mpmath 1.3 with 340 digits:
 *   mp.dps = 340; mp.nstr(mp.log(mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2), 15)
 */
const TAILS: [number, number][] = [
  [-37, -5.725_571_222_524_58e-300],
  [-20, -2.753_624_118_606_23e-89],
  [-12, -1.776_482_112_077_68e-33],
  [-8, -6.220_960_574_271_79e-16],
  [-5, -2.866_516_129_637_64e-7],
  [-3, -0.001_350_809_964_748_19],
  [-2, -0.023_012_909_328_963_5],
  [-1, -0.172_753_779_023_45],
  [-0.5, -0.368_946_415_288_656],
  [-0.001, -0.692_349_614_272_688],
  [0, -Math.LN2],
  [0.001, -0.693_945_383_466_965],
  [0.5, -1.175_911_761_593_62],
  [1, -1.841_021_645_009_26],
  [1.5, -2.705_944_400_823_89],
  [2, -3.783_184_333_682_03],
  [2.5, -5.081_648_277_278_69],
  [2.999, -6.604_443_587_570_58],
  [3, -6.607_726_221_510_35],
  [3.001, -6.611_009_784_890_93],
  [3.5, -8.366_065_308_344_09],
  [4, -10.360_101_486_527_3],
  [5, -15.064_998_393_988_7],
  [8, -35.013_437_159_914_6],
  [15, -116.131_384_845_712],
  [30, -454.321_243_956_343],
  [37, -689.030_585_576_891],
  [38.5, -745.695_270_290_411],
  [100, -5005.524_208_694_21],
  [1000, -500007.826_694_812],
  [1e6, -5.000_000_000_147_34e11],
];

/* φ and the z with P(Z > z) = 10^-φ: bisection on the same function, 230 steps. */
const QUANTILES: [number, number][] = [
  [1e-30, -11.391_588_444_615_2],
  [1e-12, -6.917_243_234_593_58],
  [1e-6, -4.582_015_165_435_15],
  [0.001, -2.833_795_738_284_48],
  [0.1, -0.821_531_602_883_092],
  [0.302, 0.002_796_178_917_142_97],
  [1, 1.281_551_565_544_6],
  [2, 2.326_347_874_040_84],
  [3, 3.090_232_306_167_81],
  [5, 4.264_890_793_922_82],
  [8, 5.612_001_244_174_79],
  [16, 8.222_082_216_130_44],
  [30, 11.464_024_688_443_6],
  [100, 21.273_453_560_965_3],
  [200, 30.205_594_179_579_6],
  [300, 37.047_096_299_361_2],
];

const anyZ = fc.double({ min: -37, max: 1000, noNaN: true });

describe("the normal tail, in logarithms", () => {
  it.each(TAILS)("at z = %d", (z, logTail) => {
    expect(Math.abs(logNormalTail(z) / logTail - 1)).toBeLessThan(3e-13);
  });

  it("falls all the way, from nothing to never", () => {
    fc.assert(
      fc.property(anyZ, fc.double({ min: 1e-6, max: 100, noNaN: true }), (z, step) => {
        expect(logNormalTail(z + step)).toBeLessThan(logNormalTail(z));
      }),
      { numRuns: 2000 },
    );
    expect(logNormalTail(Number.NEGATIVE_INFINITY)).toBe(-0);
    expect(logNormalTail(-100)).toBe(-0);
    expect(logNormalTail(Number.POSITIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY);
    expect(logNormalTail(Number.NaN)).toBeNaN();
  });
});

describe("its inverse", () => {
  it.each(QUANTILES)("at φ = %d", (phi, z) => {
    expect(Math.abs(normalTailQuantile(-phi * Math.LN10) / z - 1)).toBeLessThan(1e-12);
  });

  it("is zero at one half", () => {
    expect(Math.abs(normalTailQuantile(-Math.LN2))).toBeLessThan(1e-15);
  });

  it("undoes the tail, and the tail undoes it", () => {
    fc.assert(
      fc.property(anyZ, (z) => {
        expect(Math.abs(normalTailQuantile(logNormalTail(z)) - z)).toBeLessThan(
          1e-12 * Math.max(1, Math.abs(z)),
        );
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.double({ min: -30, max: Math.log10(300), noNaN: true }), (exponent) => {
        const logTail = -(10 ** exponent) * Math.LN10;
        expect(Math.abs(logNormalTail(normalTailQuantile(logTail)) / logTail - 1)).toBeLessThan(1e-11);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([0, 1, Number.NaN, Number.POSITIVE_INFINITY])("does not exist at %d", (logTail) => {
    expect(() => normalTailQuantile(logTail)).toThrow(RangeError);
    expect(() => normalTailQuantile(logTail)).toThrow(`logTail must be a negative number, not ${logTail}`);
  });

  it("ends also where the tail is beyond all numbers", () => {
    expect(normalTailQuantile(-1e15)).toBeCloseTo(Math.sqrt(2e15), 3);
  });
});
