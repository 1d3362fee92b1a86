import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redisDialect } from "../src/index.js";
import { anyCuts, cut } from "./support/frames.js";

const PONG = "+PONG\r\n";
const DECOYS = [
  "+OK\r\n",
  "+PONGS\r\n",
  "+PON\r\n",
  "-ERR +PONG\r\n",
  ":42\r\n",
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "$0\r\n\r\n",
  "$7\r\n+PONG\r\n\r\n",
  "$14\r\n+PONG\r\n+PONG\r\n\r\n",
  "*2\r\n+PONG\r\n*1\r\n+PONG\r\n",
  "%1\r\n+PONG\r\n$5\r\n+PONG\r\n",
  "|1\r\n+PONG\r\n:1\r\n+OK\r\n",
  ">2\r\n$7\r\nmessage\r\n+PONG\r\n",
  "=8\r\ntxt:PONG\r\n",
  "!6\r\n+PONG!\r\n",
  "~1\r\n+PONG\r\n",
  ",3.5\r\n",
  "#t\r\n",
  "_\r\n",
  "(12345678901234567890123\r\n",
];

const observe = (chunks: readonly Buffer[]): number => {
  const recogniser = redisDialect().recogniser();
  return chunks.reduce((answers, chunk) => answers + recogniser.observe(chunk), 0);
};

describe("redisDialect", () => {
  test.each(DECOYS)("%j is no answer, and the next PONG is", (reply) => {
    expect(observe([Buffer.from(reply)])).toBe(0);
    expect(observe([Buffer.from(reply + PONG)])).toBe(1);
  });

  test("counts the PONGs at the top level, among any replies, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(PONG, ...DECOYS), { maxLength: 30 }), anyCuts, (replies, cuts) => {
        const pongs = replies.filter((reply) => reply === PONG).length;
        expect(observe(cut(Buffer.from(replies.join("")), cuts))).toBe(pongs);
      }),
    );
  });

  test.each([
    "HTTP/1.1 200 OK\r\n",
    "\r\n",
    "$x\r\n",
    "*-2\r\n",
    "$\r\n",
    "$99999999999999999\r\n",
    "\u0000",
  ])("%j is not RESP", (octets) => {
    expect(() => observe([Buffer.from(octets)])).toThrow(/not RESP/);
  });

  test("any octets are skimmed or refused, never looped over or stored", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        try {
          expect(observe([Buffer.from(octets)])).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(String(error)).toMatch(/not RESP/);
        }
      }),
    );
  });
});
