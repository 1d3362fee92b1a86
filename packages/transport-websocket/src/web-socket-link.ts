import type { CloseReason, Heartbeat, Link, LinkListener } from "@heartwire/core";
import { causeOfError } from "@heartwire/core";
import type { WebSocket } from "ws";
import { causeOfClose } from "./close-cause.js";
import type { LinkSlot } from "./link-slot.js";
import type { Urgency } from "./message-mode.js";
import { type NetworkSocket, networkSocketOf } from "./ws-internals.js";

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
 */
export abstract class WebSocketLink implements Link {
  readonly ws: WebSocket;
  readonly #listener: LinkListener;
  readonly #slot: LinkSlot<WebSocketLink>;
  #phase: "connecting" | "open" | "closed" = "connecting";
  /** Whether one heartbeat waits behind octets that do not drain. */
  #waiting = false;
  /** Whether a whole frame came out of the chunk of octets that is being read. */
  protected heard = false;

  protected constructor(ws: WebSocket, listener: LinkListener, slot: LinkSlot<WebSocketLink>) {
    this.ws = ws;
    this.#listener = listener;
    this.#slot = slot;
  }

  abstract send(heartbeat: Heartbeat): void;
  /** Adds the listeners of the mode. */
  protected abstract attach(): void;
  /** Removes them. */
  protected abstract detach(): void;

  protected get closed(): boolean {
    return this.#phase === "closed";
  }

  /** Begins: tells `opened` once the WebSocket is open, but never before the caller's next turn. */
  start(): this {
    const { ws } = this;
    this.#slot.occupy(ws, this);
    this.attach();
    if (ws.readyState === ws.OPEN) {
      this.#watchSocket();
      queueMicrotask(() => this.#open());
    } else if (ws.readyState !== ws.CONNECTING) {
      queueMicrotask(() => this.#end(ALREADY_CLOSED));
    }
    return this;
  }

  close(): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.detach();
    this.#slot.vacate(this.ws, networkSocketOf(this.ws));
  }

  hearing(): boolean {
    const { ws } = this;
    const socket = networkSocketOf(ws);
    if (socket === undefined || !socket.isPaused()) return true;
    // Paused by ws itself: its receiver is full. Paused by the application: only what waits may be the answer.
    return ws.isPaused && socket.readableLength === 0;
  }

  handleOpen(): void {
    this.#watchSocket();
    this.#open();
  }

  handleClose(code: number, reason: Uint8Array): void {
    this.#end(causeOfClose(this.ws, code, reason));
  }

  handleError(error: Error): void {
    this.#end(causeOfError(error, networkSocketOf(this.ws) === undefined ? "connecting" : "open"));
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
    if (this.#phase === "connecting") this.#open();
    return this.closed ? undefined : this.#listener;
  }

  /**
   * Writes a heartbeat, if there is one and the link is open; returns whether it did. Where the application's
   * octets do not drain, one heartbeat waits behind them, so that a long upload is not taken for death, and
   * the next is dropped.
   */
  protected transmit(octets: Uint8Array | undefined, write: Write, urgency: Urgency): boolean {
    const { ws } = this;
    if (octets === undefined || this.#phase !== "open" || ws.readyState !== ws.OPEN) return false;
    if (ws.bufferedAmount === 0 || urgency === "last") {
      write(ws, octets);
      return true;
    }
    if (this.#waiting) return false;
    this.#waiting = true;
    write(ws, octets, () => {
      this.#waiting = false;
    });
    return true;
  }

  #watchSocket(): void {
    const socket: NetworkSocket | undefined = networkSocketOf(this.ws);
    if (socket !== undefined) this.#slot.occupySocket(socket, this);
  }

  #open(): void {
    if (this.#phase !== "connecting") return;
    this.#phase = "open";
    this.#listener.opened();
  }

  #end(reason: CloseReason | undefined): void {
    if (this.#phase === "closed") return;
    this.close();
    if (reason === undefined) this.#listener.closed();
    else this.#listener.closed(reason);
  }
}
