import {
  type CloseReason,
  causeOfError,
  type FrameRejection,
  type Heartbeat,
  type Link,
  type LinkListener,
} from "@heartwire/core";
import type { WebSocket } from "ws";
import { linkOn } from "./mode.js";
import type { HeartbeatVia } from "./wire.js";

/** What an {@link OwnedLink} needs. */
export interface OwnedLinkOptions {
  readonly connect: () => WebSocket;
  readonly via: HeartbeatVia;
  readonly connectTimeoutMs: number;
  readonly onSocket: ((ws: WebSocket) => void) | undefined;
}

/** How long the peer may take to answer a close frame before its socket is terminated. */
const CLOSE_GRACE_MS = 1000;

/** A link that makes its own WebSocket and puts an end to it. */
export class OwnedLink implements Link, LinkListener {
  readonly #listener: LinkListener;
  #ws: WebSocket | undefined;
  #link: Link | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #saidBye = false;
  #closed = false;

  constructor(listener: LinkListener, options: OwnedLinkOptions) {
    this.#listener = listener;
    try {
      this.#ws = options.connect();
    } catch (error) {
      // What ws checks at once, such as the certificates in its options.
      queueMicrotask(() => this.closed(causeOfError(error, "connecting")));
      return;
    }
    // For good: ws may emit 'error' after it was given up, as when terminated while connecting.
    this.#ws.on("error", ignore);
    this.#link = this.#openOn(this.#ws, options);
    this.#connectTimer = setTimeout(() => this.#connectExpired(options), options.connectTimeoutMs);
  }

  send(heartbeat: Heartbeat): void {
    if (heartbeat.kind === "bye") this.#saidBye = true;
    this.#link?.send(heartbeat);
  }

  close(): void {
    if (this.#closed) return;
    this.#release();
    if (this.#ws === undefined) return;
    if (this.#saidBye) settle(this.#ws);
    else this.#ws.terminate();
  }

  hearing(): boolean {
    return this.#link?.hearing?.() ?? true;
  }

  opened(): void {
    clearTimeout(this.#connectTimer);
    this.#listener.opened();
  }

  received(heartbeat: Heartbeat): void {
    this.#listener.received(heartbeat);
  }

  active(agoMs?: number): void {
    this.#listener.active(agoMs);
  }

  doubted(silentMs: number): void {
    this.#listener.doubted(silentMs);
  }

  rejected(rejection: FrameRejection): void {
    this.#listener.rejected(rejection);
  }

  closed(reason?: CloseReason): void {
    if (this.#closed) return;
    this.#release();
    // Closed already, or ws has just told the peer of its protocol error.
    if (this.#ws !== undefined) settle(this.#ws);
    if (reason === undefined) this.#listener.closed();
    else this.#listener.closed(reason);
  }

  #openOn(ws: WebSocket, { via, onSocket }: OwnedLinkOptions): Link {
    try {
      onSocket?.(ws);
      return linkOn(ws, via).open(this);
    } catch (error) {
      ws.terminate();
      throw error;
    }
  }

  #connectExpired({ connectTimeoutMs }: OwnedLinkOptions): void {
    const detail = `no WebSocket within ${connectTimeoutMs} ms`;
    const listener = this.#listener;
    this.close();
    listener.closed({ kind: "connect-failed", errno: "ETIMEDOUT", detail });
  }

  #release(): void {
    this.#closed = true;
    clearTimeout(this.#connectTimer);
    this.#link?.close();
  }
}

/** Ends in the orderly way, within {@link CLOSE_GRACE_MS} in any case. */
function settle(ws: WebSocket): void {
  if (ws.readyState === ws.CLOSED) return;
  if (ws.readyState === ws.CONNECTING) {
    ws.terminate();
    return;
  }
  ws.close(1000);
  const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
  ws.once("close", () => clearTimeout(timer));
}

function ignore(): void {}
