import { encodeHeartbeat, frameOctets, type Heartbeat } from "@heartwire/core";
import fc from "fast-check";

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const payload = fc.option(fc.uint8Array({ minLength: 1, maxLength: 245 }), { nil: undefined });

function withPayload<T extends object>(heartbeat: T, octets: Uint8Array | undefined): T {
  return octets === undefined ? heartbeat : { ...heartbeat, payload: octets };
}

/** Any heartbeat that fits one length octet. */
export const anyHeartbeat: fc.Arbitrary<Heartbeat> = fc.oneof(
  fc
    .tuple(uint32, uint32, payload)
    .map(([seq, intervalMs, octets]) => withPayload({ kind: "beat" as const, seq, intervalMs }, octets)),
  fc.tuple(uint32, payload).map(([seq, octets]) => withPayload({ kind: "probe" as const, seq }, octets)),
  fc.tuple(uint32, payload).map(([seq, octets]) => withPayload({ kind: "echo" as const, seq }, octets)),
  fc.constant<Heartbeat>({ kind: "bye" }),
);

/** The length octet and the frame, written here a second time, so that a test can contradict the source. */
export function framed(heartbeat: Heartbeat): Buffer {
  const frame = new Uint8Array(frameOctets(heartbeat));
  encodeHeartbeat(heartbeat, frame);
  return Buffer.from([frame.length, ...frame]);
}

/** Cuts octets at some of the places given, each a share of the whole. */
export function cut(octets: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((share) => Math.floor(share * octets.length)))].sort((a, b) => a - b);
  const edges = [0, ...places, octets.length];
  return edges
    .slice(1)
    .map((end, index) => Buffer.from(octets.subarray(edges[index], end)))
    .filter((chunk) => chunk.length > 0);
}

export const anyCuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 });
