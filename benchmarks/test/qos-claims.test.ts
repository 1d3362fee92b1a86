import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bargains, bargainVerdict } from "../qos/bargain.js";
import { CONDITIONS } from "../qos/conditions.js";
import { headline } from "../qos/headline.js";
import { syncQosReadme } from "../qos/readme.js";
import { readQos } from "../qos/results.js";
import { WORLDS } from "../qos/worlds.js";
import { verdictOf } from "../report/words.js";

const README = fileURLToPath(new URL("../qos/README.md", import.meta.url));

describe("what is claimed, measured here and now in little time", () => {
  test("behind a fading radio at least 30 times fewer mistakes than a plain timeout, every crash in time", () => {
    const fading = WORLDS.find(({ name }) => name === "fading")!;
    const { plain, ours } = headline(fading, 77, (hours) => hours < 4000);
    expect(ours[0].fewer.from).toBeGreaterThan(30);
    for (const side of [plain, ours[0]]) {
      expect(side.crashes).toBeGreaterThan(3500);
      expect(side.beyondBound).toBe(0);
    }
    expect(Math.abs(ours[0].boundMs - plain.boundMs)).toBeLessThan(1);
    expect(ours[0].octetsPerHour).toBeLessThan(1.02 * plain.octetsPerHour);
  }, 60_000);

  test("for no more octets sooner, and fewer mistakes wherever the plain one makes many", () => {
    const rows = bargains({ hours: 40, seed: 77, goOn: () => true });
    expect(rows).toHaveLength(2 * CONDITIONS.length);
    for (const row of rows) {
      const { condition, way } = row;
      const { sooner, noDearer, mistakes } = bargainVerdict(row);
      expect({ condition, way, sooner, noDearer }).toEqual({ condition, way, sooner: true, noDearer: true });
      if (["bursts", "stalls", "mixed"].includes(condition)) expect(mistakes, condition).toBe("fewer");
      else expect(row.ours.mistakes, condition).toBe(0);
    }
  }, 60_000);
});

describe("what is committed", () => {
  const qos = readQos(fileURLToPath(new URL("../results/qos.json", import.meta.url)));

  test("the README says what qos.json says", () => {
    expect(syncQosReadme(README, qos, { check: true })).toBe("in step");
  });

  test("is of the worlds there are, all of them, and over a million peer-hours each", () => {
    expect(qos.headlines.map(({ world }) => world)).toEqual(WORLDS.map(({ name }) => name));
    for (const { world, title, why, peerHours } of qos.headlines) {
      expect({ title, why }).toEqual(
        (({ title, why }) => ({ title, why }))(WORLDS.find(({ name }) => name === world)!),
      );
      expect(peerHours, world).toBeGreaterThan(999_999);
    }
  });

  test("keeps the bar behind a fading radio and in congestion, and finds every crash", () => {
    for (const { world, plain, ours } of qos.headlines) {
      for (const side of [plain, ...ours]) {
        expect(side.beyondBound, world).toBe(0);
        expect(side.crashes, world).toBeGreaterThan(900_000);
      }
      const verdict = verdictOf(ours[0]!.fewer);
      if (world !== "cut") expect(verdict, world).toBe("holds");
    }
    for (const { beyondBound } of qos.sensitivity) expect(beyondBound).toBe(0);
  });

  test("is sooner for no more octets in every row, and never more often wrong", () => {
    expect(qos.bargains.length).toBeGreaterThan(0);
    for (const row of qos.bargains) {
      const { sooner, noDearer } = bargainVerdict(row);
      expect({ sooner, noDearer }).toEqual({ sooner: true, noDearer: true });
      expect(row.ours.mistakes).toBeLessThanOrEqual(row.plain.mistakes);
    }
  });
});
