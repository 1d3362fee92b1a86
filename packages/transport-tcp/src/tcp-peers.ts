import type { Server, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { PeerSource } from "@heartwire/core";
import {
  fateOption,
  type HeartbeatSocketOptions,
  heartbeatSocket,
  malformedOption,
} from "./heartbeat-socket.js";
import { acceptPeers, type PeerSourceOptions } from "./peers.js";

/** What {@link tcpPeers} can be told. */
export interface TcpPeersOptions extends HeartbeatSocketOptions, PeerSourceOptions {
  /**
   * As for {@link heartbeatSocket}, but `destroy` unless given: the connection was accepted for heartbeats
   * alone, and a dead client's socket would otherwise stay for ever.
   */
  readonly onClose?: "detach" | "destroy";
}

/**
 * Each connection that a TCP or TLS server accepts, as a peer; its handle is the socket. Connections accepted
 * before listen() are not told: Node does not list them. The server stays its owner's to listen and to close.
 *
 * A failed TLS handshake is told as rejected (`bad-envelope`). An error of a server that listens no more (as
 * `EADDRINUSE`) arrives as closed; of one that still does (as `EMFILE`) it changes nothing.
 *
 * listen() throws Error while another subscription to this source is open.
 *
 * @throws RangeError or TypeError when an option is out of its range.
 */
export function tcpPeers(server: Server | TlsServer, options: TcpPeersOptions = {}): PeerSource<Socket> {
  const perSocket = {
    onClose: fateOption(options.onClose ?? "destroy"),
    maxMalformedFrames: malformedOption(options.maxMalformedFrames),
  };
  return acceptPeers("tcp", server, options, (socket) => ({
    handle: socket,
    transport: heartbeatSocket(socket, perSocket),
  }));
}
