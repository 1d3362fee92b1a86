import type { CloseReason, Heartbeat, Link, LinkListener, Peer, Transport } from "@heartwire/core";
import { causeOfError } from "@heartwire/core";
import type { WebSocket } from "ws";
import { causeOfClose } from "./close-cause.js";
import { tapData, untapData } from "./data-tap.js";
import { tapEmit, untapEmit } from "./emit-tap.js";
import { hasLinks, linksOf, setLink } from "./link-places.js";
import type { Urgency } from "./message-mode.js";
import { WebSocketEnd } from "./web-socket-end.js";
import { networkSocketOf } from "./ws-internals.js";

/** Gives octets to `ws`, which calls `written` when they have left this process, or never will. */
type Write = (ws: WebSocket, octets: Uint8Array, written?: () => void) => void;

const ALREADY_CLOSED: CloseReason = {
  kind: "connect-failed",
  errno: "ENOTCONN",
  detail: "the WebSocket was closed before the link was opened",
};

/**
 * A link on a WebSocket that belongs to somebody else: what both modes have in common. It begins, ends and
 * tells of evidence; how heartbeats travel is its subclasses' part.
 *
 * Before it is open it is also the transport that opens it, once, and at a server the peer: there may be very many
 * clients, and another object for each would cost 40 octets.
 */
export abstract class WebSocketLink extends WebSocketEnd implements Link, Transport, Peer<WebSocket> {
  /** From open() to close(): whoever keeps the peer does not keep its watch. */
  #listener: LinkListener | undefined;
  /** `waiting`: open, and one heartbeat waits behind octets that do not drain. */
  #phase: "connecting" | "open" | "waiting" | "closed" = "connecting";
  /** Whether a whole frame came out of the chunk of octets that is being read. */
  protected heard = false;

  abstract send(heartbeat: Heartbeat): void;

  protected get closed(): boolean {
    return this.#phase === "closed";
  }

  /**
   * Begins: tells `opened` once the WebSocket is open, but never before the caller's next turn.
   *
   * @throws Error when a link of this mode is there, or this one was open before.
   */
  open(listener: LinkListener): this {
    const { ws, via } = this;
    if (linksOf(ws)[via] !== undefined) throw new Error("a link on this WebSocket is open already");
    if (this.closed) throw new Error("this link on a WebSocket is closed, and opens only once");
    this.#listener = listener;
    setLink(ws, via, this);
    tapEmit(ws);
    if (ws.readyState === ws.OPEN) {
      this.watchSocket();
      queueMicrotask(() => this.begin());
    } else if (ws.readyState !== ws.CONNECTING) {
      queueMicrotask(() => this.end(ALREADY_CLOSED));
    }
    return this;
  }

  close(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#listener = undefined;
    const { ws, via } = this;
    if (linksOf(ws)[via] !== this) return;
    setLink(ws, via, undefined);
    if (hasLinks(ws)) return;
    untapEmit(ws);
    const socket = networkSocketOf(ws);
    if (socket !== undefined) untapData(socket);
  }

  hearing(): boolean {
    const { ws } = this;
    const socket = networkSocketOf(ws);
    if (socket === undefined || !socket.isPaused()) return true;
    // Paused by ws itself: its receiver is full. Paused by the application: only what waits may be the answer.
    return ws.isPaused && socket.readableLength === 0;
  }

  /** Before anybody else hears of an event. True: it is a heartbeat, and so for nobody else. */
  takes(_event: string | symbol, _first: unknown, _second: unknown): boolean {
    return false;
  }

  /** After everybody else has heard of an event. */
  hears(event: string | symbol, first: unknown, second: unknown): void {
    switch (event) {
      case "open":
        this.watchSocket();
        this.begin();
        break;
      case "close":
        this.end(causeOfClose(this.ws, first as number, second as Uint8Array));
        break;
      case "error":
        this.end(
          causeOfError(first as Error, networkSocketOf(this.ws) === undefined ? "connecting" : "open"),
        );
        break;
    }
  }

  /**
   * After each chunk of octets, behind ws's own listener and so behind the events of the frames in it. A chunk
   * without any is part of a frame: a long message takes its time, and no pong can overtake it.
   */
  handleData(): void {
    if (!this.heard) this.evidence()?.active();
    this.heard = false;
  }

  /**
   * The listener, told before anything else that the link is open: octets may come sooner than a microtask.
   * `undefined` if that made it close the link.
   */
  protected evidence(): LinkListener | undefined {
    if (this.#phase === "connecting") this.begin();
    return this.#listener;
  }

  /**
   * Writes a heartbeat, if there is one and the link is open; returns whether it did. Where the application's
   * octets do not drain, one heartbeat waits behind them, so that a long upload is not taken for death, and
   * the next is dropped.
   */
  protected transmit(octets: Uint8Array | undefined, write: Write, urgency: Urgency): boolean {
    const { ws } = this;
    if (octets === undefined || !this.isOpen || ws.readyState !== ws.OPEN) return false;
    if (ws.bufferedAmount === 0 || urgency === "last") {
      write(ws, octets);
      return true;
    }
    if (this.#phase === "waiting") return false;
    this.#phase = "waiting";
    write(ws, octets, () => {
      if (this.#phase === "waiting") this.#phase = "open";
    });
    return true;
  }

  private get isOpen(): boolean {
    return this.#phase === "open" || this.#phase === "waiting";
  }

  private watchSocket(): void {
    const socket = networkSocketOf(this.ws);
    if (socket !== undefined) tapData(socket, this.ws);
  }

  private begin(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "open";
    this.#listener?.opened();
  }

  private end(reason: CloseReason | undefined): void {
    if (this.#phase === "closed") return;
    const listener = this.#listener;
    this.close();
    if (reason === undefined) listener?.closed();
    else listener?.closed(reason);
  }
}
