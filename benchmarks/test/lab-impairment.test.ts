import { describe, expect, it } from "vitest";
import { netemCommands, netemRemoval } from "../lab/netem.js";
import { labProgram } from "../lab/programs.js";
import { seededRandom } from "../lab/random.js";
import { binomialZ, distanceFromUniform } from "./lab/statistics.js";

describe("seeded random numbers", () => {
  it.for([0, 1, -1, 42, 0x5bf03635, 2 ** 32 - 1])("are spread evenly for the seed %d", (seed) => {
    const random = seededRandom(seed);
    const sample = Array.from({ length: 20_000 }, random);
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...sample)).toBeLessThan(1);
    expect(distanceFromUniform(sample, 0, 1)).toBeLessThan(0.02);
    const rare = sample.filter((value) => value < 0.01).length;
    expect(Math.abs(binomialZ(rare, sample.length, 0.01))).toBeLessThan(4);
  });

  it("are the same for the same seed, and unrelated for its neighbour", () => {
    const take = (seed: number) => Array.from({ length: 1000 }, seededRandom(seed));
    expect(take(1)).toEqual(take(1));
    const [one, two] = [take(1), take(2)];
    const both = one.filter((value, index) => value < 0.5 && (two[index] ?? 1) < 0.5).length;
    expect(Math.abs(binomialZ(both, 1000, 0.25))).toBeLessThan(4);
  });
});

describe("netem", () => {
  it("is told each direction at the port by which it leaves", () => {
    const toPeer = { delayMs: 50, jitterMs: 40 };
    expect(netemCommands({ toPeer, toMonitor: { lossRate: 0.05 } })).toEqual([
      "qdisc add dev peer root netem limit 10000 delay 50ms 40ms",
      "qdisc add dev monitor root netem limit 10000 loss random 5%",
    ]);
    expect(netemRemoval()).toEqual(["qdisc del dev monitor root", "qdisc del dev peer root"]);
  });
});

it("a program is found where administrators have it, even if the PATH has not", () => {
  expect(labProgram("tc")).toMatch(/\/tc$/);
});
