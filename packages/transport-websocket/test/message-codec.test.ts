import { type Heartbeat, MAX_FRAME_OCTETS } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage, MAX_MESSAGE_OCTETS, MESSAGE_MAGIC } from "../src/message-codec.js";

const heartbeats: fc.Arbitrary<Heartbeat> = fc.oneof(
  fc.record(
    {
      kind: fc.constant("beat" as const),
      seq: fc.nat(0xffff_ffff),
      intervalMs: fc.nat(0xffff_ffff),
      payload: fc.uint8Array({ minLength: 1, maxLength: 255 }),
    },
    { requiredKeys: ["kind", "seq", "intervalMs"] },
  ),
  fc.record(
    {
      kind: fc.constantFrom("probe" as const, "echo" as const),
      seq: fc.nat(0xffff_ffff),
      payload: fc.uint8Array({ minLength: 1, maxLength: 255 }),
    },
    { requiredKeys: ["kind", "seq"] },
  ),
  fc.constant<Heartbeat>({ kind: "bye" }),
);

describe("message codec", () => {
  test("every heartbeat comes back as it went", () => {
    fc.assert(
      fc.property(heartbeats, (heartbeat) => {
        expect(decodeMessage(encodeMessage(heartbeat)!)).toEqual(heartbeat);
      }),
    );
  });

  test("a beat is 13 octets, a probe 9, and both begin with the beating heart", () => {
    const beat = encodeMessage({ kind: "beat", seq: 1, intervalMs: 1000 })!;
    const probe = encodeMessage({ kind: "probe", seq: 1 })!;
    expect([beat.length, probe.length]).toEqual([13, 9]);
    expect(new TextDecoder().decode(probe.subarray(0, 4))).toBe("\u{1f493}");
  });

  test("what does not begin with the magic, or is longer than any heartbeat, is not ours", () => {
    const long = new Uint8Array(MAX_MESSAGE_OCTETS + 1);
    long.set(encodeMessage({ kind: "bye" })!);
    expect(MAX_MESSAGE_OCTETS).toBe(MAX_FRAME_OCTETS + 4);
    expect(decodeMessage(long)).toBeUndefined();
    for (let at = 0; at < 4; at++) {
      const other = encodeMessage({ kind: "bye" })!;
      other[at] = 0;
      expect(decodeMessage(other)).toBeUndefined();
    }
    expect(decodeMessage(Uint8Array.from(MESSAGE_MAGIC.slice(0, 3)))).toBeUndefined();
    expect(decodeMessage(new Uint8Array(0))).toBeUndefined();
  });

  test("random octets behind the magic are exactly one frame or malformed, and never throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: MAX_FRAME_OCTETS }), (octets) => {
        const message = Uint8Array.of(...MESSAGE_MAGIC, ...octets);
        const decoded = decodeMessage(message)!;
        if (decoded.kind !== "malformed") expect(encodeMessage(decoded)).toEqual(message);
      }),
      { numRuns: 2000 },
    );
  });

  test("an impossible heartbeat has no encoding", () => {
    const impossible: readonly Heartbeat[] = [
      { kind: "probe", seq: -1 },
      { kind: "probe", seq: 2 ** 32 },
      { kind: "beat", seq: 0, intervalMs: 0.5 },
      { kind: "echo", seq: 0, payload: new Uint8Array(0) },
      { kind: "echo", seq: 0, payload: new Uint8Array(256) },
    ];
    expect(impossible.map(encodeMessage)).toEqual(impossible.map(() => undefined));
  });
});
