import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MESSAGE_MAGIC } from "../src/message-codec.js";
import { decodePong, encodeControl, encodePing, MAX_PING_PAYLOAD_OCTETS } from "../src/ping-codec.js";

describe("ping codec", () => {
  test("a probe without payload is a frame of six octets, and its pong is the echo", () => {
    const frame = encodePing(0xdead_beef)!;
    expect([...frame]).toEqual([0x89, 0x04, 0xde, 0xad, 0xbe, 0xef]);
    expect(decodePong(frame.subarray(2))).toEqual({ kind: "echo", seq: 0xdead_beef });
  });

  test("a probe with payload comes back as its echo", () => {
    const payload = Uint8Array.of(1, 2, 3);
    expect(decodePong(encodeControl({ kind: "probe", seq: 7, payload })!)).toEqual({
      kind: "echo",
      seq: 7,
      payload,
    });
  });

  test("the longest payload fills a control frame, and one octet more is too long", () => {
    const beat = (octets: number) =>
      encodeControl({ kind: "beat", seq: 1, intervalMs: 2, payload: new Uint8Array(octets) });
    expect(beat(MAX_PING_PAYLOAD_OCTETS)).toHaveLength(125);
    expect(beat(MAX_PING_PAYLOAD_OCTETS + 1)).toBeUndefined();
  });

  test("the pong of somebody else's ping is no heartbeat; a damaged one of ours is malformed", () => {
    for (const octets of [[], [1, 2, 3], [1, 2, 3, 4, 5], [...Buffer.from("1700000000000")]]) {
      expect(decodePong(Uint8Array.from(octets))).toBeUndefined();
    }
    expect(decodePong(Uint8Array.of(...MESSAGE_MAGIC, 0xff))).toEqual({
      kind: "malformed",
      reason: "unknown-version",
    });
  });

  test("no pong makes it throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 125 }), fc.boolean(), (octets, magic) => {
        decodePong(magic ? Uint8Array.of(...MESSAGE_MAGIC, ...octets) : octets);
      }),
    );
  });

  test("a seq that is no uint32 has no encoding", () => {
    expect([-1, 2 ** 32, 0.5, Number.NaN].map(encodePing)).toEqual(Array(4).fill(undefined));
  });
});
