import type { Server, Socket } from "node:net";
import tls from "node:tls";
import {
  causeOfError,
  type Malformed,
  type Peer,
  type PeerSource,
  type PeerSourceListener,
  type PeerSourceSubscription,
} from "@heartwire/core";
import { destroySocket } from "./close-socket.js";
import { integerOption } from "./options.js";
import { ignoreError } from "./socket-watch.js";

const DEFAULT_MAX_PEERS = 100_000;
const FAILED_HANDSHAKE: Malformed = Object.freeze({ kind: "malformed", reason: "bad-envelope" });

/** What every source of peers on a TCP or TLS server can be told. */
export interface PeerSourceOptions {
  /** Connections at a time; more are told as rejected and destroyed. 1 or more; 100 000 unless given. */
  readonly maxPeers?: number;
}

/** A source of one peer for each connection that a server accepts from now on. */
export function acceptPeers<Handle>(
  name: string,
  server: Server,
  { maxPeers = DEFAULT_MAX_PEERS }: PeerSourceOptions,
  peerOf: (socket: Socket) => Pick<Peer<Handle>, "handle" | "transport">,
): PeerSource<Handle> {
  integerOption("maxPeers", maxPeers, 1);
  let subscription: Acceptance<Handle> | undefined;
  return {
    name,
    listen(listener) {
      if (subscription?.isOpen) throw new Error("this source of peers is listened to already");
      subscription = new Acceptance(server, maxPeers, listener, (socket) => ({
        address: addressOf(socket),
        ...peerOf(socket),
      }));
      return subscription;
    },
  };
}

class Acceptance<Handle> implements PeerSourceSubscription {
  readonly #server: Server;
  readonly #accepted: "connection" | "secureConnection";
  readonly #maxPeers: number;
  readonly #listener: PeerSourceListener<Handle>;
  readonly #peerOf: (socket: Socket) => Peer<Handle>;
  #peers = 0;
  isOpen = true;

  constructor(
    server: Server,
    maxPeers: number,
    listener: PeerSourceListener<Handle>,
    peerOf: (socket: Socket) => Peer<Handle>,
  ) {
    this.#server = server;
    this.#accepted = server instanceof tls.Server ? "secureConnection" : "connection";
    this.#maxPeers = maxPeers;
    this.#listener = listener;
    this.#peerOf = peerOf;
    server.on(this.#accepted, this.#onSocket);
    server.on("tlsClientError", this.#onHandshakeError);
    server.on("error", this.#onError);
    server.on("close", this.#onClose);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#server.off(this.#accepted, this.#onSocket);
    this.#server.off("tlsClientError", this.#onHandshakeError);
    this.#server.off("error", this.#onError);
    this.#server.off("close", this.#onClose);
  }

  readonly #onSocket = (socket: Socket): void => {
    if (this.#peers >= this.#maxPeers) {
      destroySocket(socket);
      this.#listener.rejected({ kind: "too-many-peers", limit: this.#maxPeers });
      return;
    }
    this.#peers += 1;
    socket.once("close", this.#onSocketClose);
    // Whatever becomes of its link, a client that resets must not end the server.
    socket.on("error", ignoreError);
    this.#listener.peer(this.#peerOf(socket));
  };

  readonly #onSocketClose = (): void => {
    this.#peers -= 1;
  };

  readonly #onHandshakeError = (): void => this.#listener.rejected(FAILED_HANDSHAKE);

  readonly #onError = (error: Error): void => {
    // Out of descriptors, for example: a server that still listens is not gone.
    if (this.#server.listening) return;
    this.close();
    this.#listener.closed(causeOfError(error, "connecting"));
  };

  readonly #onClose = (): void => {
    this.close();
    this.#listener.closed();
  };
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined) return "unknown";
  // A server on "::" sees an IPv4 client at such an address.
  const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, "");
  return `${address.includes(":") ? `[${address}]` : address}:${remotePort}`;
}
