import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeHeartbeat,
  encodeHeartbeat,
  frameOctets,
  type Heartbeat,
  MAX_FRAME_OCTETS,
  MAX_PAYLOAD_OCTETS,
  type MalformedReason,
} from "../src/index.js";
import { anyHeartbeat } from "./harness/arbitraries.js";

function encode(heartbeat: Heartbeat): Uint8Array {
  const into = new Uint8Array(frameOctets(heartbeat));
  expect(encodeHeartbeat(heartbeat, into)).toBe(into.length);
  return into;
}

const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
const unhex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));
const NUMBERS = { seq: 0x01020304, intervalMs: 0xfffefdfc };

describe("a heartbeat on the wire, version 0", () => {
  const documented: [string, Heartbeat, string][] = [
    ["a beat is 9 octets", { kind: "beat", ...NUMBERS }, "0001020304fffefdfc"],
    ["a probe is 5", { kind: "probe", seq: NUMBERS.seq }, "1001020304"],
    ["an echo is 5", { kind: "echo", seq: NUMBERS.seq }, "2001020304"],
    ["a bye is 1", { kind: "bye" }, "30"],
    ["a payload follows its length", { kind: "probe", seq: 1, payload: unhex("beef") }, "180000000102beef"],
    [
      "in a beat, after the interval",
      { kind: "beat", ...NUMBERS, payload: unhex("07") },
      "0801020304fffefdfc0107",
    ],
    ["a limit follows the fixed part", { kind: "probe", seq: 1, minReceiveMs: 1000 }, "1400000001000003e8"],
    [
      "and goes before the payload",
      { kind: "beat", ...NUMBERS, minReceiveMs: 1, payload: unhex("07") },
      "0c01020304fffefdfc000000010107",
    ],
    ["and in an echo", { kind: "echo", seq: 0xffffffff, payload: unhex("00") }, "28ffffffff0100"],
  ];
  it.each(documented)("%s", (_name, heartbeat, octets) => {
    expect(hex(encode(heartbeat))).toBe(octets);
    expect(decodeHeartbeat(unhex(octets))).toEqual(heartbeat);
  });

  it("survives the way there, whatever its kind, numbers and payload", () => {
    fc.assert(
      fc.property(anyHeartbeat, (heartbeat) => {
        expect(decodeHeartbeat(encode(heartbeat))).toEqual(heartbeat);
      }),
      { numRuns: 1000 },
    );
  });

  it("is read and written in the middle of a larger buffer, whose other octets stay", () => {
    fc.assert(
      fc.property(anyHeartbeat, fc.nat(20), fc.nat(20), (heartbeat, before, after) => {
        const buffer = new Uint8Array(before + frameOctets(heartbeat) + after).fill(0xa5);
        const end = encodeHeartbeat(heartbeat, buffer, before);
        expect(end).toBe(before + frameOctets(heartbeat));
        expect(decodeHeartbeat(buffer, before, end)).toEqual(heartbeat);
        expect(
          [...buffer.subarray(0, before), ...buffer.subarray(end)].every((octet) => octet === 0xa5),
        ).toBe(true);
      }),
    );
  });

  it("is never longer than MAX_FRAME_OCTETS", () => {
    const longest: Heartbeat = {
      kind: "beat",
      ...NUMBERS,
      minReceiveMs: 1,
      payload: new Uint8Array(MAX_PAYLOAD_OCTETS),
    };
    expect(frameOctets(longest)).toBe(MAX_FRAME_OCTETS);
    expect(MAX_FRAME_OCTETS).toBe(269);
  });
});

describe("the payload is a copy", () => {
  it("which outlives a receive buffer that is used again", () => {
    const buffer = encode({ kind: "probe", seq: 1, payload: unhex("aabb") });
    const decoded = decodeHeartbeat(buffer);
    buffer.fill(0);
    expect(decoded).toEqual({ kind: "probe", seq: 1, payload: unhex("aabb") });
  });

  it("and the wire does not change with the sender's array", () => {
    const payload = unhex("aabb");
    const octets = encode({ kind: "echo", seq: 1, payload });
    payload.fill(0);
    expect(hex(octets)).toBe("280000000102aabb");
  });

  it("also when the receive buffer is a Node Buffer, whose slices would share memory", () => {
    const buffer = Buffer.from("180000000102aabb", "hex");
    const decoded = decodeHeartbeat(buffer);
    buffer.fill(0);
    expect(decoded).toEqual({ kind: "probe", seq: 1, payload: unhex("aabb") });
  });
});

