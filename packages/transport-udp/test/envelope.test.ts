import { type Heartbeat, MAX_FRAME_OCTETS } from "@heartwire/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeDatagram, encodeDatagram, isBad, MAX_DATAGRAM_OCTETS, sessionOf } from "../src/envelope.js";
import { udp } from "../src/index.js";

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const payload = fc.option(fc.uint8Array({ minLength: 1, maxLength: 255 }), { nil: undefined });
const numbered = fc.record({
  kind: fc.constantFrom("probe" as const, "echo" as const),
  seq: uint32,
  payload,
});
const beats = fc.record({ kind: fc.constant("beat" as const), seq: uint32, intervalMs: uint32, payload });
const heartbeats: fc.Arbitrary<Heartbeat> = fc
  .oneof(beats, numbered, fc.constant({ kind: "bye" as const, payload: undefined }))
  .map(
    ({ payload: octets, ...rest }) =>
      (octets === undefined ? rest : { ...rest, payload: octets }) as Heartbeat,
  );

describe("the datagram", () => {
  test("carries every heartbeat and every session unchanged", () => {
    fc.assert(
      fc.property(int32, heartbeats, (session, heartbeat) => {
        const datagram = encodeDatagram(session, heartbeat);
        expect(sessionOf(datagram)).toBe(session);
        expect(decodeDatagram(datagram)).toEqual(heartbeat);
        expect(datagram.length).toBeLessThanOrEqual(MAX_DATAGRAM_OCTETS);
      }),
    );
  });

  test("is as written in the format: version and flags, session big-endian, frame", () => {
    const datagram = encodeDatagram(0x8234_5678 | 0, { kind: "probe", seq: 0x0a0b_0c0d });
    expect(datagram.toString("hex")).toBe("00" + "82345678" + "100a0b0c0d");
  });

  test("has 14 octets with a beat, 10 with a probe or echo, 6 with a bye; as declared for predictions", () => {
    const sizes = (["beat", "probe", "echo", "bye"] as const).map(
      (kind) => encodeDatagram(1, { kind, seq: 1, intervalMs: 1 } as Heartbeat).length,
    );
    expect(sizes).toEqual([14, 10, 10, 6]);
    const { beat, probe } = udp({ host: "127.0.0.1", port: 1 }).wire;
    expect(beat).toEqual({ out: [42 + 14], in: [] });
    expect(probe).toEqual({ out: [42 + 10], in: [42 + 10] });
  });

  test("any first octet but 0 is a bad envelope: another version, or a flag that is not ours yet", () => {
    for (let octet = 1; octet < 256; octet++) {
      const datagram = encodeDatagram(1, { kind: "bye" });
      datagram[0] = octet;
      expect(decodeDatagram(datagram)).toEqual({ kind: "malformed", reason: "bad-envelope" });
    }
  });

  test("cut short is never a heartbeat", () => {
    fc.assert(
      fc.property(
        int32,
        heartbeats,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (id, each, part) => {
          const datagram = encodeDatagram(id, each);
          const cut = datagram.subarray(0, Math.floor(datagram.length * part));
          expect(isBad(decodeDatagram(cut))).toBe(true);
        },
      ),
    );
  });

  test("longer than the longest frame is oversized, not read", () => {
    const payload = new Uint8Array(255);
    const longest: Heartbeat = { kind: "beat", seq: 1, intervalMs: 1, minReceiveMs: 1, payload };
    expect(encodeDatagram(1, longest).length).toBe(5 + MAX_FRAME_OCTETS);
    const tooLong = Buffer.concat([encodeDatagram(1, longest), Buffer.of(0)]);
    expect(decodeDatagram(tooLong)).toEqual({ kind: "oversized", octets: 275, limitOctets: 274 });
  });

  test("whatever the octets, they are a heartbeat that encodes to themselves, or bad; nothing throws", () => {
    // Random octets fail at the first; with a good envelope and kind the rest is tried too.
    const nearlyOurs = fc.uint8Array({ maxLength: 300 }).map((octets) => {
      if (octets.length > 0) octets[0]! &= 1;
      if (octets.length > 5) octets[5]! &= 0b0011_1100;
      return octets;
    });
    fc.assert(
      fc.property(nearlyOurs, (octets) => {
        const heartbeat = decodeDatagram(octets);
        if (isBad(heartbeat)) return;
        expect([...encodeDatagram(sessionOf(octets), heartbeat)]).toEqual([...octets]);
      }),
      { numRuns: 2000 },
    );
  });
});
