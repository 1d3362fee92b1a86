import type { Heartbeat, LinkListener } from "@heartwire/core";
import { decodeMessage, encodeMessage } from "./message-codec.js";

/**
 * Whether a heartbeat may be dropped because earlier octets do not drain (`regular`, another one follows), or
 * is the `last`.
 */
export type Urgency = "regular" | "last";

/**
 * What mode "messages" needs of a WebSocket of any make. Nothing of Node's here: `ws` and the browser's
 * WebSocket both fit through an adapter.
 */
export interface MessageSocket {
  /**
   * Sends one whole binary message, or drops it when the socket is not open or, unless it is the last, when
   * earlier octets do not drain. May keep the octets. Never throws.
   */
  sendBinary(octets: Uint8Array, urgency: Urgency): void;
}

/** Sends a heartbeat as a message, or drops one that no frame can hold. */
export function sendAsMessage(heartbeat: Heartbeat, socket: MessageSocket): void {
  const octets = encodeMessage(heartbeat);
  if (octets === undefined) return;
  socket.sendBinary(octets, heartbeat.kind === "bye" ? "last" : "regular");
}

/**
 * Takes one binary message of the peer and tells the listener what it proves. Returns whose it is:
 * `heartwire`, to be hidden from the application; or `application`, to be passed on untouched.
 *
 * Ours is only what begins with the magic and is, to its last octet, a valid frame. What begins with the
 * magic, is as short as a heartbeat and yet no frame might be a damaged heartbeat or the application's own:
 * it is reported as rejected, counts as no evidence, and still goes to the application, for a message lost
 * in silence would be the worse mistake.
 */
export function receiveMessage(octets: Uint8Array, listener: LinkListener): "heartwire" | "application" {
  const decoded = decodeMessage(octets);
  if (decoded === undefined) {
    listener.active();
    return "application";
  }
  if (decoded.kind === "malformed") {
    listener.rejected(decoded);
    return "application";
  }
  listener.received(decoded);
  return "heartwire";
}
