import {
  causeOfError,
  type PeerSource,
  type PeerSourceListener,
  type PeerSourceSubscription,
  requireInteger,
} from "@heartwire/core";
import type { WebSocket, WebSocketServer } from "ws";
import { linkOn, requireVia } from "./mode.js";
import type { HeartbeatVia } from "./wire.js";
import { isServerClosed, networkSocketOf } from "./ws-internals.js";

/** For {@link webSocketPeers}. */
export interface WebSocketPeersOptions {
  readonly via: HeartbeatVia;
  /**
   * How many connected peers are told of; those beyond are rejected (`too-many-peers`) and stay connected,
   * unwatched. Default: as many as the server accepts.
   */
  readonly maxPeers?: number;
}

/**
 * The clients of a `ws` server: first those there already, then each as it connects. The server and its
 * WebSockets stay the application's; those that came while `clientTracking` was off cannot be found.
 *
 * Ends without a reason when the server emits 'close', with the cause when it emits 'error'. Links that are
 * open go on.
 *
 * @throws TypeError when via is none; RangeError when maxPeers is no positive integer.
 */
export function webSocketPeers(
  server: WebSocketServer,
  options: WebSocketPeersOptions,
): PeerSource<WebSocket> {
  const { via, maxPeers } = options;
  requireVia(via);
  if (maxPeers !== undefined) requireInteger("maxPeers", maxPeers, 1, Number.MAX_SAFE_INTEGER);
  return {
    name: `websocket-${via}`,
    listen: (listener) =>
      new PeersSubscription(server, listener, via, maxPeers ?? Number.POSITIVE_INFINITY).start(),
  };
}

/** By which subscription a WebSocket was told of. Beside a link's own place it costs nothing; a set would. */
const TOLD = Symbol("heartwire told");
type Told = { [TOLD]?: object };

class PeersSubscription implements PeerSourceSubscription {
  readonly #server: WebSocketServer;
  readonly #listener: PeerSourceListener<WebSocket>;
  readonly #via: HeartbeatVia;
  readonly #maxPeers: number;
  /** Who was told of and is connected; kept only where a bound needs a count, for it costs memory a peer. */
  readonly #counted: Set<WebSocket> | undefined;
  readonly #mark = {};
  readonly #onConnection = (ws: WebSocket): void => this.#arrived(ws);
  readonly #onClose = (): void => this.#ended();
  readonly #onError = (error: Error): void => this.#ended(error);
  readonly #onPeerClose: (this: WebSocket) => void;
  #closed = false;

  constructor(
    server: WebSocketServer,
    listener: PeerSourceListener<WebSocket>,
    via: HeartbeatVia,
    maxPeers: number,
  ) {
    this.#server = server;
    this.#listener = listener;
    this.#via = via;
    this.#maxPeers = maxPeers;
    const counted = maxPeers === Number.POSITIVE_INFINITY ? undefined : new Set<WebSocket>();
    this.#counted = counted;
    this.#onPeerClose = function () {
      counted?.delete(this);
    };
  }

  start(): this {
    this.#server.on("connection", this.#onConnection).on("close", this.#onClose).on("error", this.#onError);
    queueMicrotask(() => this.#tellPresent());
    return this;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server
      .off("connection", this.#onConnection)
      .off("close", this.#onClose)
      .off("error", this.#onError);
    for (const ws of this.#counted ?? []) ws.off("close", this.#onPeerClose);
    this.#counted?.clear();
  }

  #tellPresent(): void {
    for (const ws of this.#server.clients ?? []) this.#arrived(ws);
    if (isServerClosed(this.#server)) this.#ended();
  }

  #arrived(ws: WebSocket): void {
    // A server that emits 'connection' late tells of some twice.
    if (this.#closed || ws.readyState !== ws.OPEN || (ws as Told)[TOLD] === this.#mark) return;
    (ws as Told)[TOLD] = this.#mark;
    if (this.#counted !== undefined) {
      if (this.#counted.size >= this.#maxPeers) {
        this.#listener.rejected({ kind: "too-many-peers", limit: this.#maxPeers });
        return;
      }
      this.#counted.add(ws);
      ws.on("close", this.#onPeerClose);
    }
    // Asked for now, Node knows it beyond the socket's end.
    void networkSocketOf(ws)?.remoteAddress;
    this.#listener.peer(linkOn(ws, this.#via));
  }

  #ended(error?: Error): void {
    if (this.#closed) return;
    this.close();
    if (error === undefined) this.#listener.closed();
    else this.#listener.closed(causeOfError(error, "connecting"));
  }
}
