import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket, Server as TlsServer } from "node:tls";
import type { PeerSource, Transport } from "@heartwire/core";
import { malformedOption, octetSocket, streamSocketCost } from "./heartbeat-socket.js";
import { integerOption } from "./options.js";
import { acceptPeers, type PeerSourceOptions } from "./peers.js";
import { SharedSocket } from "./shared-socket.js";

const DEFAULT_MAX_READ_AHEAD_OCTETS = 1024 * 1024;

/** What {@link shareSocket} can be told. */
export interface ShareSocketOptions {
  /**
   * How many of the application's octets are read for it before it asks, so that heartbeats behind them are
   * heard; each piece is charged 256 more. Then the socket is not read until half of it is taken. 1 or more;
   * 1 MiB unless given.
   */
  readonly maxReadAheadOctets?: number;
  /** Malformed heartbeats in a row, without a good one, that end the link. 1 or more; 16 unless given. */
  readonly maxMalformedFrames?: number;
}

/** A socket with two users. */
export interface SharedSocketParts {
  /** The application's octets, as if it had the socket to itself. */
  readonly application: Duplex;
  /** The heartbeats. One link at a time. */
  readonly transport: Transport;
}

/**
 * Shares a socket, connected or still connecting, between the application's octets and heartbeats. Both ends
 * must use it, and nothing else may read or write the socket. Sets TCP_NODELAY.
 *
 * On the wire: a channel octet, then 0: a length octet and a heartbeat's frame; 1: a uint16 (big-endian) and
 * so many octets of the application, 1 to 16 384; 2: the end of the application's octets in this direction.
 * Anything else is out of sync: the link closes with the cause `protocol`, the Duplex and the socket are
 * destroyed.
 *
 * **The Duplex.** Octets go out piece by piece, each when the kernel has taken the one before; a heartbeat
 * waits in this process behind one piece at most. (Behind what the kernel holds it does wait; but then the
 * peer receives those octets, which are evidence too.) `end()` ends one direction, in band; heartbeats go on.
 * `destroy()` before both directions have ended destroys the socket: the peer must not take what it got for
 * the whole. Its link, and ours, tells `ended`. When the socket ends before the peer's octets did, the Duplex
 * is destroyed with an error; nobody has to listen for it, as the link tells too.
 *
 * **The link.** When it closes the Duplex goes on. When both directions of the Duplex have ended the link
 * goes on. When both are over nobody is left: the socket is ended, and destroyed within a second. Octets of
 * the application count as `active`, once a chunk. While the application leaves more than
 * `maxReadAheadOctets` unread the socket is not read, and `hearing()` is false as soon as octets wait there.
 *
 * Proves `process`, at the same costs as {@link heartbeatSocket} and one octet more a heartbeat.
 *
 * @throws Error when the socket is used for heartbeats already.
 * @throws TypeError when the socket decodes its octets to strings (`setEncoding`).
 * @throws RangeError when an option is out of its range.
 */
export function shareSocket(socket: Socket | TLSSocket, options: ShareSocketOptions = {}): SharedSocketParts {
  const checked = checkedOptions(options);
  octetSocket(socket);
  const shared = new SharedSocket(socket, checked);
  socket.setNoDelay(true);
  return {
    application: shared.application,
    transport: {
      name: "tcp-shared",
      proves: "process",
      wire: streamSocketCost("encrypted" in socket, 2),
      open: (listener) => shared.open(listener),
    },
  };
}

/** What {@link sharedPeers} can be told. */
export interface SharedPeersOptions extends ShareSocketOptions, PeerSourceOptions {}

/** What the application knows a peer of {@link sharedPeers} by. */
export interface SharedPeerHandle {
  readonly socket: Socket;
  /** Must be read (or `resume()`d): what it leaves unread holds up heartbeats in the end. */
  readonly application: Duplex;
}

/**
 * Each connection that a TCP or TLS server accepts, shared as by {@link shareSocket}, as a peer. The end of its
 * link leaves the application its stream: a dead client's is the application's to destroy. What else holds, see
 * {@link tcpPeers}.
 *
 * @throws RangeError when an option is out of its range.
 */
export function sharedPeers(
  server: Server | TlsServer,
  options: SharedPeersOptions = {},
): PeerSource<SharedPeerHandle> {
  const perSocket = checkedOptions(options);
  return acceptPeers("tcp-shared", server, options, (socket) => {
    const { application, transport } = shareSocket(socket, perSocket);
    return { handle: { socket, application }, transport };
  });
}

function checkedOptions(options: ShareSocketOptions): Required<ShareSocketOptions> {
  const { maxReadAheadOctets = DEFAULT_MAX_READ_AHEAD_OCTETS, maxMalformedFrames } = options;
  return {
    maxReadAheadOctets: integerOption("maxReadAheadOctets", maxReadAheadOctets, 1),
    maxMalformedFrames: malformedOption(maxMalformedFrames),
  };
}
