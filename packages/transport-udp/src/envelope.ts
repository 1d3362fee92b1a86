import { randomBytes } from "node:crypto";
import {
  BEAT_OCTETS,
  decodeHeartbeat,
  encodeHeartbeat,
  type FrameRejection,
  frameOctets,
  type Heartbeat,
  MAX_FRAME_OCTETS,
  type Malformed,
} from "@heartwire/core";

/** A datagram that holds no heartbeat. */
export type BadDatagram = Extract<FrameRejection, { kind: "malformed" | "oversized" }>;

/** One octet of version and flags, four of the sender's session. */
export const ENVELOPE_OCTETS = 5;

/** The longest datagram there is: the envelope around the longest frame. */
export const MAX_DATAGRAM_OCTETS = ENVELOPE_OCTETS + MAX_FRAME_OCTETS;

// High nibble: version 0. Low nibble: reserved for the authenticated flag and others to come, so zero.
const VERSION_AND_FLAGS = 0;

/** The first octet of such a frame: version 0, kind beat, no flags. */
const BARE_BEAT = 0;

// Shared and frozen, so that a flood of garbage allocates nothing.
const BAD_ENVELOPE: Malformed = Object.freeze({ kind: "malformed", reason: "bad-envelope" });

/**
 * A fresh random session, as the int32 that is used inside this package: unlike a uint32 it always fits
 * V8's small integers, which a `Map` finds without allocating. Written `>>> 0` wherever people see it.
 */
export function randomSession(): number {
  return randomBytes(4).readInt32BE(0);
}

/** A heartbeat in its envelope, in memory of its own: the kernel may read it long after the send returned. */
export function encodeDatagram(session: number, heartbeat: Heartbeat): Buffer {
  const datagram = Buffer.allocUnsafe(ENVELOPE_OCTETS + frameOctets(heartbeat));
  datagram[0] = VERSION_AND_FLAGS;
  datagram[1] = session >>> 24;
  datagram[2] = session >>> 16;
  datagram[3] = session >>> 8;
  datagram[4] = session;
  encodeHeartbeat(heartbeat, datagram, ENVELOPE_OCTETS);
  return datagram;
}

/**
 * The heartbeat in a datagram, or why there is none; never throws. Of a datagram with a heartbeat
 * {@link sessionOf} tells the sender's session.
 */
export function decodeDatagram(datagram: Uint8Array): Heartbeat | BadDatagram {
  if (datagram.length > MAX_DATAGRAM_OCTETS) {
    return { kind: "oversized", octets: datagram.length, limitOctets: MAX_DATAGRAM_OCTETS };
  }
  if (datagram.length < ENVELOPE_OCTETS || datagram[0] !== VERSION_AND_FLAGS) return BAD_ENVELOPE;
  return decodeHeartbeat(datagram, ENVELOPE_OCTETS);
}

export function isBad(datagram: Heartbeat | BadDatagram): datagram is BadDatagram {
  return datagram.kind === "malformed" || datagram.kind === "oversized";
}

/** Whether this is a beat and no more: without payload and limit, as nearly all are. */
export function isBareBeat(datagram: Uint8Array): boolean {
  return (
    datagram.length === ENVELOPE_OCTETS + BEAT_OCTETS &&
    datagram[0] === VERSION_AND_FLAGS &&
    datagram[ENVELOPE_OCTETS] === BARE_BEAT
  );
}

/** Of a bare beat, as int32. */
export function seqOf(datagram: Uint8Array): number {
  return int32At(datagram, ENVELOPE_OCTETS + 1);
}

/** Of a bare beat, as int32. */
export function intervalOf(datagram: Uint8Array): number {
  return int32At(datagram, ENVELOPE_OCTETS + 5);
}

function int32At(octets: Uint8Array, at: number): number {
  return (octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!;
}

/** The sender's session as int32; the datagram must hold the envelope. */
export function sessionOf(datagram: Uint8Array): number {
  return int32At(datagram, 1);
}
