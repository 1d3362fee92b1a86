import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReadAhead } from "../src/read-ahead.js";

describe("ReadAhead", () => {
  test("is a queue, and charges what waits", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined })), (steps) => {
        const queue = new ReadAhead();
        const model: Buffer[] = [];
        for (const octets of steps) {
          if (octets === undefined) {
            expect(queue.take()).toBe(model.shift());
          } else {
            const buffer = Buffer.alloc(octets);
            queue.add(buffer);
            model.push(buffer);
          }
          expect(queue.chargedOctets).toBe(model.reduce((sum, { length }) => sum + length + 256, 0));
        }
      }),
    );
  });
});