describe("anything else is malformed", () => {
  const wrong: [MalformedReason, string, string][] = [
    ["empty", "no octet at all", ""],
    ["unknown-version", "version 1", "5000000001"],
    ["unknown-version", "version 2", "9000000001"],
    ["unknown-version", "version 3, as in a run of ones", "ffffffffff"],
    ["reserved-bits", "bit 0", "1100000001"],
    ["reserved-bits", "bit 1", "1200000001"],
    ["truncated", "a limit announced, and missing", "1400000001"],
    ["truncated", "a limit without its last octet", "1400000001000003"],
    ["trailing-octets", "a limit and one octet", "1400000001000003e8ff"],
    ["truncated", "a limit and a payload announced, the payload missing", "1c00000001000003e8"],
    ["reserved-bits", "a bye asks for nothing", "34000003e8"],
    ["reserved-bits", "a bye cannot carry a payload", "380107"],
    ["truncated", "a probe without its last octet", "10000000"],
    ["truncated", "a beat as short as a probe", "0000000001"],
    ["truncated", "a payload announced, its length missing", "1800000001"],
    ["truncated", "a payload shorter than its length", "180000000103aabb"],
    ["empty-payload", "a payload of no octets", "180000000100"],
    ["trailing-octets", "a probe and one octet", "100000000100"],
    ["trailing-octets", "a beat and one octet", "000000000100000001ff"],
    ["trailing-octets", "a bye and one octet", "3000"],
    ["trailing-octets", "a payload longer than its length", "180000000101aabb"],
  ];
  it.each(wrong)("%s: %s", (reason, _what, octets) => {
    expect(decodeHeartbeat(unhex(octets))).toEqual({ kind: "malformed", reason });
  });

  it("and a flood of it allocates nothing: the answer is one shared, frozen object", () => {
    const first = decodeHeartbeat(unhex("ff"));
    expect(decodeHeartbeat(unhex("ffff"))).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
  });

  it("every string of octets is either malformed, or exactly the frame of what it decodes to", () => {
    const plausible = fc
      .tuple(
        fc.constantFrom(0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38),
        fc.uint8Array({ maxLength: 24 }),
        fc.nat(4),
      )
      .map(([head, rest, payloadLength]) => {
        // Put a length that has a chance to be right where a probe would have it.
        if (rest.length > 4) rest[4] = payloadLength;
        return Uint8Array.of(head, ...rest);
      });
    const seen = { heartbeats: 0, malformed: 0 };
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), plausible), (octets) => {
        const decoded = decodeHeartbeat(octets);
        if (decoded.kind === "malformed") {
          seen.malformed += 1;
        } else {
          seen.heartbeats += 1;
          expect(hex(encode(decoded))).toBe(hex(octets));
        }
      }),
      { numRuns: 5000 },
    );
    // Else the property has shown nothing.
    expect(seen.heartbeats).toBeGreaterThan(50);
    expect(seen.malformed).toBeGreaterThan(50);
  });

  it("a frame cut off anywhere is truncated, or empty when nothing is left", () => {
    fc.assert(
      fc.property(anyHeartbeat, (heartbeat) => {
        const whole = encode(heartbeat);
        for (let length = 0; length < whole.length; length++) {
          const reason = length === 0 ? "empty" : "truncated";
          expect(decodeHeartbeat(whole.subarray(0, length))).toEqual({ kind: "malformed", reason });
        }
      }),
    );
  });

  it("a frame with anything behind it has trailing octets", () => {
    fc.assert(
      fc.property(anyHeartbeat, fc.uint8Array({ minLength: 1, maxLength: 9 }), (heartbeat, more) => {
        const octets = Uint8Array.of(...encode(heartbeat), ...more);
        expect(decodeHeartbeat(octets)).toEqual({ kind: "malformed", reason: "trailing-octets" });
      }),
    );
  });
});

describe("what cannot be encoded throws a RangeError that names it", () => {
  const into = new Uint8Array(MAX_FRAME_OCTETS + 100);
  const unencodable: [string, Heartbeat, RegExp][] = [
    ["seq below", { kind: "probe", seq: -1 }, /^seq .* not -1$/],
    ["seq above", { kind: "echo", seq: 2 ** 32 }, /^seq .* not 4294967296$/],
    ["seq in between", { kind: "beat", seq: 0.5, intervalMs: 1 }, /^seq .* not 0\.5$/],
    ["seq no number", { kind: "probe", seq: Number.NaN }, /^seq .* not NaN$/],
    ["interval below", { kind: "beat", seq: 0, intervalMs: -5 }, /^intervalMs .* not -5$/],
    [
      "interval above",
      { kind: "beat", seq: 0, intervalMs: Number.POSITIVE_INFINITY },
      /^intervalMs .* not Inf/,
    ],
    ["interval fractional", { kind: "beat", seq: 0, intervalMs: 1.5 }, /^intervalMs .* not 1\.5$/],
    ["payload empty", { kind: "probe", seq: 0, payload: new Uint8Array(0) }, /^payload .* not 0$/],
    ["payload too long", { kind: "probe", seq: 0, payload: new Uint8Array(256) }, /^payload .* not 256$/],
  ];
  it.each(unencodable)("%s", (_name, heartbeat, message) => {
    const encoding = () => encodeHeartbeat(heartbeat, into);
    expect(encoding).toThrow(RangeError);
    expect(encoding).toThrow(message);
  });

  it("a buffer too short", () => {
    const encoding = () => encodeHeartbeat({ kind: "probe", seq: 0 }, new Uint8Array(8), 4);
    expect(encoding).toThrow(RangeError);
    expect(encoding).toThrow("frame of 5 octets does not fit 4 octets");
  });
});
