import { type Heartbeat, MAX_PAYLOAD_OCTETS, type Probe } from "./heartbeat.js";
import type { Malformed, MalformedReason } from "./rejection.js";
import { BEAT_OCTETS, PROBE_OCTETS } from "./wire-cost.js";

/** What a limit on the rate of heartbeats adds to a frame. */
const LIMIT_OCTETS = 4;

/** The longest frame: a beat with a limit and the longest payload. */
export const MAX_FRAME_OCTETS = BEAT_OCTETS + LIMIT_OCTETS + 1 + MAX_PAYLOAD_OCTETS;

const BYE_OCTETS = 1;
const VERSION_MASK = 0b1100_0000;
const PAYLOAD_FLAG = 0b0000_1000;
const LIMIT_FLAG = 0b0000_0100;
const RESERVED_MASK = 0b0000_0011;
const KIND_OF_BITS = ["beat", "probe", "echo", "bye"] as const;
const BITS_OF_KIND = { beat: 0, probe: 1 << 4, echo: 2 << 4, bye: 3 << 4 } as const;
const BODY_OCTETS = { beat: BEAT_OCTETS, probe: PROBE_OCTETS, echo: PROBE_OCTETS, bye: BYE_OCTETS } as const;

const malformed = (reason: MalformedReason): Malformed => Object.freeze({ kind: "malformed", reason });
// Shared and frozen, so that a flood of bad frames allocates nothing.
const EMPTY = malformed("empty");
const TRUNCATED = malformed("truncated");
const UNKNOWN_VERSION = malformed("unknown-version");
const RESERVED_BITS = malformed("reserved-bits");
const EMPTY_PAYLOAD = malformed("empty-payload");
const TRAILING = malformed("trailing-octets");

/** How many octets {@link encodeHeartbeat} will write. */
export function frameOctets(heartbeat: Heartbeat): number {
  if (heartbeat.kind === "bye") return BYE_OCTETS;
  const { payload } = heartbeat;
  return (
    BODY_OCTETS[heartbeat.kind] +
    (heartbeat.minReceiveMs === undefined ? 0 : LIMIT_OCTETS) +
    (payload === undefined ? 0 : 1 + payload.length)
  );
}

/**
 * Writes a heartbeat as a version 0 frame at `offset` and returns the offset behind it.
 *
 * @throws RangeError when seq, intervalMs or minReceiveMs is no uint32, a payload is not 1 to 255 octets, or
 * `into` is too short.
 */
export function encodeHeartbeat(heartbeat: Heartbeat, into: Uint8Array, offset = 0): number {
  const end = offset + frameOctets(heartbeat);
  if (end > into.length) {
    throw new RangeError(`frame of ${end - offset} octets does not fit ${into.length - offset} octets`);
  }
  if (heartbeat.kind === "bye") {
    into[offset] = BITS_OF_KIND.bye;
    return end;
  }
  const { payload, minReceiveMs } = heartbeat;
  const flags = (payload === undefined ? 0 : PAYLOAD_FLAG) | (minReceiveMs === undefined ? 0 : LIMIT_FLAG);
  into[offset] = BITS_OF_KIND[heartbeat.kind] | flags;
  writeUint32(heartbeat.seq, "seq", into, offset + 1);
  if (heartbeat.kind === "beat") writeUint32(heartbeat.intervalMs, "intervalMs", into, offset + 5);
  let at = offset + BODY_OCTETS[heartbeat.kind];
  if (minReceiveMs !== undefined) {
    writeUint32(minReceiveMs, "minReceiveMs", into, at);
    at += LIMIT_OCTETS;
  }
  if (payload !== undefined) {
    if (payload.length < 1 || payload.length > MAX_PAYLOAD_OCTETS) {
      throw new RangeError(`payload must have 1 to ${MAX_PAYLOAD_OCTETS} octets, not ${payload.length}`);
    }
    into[at] = payload.length;
    into.set(payload, at + 1);
  }
  return end;
}

/**
 * Reads one frame that fills `bytes` from `start` to `end` exactly. The payload is a copy: it outlives a
 * receive buffer that is used again. Never throws on what the octets hold.
 */
export function decodeHeartbeat(bytes: Uint8Array, start = 0, end = bytes.length): Heartbeat | Malformed {
  if (end <= start) return EMPTY;
  const head = bytes[start]!;
  if ((head & VERSION_MASK) !== 0) return UNKNOWN_VERSION;
  if ((head & RESERVED_MASK) !== 0) return RESERVED_BITS;
  const kind = KIND_OF_BITS[(head >> 4) as 0 | 1 | 2 | 3];
  const flags = head & (PAYLOAD_FLAG | LIMIT_FLAG);
  if (kind === "bye") {
    if (flags !== 0) return RESERVED_BITS;
    return end - start === BYE_OCTETS ? { kind } : TRAILING;
  }
  const body = start + BODY_OCTETS[kind];
  if (end < body) return TRUNCATED;
  const seq = readUint32(bytes, start + 1);
  // The usual heartbeat carries nothing more, and is made without a detour.
  if (flags === 0) {
    if (end !== body) return TRAILING;
    return kind === "beat" ? { kind, seq, intervalMs: readUint32(bytes, start + 5) } : { kind, seq };
  }
  const more = decodeMore(bytes, body, end, flags);
  if ("kind" in more) return more;
  return kind === "beat"
    ? { kind, seq, intervalMs: readUint32(bytes, start + 5), ...more }
    : { kind, seq, ...more };
}

/** What a frame holds behind its fixed part: a limit, a payload, or both in this order. */
function decodeMore(
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
): Malformed | Pick<Probe, "minReceiveMs" | "payload"> {
  const at = (flags & LIMIT_FLAG) === 0 ? start : start + LIMIT_OCTETS;
  if (end < at) return TRUNCATED;
  const limit = at === start ? {} : { minReceiveMs: readUint32(bytes, start) };
  if ((flags & PAYLOAD_FLAG) === 0) return end === at ? limit : TRAILING;
  if (end === at) return TRUNCATED;
  const length = bytes[at]!;
  if (length === 0) return EMPTY_PAYLOAD;
  if (end - at - 1 < length) return TRUNCATED;
  if (end - at - 1 > length) return TRAILING;
  // Not subarray or Buffer's slice: both would share the receive buffer.
  const payload = new Uint8Array(length);
  for (let index = 0; index < length; index++) payload[index] = bytes[at + 1 + index]!;
  return { ...limit, payload };
}

function writeUint32(value: number, name: string, into: Uint8Array, at: number): void {
  if (value >>> 0 !== value)
    throw new RangeError(`${name} must be an integer from 0 to 4294967295, not ${value}`);
  into[at] = value >>> 24;
  into[at + 1] = value >>> 16;
  into[at + 2] = value >>> 8;
  into[at + 3] = value;
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
