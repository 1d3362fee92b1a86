import {
  decodeHeartbeat,
  encodeHeartbeat,
  frameOctets,
  type Heartbeat,
  MAX_FRAME_OCTETS,
  type Malformed,
} from "@heartwire/core";

/**
 * What a heartbeat among an application's messages begins with: the UTF-8 of U+1F493, a beating heart. Four
 * octets that begin no JSON, CBOR map, MessagePack map, protobuf or common file format.
 */
export const MESSAGE_MAGIC: readonly number[] = Object.freeze([0xf0, 0x9f, 0x92, 0x93]);

const [MAGIC_0, MAGIC_1, MAGIC_2, MAGIC_3] = [0xf0, 0x9f, 0x92, 0x93] as const;

/** How many octets go before the frame. */
export const MAGIC_OCTETS = 4;
/** The longest: what is longer belongs to the application, whatever it begins with. */
export const MAX_MESSAGE_OCTETS = MAGIC_OCTETS + MAX_FRAME_OCTETS;

/**
 * The magic and a version 0 frame, in new memory, for a socket may hold on to it. `undefined` for a heartbeat
 * that no frame can hold: seq or intervalMs no uint32, a payload not of 1 to 255 octets.
 */
export function encodeMessage(heartbeat: Heartbeat): Uint8Array | undefined {
  const octets = new Uint8Array(MAGIC_OCTETS + frameOctets(heartbeat));
  octets[0] = MAGIC_0;
  octets[1] = MAGIC_1;
  octets[2] = MAGIC_2;
  octets[3] = MAGIC_3;
  try {
    encodeHeartbeat(heartbeat, octets, MAGIC_OCTETS);
  } catch {
    // Only ever its RangeError; Link.send never throws.
    return undefined;
  }
  return octets;
}

/**
 * Reads a message: a heartbeat; `malformed` when it begins with the magic and has the length of a heartbeat,
 * but is none; `undefined` when it cannot be ours. Never throws on what the octets hold.
 */
export function decodeMessage(octets: Uint8Array): Heartbeat | Malformed | undefined {
  const { length } = octets;
  if (length < MAGIC_OCTETS || length > MAX_MESSAGE_OCTETS) return undefined;
  if (octets[0] !== MAGIC_0 || octets[1] !== MAGIC_1 || octets[2] !== MAGIC_2 || octets[3] !== MAGIC_3) {
    return undefined;
  }
  return decodeHeartbeat(octets, MAGIC_OCTETS, length);
}
