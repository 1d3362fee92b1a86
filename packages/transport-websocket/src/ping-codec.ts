import { BEAT_OCTETS, type Echo, frameOctets, type Heartbeat, type Malformed } from "@heartwire/core";
import { decodeMessage, encodeMessage, MAGIC_OCTETS } from "./message-codec.js";
import { HEADER_OCTETS, SEQ_OCTETS } from "./wire.js";

/** RFC 6455, section 5.5: the most octets a control frame carries. */
const MAX_CONTROL_OCTETS = 125;
/** RFC 6455, section 5.2: the last fragment, opcode 9. */
const FINAL_PING = 0x89;

/**
 * The longest payload that a heartbeat carries in mode "ping": what a control frame's 125 octets leave beside
 * the magic, a beat and the length octet. A heartbeat with a longer one is dropped.
 */
export const MAX_PING_PAYLOAD_OCTETS = MAX_CONTROL_OCTETS - MAGIC_OCTETS - BEAT_OCTETS - 1;

/**
 * A whole unmasked ping: the header, and the seq in four octets, big-endian. `undefined` for a seq that is no
 * uint32.
 */
export function encodePing(seq: number): Buffer | undefined {
  if (seq >>> 0 !== seq) return undefined;
  const frame = Buffer.allocUnsafe(HEADER_OCTETS + SEQ_OCTETS);
  frame[0] = FINAL_PING;
  frame[1] = SEQ_OCTETS;
  frame[2] = seq >>> 24;
  frame[3] = seq >>> 16;
  frame[4] = seq >>> 8;
  frame[5] = seq;
  return frame;
}

/** What a ping or pong holds that carries more than a seq; `undefined` when no control frame can hold it. */
export function encodeControl(heartbeat: Heartbeat): Uint8Array | undefined {
  const octets = MAGIC_OCTETS + frameOctets(heartbeat);
  return octets > MAX_CONTROL_OCTETS ? undefined : encodeMessage(heartbeat);
}

/**
 * Reads what a pong holds: four octets are the seq of a ping of ours; the magic and a frame are a heartbeat;
 * anything else is `undefined`, the answer to a ping of somebody else.
 */
export function decodePong(octets: Uint8Array): Heartbeat | Malformed | undefined {
  if (octets.length === SEQ_OCTETS) return { kind: "echo", seq: readSeq(octets) };
  const decoded = decodeMessage(octets);
  if (decoded?.kind !== "probe") return decoded;
  // A pong returns what the ping held: our own probe, come back, is its echo. What it asked for was our wish.
  const { seq, payload } = decoded;
  return { kind: "echo", seq, ...(payload && { payload }) } satisfies Echo;
}

function readSeq(octets: Uint8Array): number {
  return ((octets[0]! << 24) | (octets[1]! << 16) | (octets[2]! << 8) | octets[3]!) >>> 0;
}
