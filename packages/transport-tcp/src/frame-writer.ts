import {
  type CloseReason,
  encodeHeartbeat,
  type FrameRejection,
  frameOctets,
  type Heartbeat,
} from "@heartwire/core";
import { MAX_STREAM_FRAME_OCTETS } from "./frame-reader.js";

/**
 * The longest payload that every heartbeat can carry over TCP: a beat's frame, with its length octet for the
 * payload, must fit 255 octets. (A probe or an echo could hold four more.)
 */
export const MAX_TCP_PAYLOAD_OCTETS = 245;

/**
 * Unsent octets of heartbeats beyond which no more are written: they would be stale by the time they left.
 * One longest frame, or some dozens of bare ones (a TLS socket sends nothing before the tick is over).
 */
export const MAX_UNSENT_OCTETS = 1 + MAX_STREAM_FRAME_OCTETS;

/**
 * Why a heartbeat cannot be sent: `oversized` is dropped and told as rejected; one that is none (a seq that is
 * no uint32, an empty payload) is a fault in this process, and closes the link before it does harm.
 */
export type Unsendable =
  | Extract<FrameRejection, { kind: "oversized" }>
  | Extract<CloseReason, { kind: "protocol" }>;

/**
 * A heartbeat as it goes into the stream: one length octet, then the frame; before both, `channel` if given.
 * Never throws.
 */
export function frameForStream(heartbeat: Heartbeat, channel?: number): Buffer | Unsendable {
  const octets = frameOctets(heartbeat);
  if (octets > MAX_STREAM_FRAME_OCTETS) {
    return { kind: "oversized", octets, limitOctets: MAX_STREAM_FRAME_OCTETS };
  }
  const start = channel === undefined ? 1 : 2;
  const framed = Buffer.allocUnsafe(start + octets);
  if (channel !== undefined) framed[0] = channel;
  framed[start - 1] = octets;
  try {
    encodeHeartbeat(heartbeat, framed, start);
  } catch (error) {
    return { kind: "protocol", detail: `cannot send a ${heartbeat.kind}: ${String(error)}` };
  }
  return framed;
}
