import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { BEAT_OCTETS, PROBE_OCTETS, streamCost, type Transport, type WireCost } from "@heartwire/core";
import { FrameReader } from "./frame-reader.js";
import { DEFAULT_MAX_MALFORMED_FRAMES } from "./link-report.js";
import { integerOption } from "./options.js";
import { type SocketFate, SocketLink } from "./socket-link.js";

/** What {@link heartbeatSocket} can be told. */
export interface HeartbeatSocketOptions {
  /**
   * What becomes of the socket when the link ends, by whichever end. `detach` (the default) leaves it to its
   * owner, without our listeners, and paused unless it flowed before. `destroy` destroys it; a `bye` just
   * sent still goes out first, within a second.
   */
  readonly onClose?: SocketFate;
  /** Malformed frames in a row, without a good one, that end the link. 1 or more; 16 unless given. */
  readonly maxMalformedFrames?: number;
}

/** RFC 8446 section 5.2: record header 5, content type 1, tag 16 (every TLS 1.3 cipher suite of Node). */
const TLS_RECORD_OCTETS = 22;

/**
 * Heartbeats on the whole of a TCP or TLS socket, connected or still connecting, at either end. Nothing else
 * may read or write it while a link is open. Sets TCP_NODELAY.
 *
 * Proves `process`: octets of ours come only from the peer's event loop. Every octet received is evidence; a
 * chunk that completes no frame is told as `active`. A heartbeat is dropped while earlier ones are unsent. One
 * with a payload above {@link MAX_TCP_PAYLOAD_OCTETS} is dropped and told as rejected (`oversized`); one that is
 * no heartbeat at all (a seq that is no uint32) closes the link with the cause `protocol`, which says so.
 *
 * Worst case in memory per link: one partial frame in (256 octets), one longest frame plus 256 octets out.
 *
 * @throws TypeError when the socket decodes its octets to strings (`setEncoding`).
 * @throws RangeError when an option is out of its range.
 */
export function heartbeatSocket(socket: Socket | TLSSocket, options: HeartbeatSocketOptions = {}): Transport {
  const fate = fateOption(options.onClose ?? "detach");
  const maxMalformedFrames = malformedOption(options.maxMalformedFrames);
  octetSocket(socket);
  // One for all links on this socket, one after the other: a frame may be cut where one of them ends.
  const reader = new FrameReader();
  return {
    name: "tcp",
    proves: "process",
    wire: streamSocketCost("encrypted" in socket, 1),
    open(listener) {
      const link = new SocketLink(socket, listener, { reader, fate, maxMalformedFrames });
      socket.setNoDelay(true);
      return link;
    },
  };
}

/** The cost of frames behind `headerOctets` of framing, each heartbeat in a TLS record of its own if encrypted. */
export function streamSocketCost(encrypted: boolean, headerOctets: number): WireCost {
  const around = headerOctets + (encrypted ? TLS_RECORD_OCTETS : 0);
  return streamCost({
    probeOut: around + PROBE_OCTETS,
    echoIn: around + PROBE_OCTETS,
    beatOut: around + BEAT_OCTETS,
  });
}

/** Checks `onClose`. */
export function fateOption(value: string): SocketFate {
  if (value === "detach" || value === "destroy") return value;
  throw new TypeError(`onClose must be "detach" or "destroy", not ${JSON.stringify(value)}`);
}

/** Checks `maxMalformedFrames`. */
export function malformedOption(value = DEFAULT_MAX_MALFORMED_FRAMES): number {
  return integerOption("maxMalformedFrames", value, 1);
}

/** Checks that a socket gives octets. */
export function octetSocket(socket: Socket): void {
  if (socket.readableEncoding !== null) {
    throw new TypeError(`socket must give octets, but its encoding is ${socket.readableEncoding}`);
  }
}
