import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteOrder, decodeTcpInfo, type TcpInfo } from "../src/index.js";

const OCTETS = 248;
const orders = fc.constantFrom<ByteOrder>("little", "big");

function decoded(bytes: Uint8Array, order: ByteOrder = "little"): TcpInfo {
  const info = decodeTcpInfo(bytes, order);
  if (info.kind === "unreadable") throw new Error(info.why);
  return info;
}

/** As the kernel would write it: a number of `octets` at `offset`. */
function structure(order: ByteOrder, fields: readonly [number, 1 | 2 | 4 | 8, number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(OCTETS));
  const little = order === "little";
  for (const [offset, octets, value] of fields) {
    if (octets === 1) view.setUint8(offset, value);
    else if (octets === 2) view.setUint16(offset, value, little);
    else if (octets === 4) view.setUint32(offset, value, little);
    else view.setBigUint64(offset, BigInt(value), little);
  }
  return new Uint8Array(view.buffer);
}

describe("decodeTcpInfo", () => {
  it.each<ByteOrder>(["little", "big"])("reads a %s-endian structure by field, in milliseconds", (order) => {
    const bytes = structure(order, [
      [0, 1, 8],
      [1, 1, 4],
      [2, 1, 3],
      [3, 1, 2],
      [4, 1, 5],
      [5, 1, 0b101],
      [6, 1, order === "little" ? 0xa7 : 0x7a],
      [7, 1, order === "little" ? 0x01 : 0x80],
      [8, 4, 201_500],
      [24, 4, 7],
      [52, 4, 1234],
      [56, 4, 1235],
      [68, 4, 1500],
      [72, 4, 750],
      [76, 4, 0x7fff_ffff],
      [100, 4, 11],
      [104, 8, 1_000_000],
      [120, 8, 2 ** 40 + 5],
      [128, 8, 6],
      [136, 4, 12],
      [140, 4, 13],
      [144, 4, 14],
      [148, 4, 0xffff_ffff],
      [160, 8, 15],
      [200, 8, 16],
      [208, 8, 17],
      [240, 2, 18],
      [242, 2, 19],
      [244, 4, 20],
    ]);
    bytes.fill(0xff, 112, 120);
    expect(decoded(bytes, order)).toMatchObject({
      octets: OCTETS,
      state: "close-wait",
      congestionState: "loss",
      retransmits: 3,
      unansweredProbes: 2,
      backoff: 5,
      negotiated: { timestamps: true, selectiveAcknowledgements: false, windowScaling: true },
      sendWindowScale: 7,
      receiveWindowScale: 10,
      deliveryRateAppLimited: true,
      rtoMs: 201.5,
      unacknowledgedSegments: 7,
      lastDataReceivedMs: 1234,
      lastAckReceivedMs: 1235,
      rttMs: 1.5,
      rttVarianceMs: 0.75,
      slowStartThresholdSegments: Number.POSITIVE_INFINITY,
      totalRetransmits: 11,
      pacingRate: 1_000_000,
      maxPacingRate: Number.POSITIVE_INFINITY,
      bytesAcked: 2 ** 40 + 5,
      bytesReceived: 6,
      segmentsOut: 12,
      segmentsIn: 13,
      notSentBytes: 14,
      minRttMs: undefined,
      deliveryRate: 15,
      bytesSent: 16,
      bytesRetransmitted: 17,
      totalRtos: 18,
      totalRtoRecoveries: 19,
      totalRtoMs: 20,
    });
  });

  it("says that there is nothing to read", () => {
    expect(decodeTcpInfo(new Uint8Array(0))).toEqual({ kind: "unreadable", why: expect.any(String) });
  });

  it("copes with every length and every content", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), orders, (bytes, order) => {
        const info = decodeTcpInfo(bytes, order);
        expect(info.kind).toBe(bytes.length === 0 ? "unreadable" : "read");
        for (const value of Object.values(info)) expect(value).not.toBeNaN();
      }),
    );
  });

  it("reads of a shorter structure what it reads of the longer one, or nothing", () => {
    const bytes = fc.uint8Array({ minLength: OCTETS, maxLength: OCTETS + 40 });
    fc.assert(
      fc.property(bytes, fc.nat(OCTETS), orders, (longer, cut, order) => {
        fc.pre(cut > 0);
        const whole = decoded(longer, order);
        const part = decoded(longer.subarray(0, cut), order);
        for (const [name, value] of Object.entries(part)) {
          if (name === "octets" || value === undefined) continue;
          expect([name, value]).toEqual([name, whole[name as keyof TcpInfo]]);
        }
      }),
    );
  });

  it("reads every field of a structure as long as it knows, and one more with each that is added", () => {
    const told = (length: number): number =>
      Object.values(decoded(new Uint8Array(length))).filter((value) => value !== undefined).length;
    expect(told(OCTETS)).toBe(Object.keys(decoded(new Uint8Array(1))).length);
    for (let length = 2; length <= OCTETS; length++) {
      expect(told(length)).toBeGreaterThanOrEqual(told(length - 1));
    }
    // Linux 3.10's structure ended behind the total of retransmits.
    expect(decoded(new Uint8Array(104))).toMatchObject({ totalRetransmits: 0, pacingRate: undefined });
  });

  it("reads where the view begins, not where its memory does", () => {
    const memory = new Uint8Array(20);
    memory[10] = 1;
    expect(decoded(memory.subarray(10)).state).toBe("established");
  });
});

it.each(["abc", undefined, null, 5, new ArrayBuffer(8), [1, 2]])("%o is unreadable, not a crash", (bytes) => {
  expect(decodeTcpInfo(bytes as never)).toEqual({
    kind: "unreadable",
    why: `TCP_INFO must be a Uint8Array, not ${typeof bytes}`,
  });
});
