import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { WebSocketLink } from "./web-socket-link.js";

type Holder<L> = { [slot: symbol]: L | undefined };

/**
 * The place on a WebSocket for one link of one mode, and the listeners that lead there. All links of a mode
 * share one function per event: closures of their own would cost each watched WebSocket some 64 octets an
 * event, and a WeakMap one more look-up a frame.
 */
export class LinkSlot<L extends WebSocketLink> {
  readonly #key: symbol;
  readonly #onOpen: (this: WebSocket) => void;
  readonly #onClose: (this: WebSocket, code: number, reason: Buffer) => void;
  readonly #onError: (this: WebSocket, error: Error) => void;
  readonly #onData: (this: Duplex) => void;

  constructor(name: string) {
    const key = Symbol(name);
    this.#key = key;
    this.#onOpen = function () {
      linkAt<L>(this, key)?.handleOpen();
    };
    this.#onClose = function (code, reason) {
      linkAt<L>(this, key)?.handleClose(code, reason);
    };
    this.#onError = function (error) {
      linkAt<L>(this, key)?.handleError(error);
    };
    this.#onData = function () {
      linkAt<L>(this, key)?.handleData();
    };
  }

  linkOf(ws: WebSocket): L | undefined {
    return linkAt<L>(ws, this.#key);
  }

  /** Puts a link on a WebSocket. @throws Error when one is there. */
  occupy(ws: WebSocket, link: L): void {
    if (this.linkOf(ws) !== undefined) throw new Error("a link on this WebSocket is open already");
    put(ws, this.#key, link);
    ws.on("close", this.#onClose).on("error", this.#onError);
    if (ws.readyState === ws.CONNECTING) ws.on("open", this.#onOpen);
  }

  /** Listens on the socket underneath too, once there is one. */
  occupySocket(socket: Duplex, link: L): void {
    put(socket, this.#key, link);
    socket.on("data", this.#onData);
  }

  /** Takes the link and its listeners away again. */
  vacate(ws: WebSocket, socket: Duplex | undefined): void {
    put(ws, this.#key, undefined);
    ws.off("open", this.#onOpen).off("close", this.#onClose).off("error", this.#onError);
    if (socket === undefined) return;
    put(socket, this.#key, undefined);
    socket.off("data", this.#onData);
  }

  /** Its own listener for an event of one mode. */
  listenerFor(handle: (link: L, octets: Buffer) => void): (this: WebSocket, octets: Buffer) => void {
    const key = this.#key;
    return function (octets) {
      const link = linkAt<L>(this, key);
      if (link !== undefined) handle(link, octets);
    };
  }
}

function linkAt<L>(holder: object, key: symbol): L | undefined {
  return (holder as Holder<L>)[key];
}

function put<L>(holder: object, key: symbol, link: L | undefined): void {
  (holder as Holder<L>)[key] = link;
}
