import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import {
  causeOfError,
  checkKeepaliveSettings,
  type KeepaliveSettings,
  type LinkListener,
  type PeerSource,
  type PeerSourceListener,
  type PeerSourceSubscription,
  requireInteger,
  type Transport,
} from "@heartwire/core";
import type { KeepaliveLink } from "./keepalive-link.js";
import { linkOver } from "./keepalive-socket.js";
import { KEEPALIVE_WIRE, KeepaliveSetter, type ReportListener } from "./keepalive-transport.js";
import { requireFunction, requireObject } from "./require.js";

/** What {@link keepalivePeers} may be told besides. */
export interface KeepalivePeersOptions {
  /** The most links open at a time. Connections beyond it work on, unwatched. Default 100 000. */
  readonly maxPeers?: number;
  /** Hears what became of the settings, just before a link opens. */
  readonly onReport?: ReportListener;
}

/**
 * Watches over every connection that a server of the application's accepts from now on: `net.Server`,
 * `tls.Server` (once the handshake is done), `http.Server`, `https.Server`. A server does not tell of
 * connections that it had before. As with `keepaliveSocket`, the sockets stay the application's, and a
 * peer's FIN is seen only once the application has read all that came before it.
 *
 * While listening, the server's `error` is heard here, and so is no longer thrown as unhandled: it arrives as
 * the cause if the server could not listen; a single failed accept is passed over.
 *
 * @throws RangeError when a setting or `maxPeers` is out of range, with its name and value.
 * @throws TypeError when `server` or `settings` is no object, or `onReport` no function.
 */
export function keepalivePeers(
  server: Server,
  settings: KeepaliveSettings,
  options: KeepalivePeersOptions = {},
): PeerSource<Socket> {
  const { maxPeers = 100_000, onReport } = options;
  requireObject("server", server, "a net.Server");
  requireFunction("onReport", onReport);
  checkKeepaliveSettings(settings);
  requireInteger("maxPeers", maxPeers, 1, Number.MAX_SAFE_INTEGER);
  return {
    name: "tcp-keepalive",
    listen: (listener) =>
      new KeepaliveSubscription(server, listener, maxPeers, new KeepaliveSetter(settings, onReport)),
  };
}

class KeepaliveSubscription implements PeerSourceSubscription {
  readonly #server: Server;
  readonly #listener: PeerSourceListener<Socket>;
  readonly #maxPeers: number;
  readonly #setter: KeepaliveSetter;
  readonly #acceptEvent: "connection" | "secureConnection";
  #openLinks = 0;

  constructor(
    server: Server,
    listener: PeerSourceListener<Socket>,
    maxPeers: number,
    setter: KeepaliveSetter,
  ) {
    this.#server = server;
    this.#listener = listener;
    this.#maxPeers = maxPeers;
    this.#setter = setter;
    this.#acceptEvent = server instanceof TlsServer ? "secureConnection" : "connection";
    server.on(this.#acceptEvent, this.#onSocket);
    server.on("error", this.#onError);
    server.on("close", this.#onClose);
  }

  close(): void {
    this.#server.removeListener(this.#acceptEvent, this.#onSocket);
    this.#server.removeListener("error", this.#onError);
    this.#server.removeListener("close", this.#onClose);
  }

  readonly #onSocket = (socket: Socket): void => {
    // The application may have turned it away already.
    if (socket.destroyed) return;
    if (this.#openLinks >= this.#maxPeers) {
      this.#listener.rejected({ kind: "too-many-peers", limit: this.#maxPeers });
      return;
    }
    this.#listener.peer({ address: addressOf(socket), handle: socket, transport: this.#transportOf(socket) });
  };

  readonly #onError = (error: Error): void => {
    if (this.#server.listening) return;
    this.close();
    this.#listener.closed(causeOfError(error, "connecting"));
  };

  readonly #onClose = (): void => {
    this.close();
    this.#listener.closed();
  };

  #transportOf(socket: Socket): Transport {
    let opened = false;
    return {
      name: "tcp-keepalive",
      proves: "connection",
      wire: KEEPALIVE_WIRE,
      open: (listener: LinkListener): KeepaliveLink => {
        if (opened) throw new Error("a peer's transport opens only one link");
        opened = true;
        this.#openLinks += 1;
        return linkOver(socket, listener, this.#setter, () => {
          this.#openLinks -= 1;
        });
      },
    };
  }
}

/** "10.0.0.2:40312", "[fe80::1]:40312". */
function addressOf({ remoteAddress, remotePort }: Socket): string {
  if (remoteAddress === undefined) return "unknown";
  return remoteAddress.includes(":") ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
}
