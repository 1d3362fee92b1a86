import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNewer, nextSerial } from "../src/index.js";
import { uint32 } from "./harness/arbitraries.js";

describe("serial number arithmetic, RFC 1982", () => {
  it("the next number is newer, from every number, through the wrap", () => {
    fc.assert(
      fc.property(uint32, (seq) => {
        expect(isNewer(nextSerial(seq), seq)).toBe(true);
        expect(isNewer(seq, nextSerial(seq))).toBe(false);
        expect(nextSerial(seq)).toBe((seq + 1) % 2 ** 32);
      }),
    );
  });

  it("a number up to half the space ahead is newer; one behind, itself, or exactly half is not", () => {
    fc.assert(
      fc.property(uint32, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seq, ahead) => {
        const later = (seq + ahead) % 2 ** 32;
        expect(isNewer(later, seq)).toBe(true);
        expect(isNewer(seq, later)).toBe(false);
        expect(isNewer(seq, seq)).toBe(false);
        expect(isNewer((seq + 2 ** 31) % 2 ** 32, seq)).toBe(false);
      }),
    );
  });
});
