import type { LinkListener, Proof, Transport, WireCost } from "@heartwire/core";
import type { WebSocket } from "ws";
import { MessagesLink } from "./messages-link.js";
import { PingLink } from "./ping-link.js";
import type { WebSocketLink } from "./web-socket-link.js";
import { type HeartbeatVia, roleOf, webSocketCost } from "./wire.js";

/** What each mode proves. */
export const PROOF: Readonly<Record<HeartbeatVia, Proof>> = { ping: "process", messages: "application" };

/** Opens a link on a WebSocket that somebody else closes. */
export function linkOn(ws: WebSocket, via: HeartbeatVia, listener: LinkListener): WebSocketLink {
  return (via === "ping" ? new PingLink(ws, listener) : new MessagesLink(ws, listener)).start();
}

/** @throws TypeError naming the option and its value unless it is a mode. */
export function requireVia(via: HeartbeatVia): void {
  if (via !== "ping" && via !== "messages") {
    throw new TypeError(`via must be "ping" or "messages", not ${String(via)}`);
  }
}

/** One mode over an existing WebSocket. A class, for a server makes one for each client. */
export class ExistingSocketTransport implements Transport {
  protected readonly ws: WebSocket;
  readonly #via: HeartbeatVia;

  constructor(ws: WebSocket, via: HeartbeatVia) {
    this.ws = ws;
    this.#via = via;
  }

  get name(): string {
    return `websocket-${this.#via}`;
  }

  get proves(): Proof {
    return PROOF[this.#via];
  }

  get wire(): WireCost {
    return webSocketCost(this.#via, roleOf(this.ws));
  }

  open(listener: LinkListener): WebSocketLink {
    return linkOn(this.ws, this.#via, listener);
  }
}
