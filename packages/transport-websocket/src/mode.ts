import type { LinkListener, Transport } from "@heartwire/core";
import type { WebSocket } from "ws";
import { MessagesLink } from "./messages-link.js";
import { PingLink } from "./ping-link.js";
import { WebSocketEnd } from "./web-socket-end.js";
import type { WebSocketLink } from "./web-socket-link.js";
import type { HeartbeatVia } from "./wire.js";

/** A link on a WebSocket that somebody else closes, not open yet. */
export function linkOn(ws: WebSocket, via: HeartbeatVia): WebSocketLink {
  return via === "ping" ? new PingLink(ws) : new MessagesLink(ws);
}

/** @throws TypeError naming the option and its value unless it is a mode. */
export function requireVia(via: HeartbeatVia): void {
  if (via !== "ping" && via !== "messages") {
    throw new TypeError(`via must be "ping" or "messages", not ${String(via)}`);
  }
}

/** One mode over an existing WebSocket; opens as many links, one after the other, as it is asked for. */
export class ExistingSocketTransport extends WebSocketEnd implements Transport {
  protected readonly via: HeartbeatVia;

  constructor(ws: WebSocket, via: HeartbeatVia) {
    super(ws);
    this.via = via;
  }

  open(listener: LinkListener): WebSocketLink {
    return linkOn(this.ws, this.via).open(listener);
  }
}
