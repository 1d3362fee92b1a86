import type { WebSocket } from "ws";
import type { WebSocketLink } from "./web-socket-link.js";
import type { HeartbeatVia } from "./wire.js";

const PING = Symbol("heartwire ping");
const MESSAGES = Symbol("heartwire messages");

type Places = { [PING]?: WebSocketLink | undefined; [MESSAGES]?: WebSocketLink | undefined };

/** The links open on one WebSocket: at most one of each mode. */
export interface OpenLinks {
  readonly ping: WebSocketLink | undefined;
  readonly messages: WebSocketLink | undefined;
}

/** Kept at the WebSocket itself: a WeakMap would cost one more look-up a frame. */
export function linksOf(ws: WebSocket): OpenLinks {
  const places = ws as Places;
  return { ping: places[PING], messages: places[MESSAGES] };
}

/** True while any link is open on a WebSocket. */
export function hasLinks(ws: WebSocket): boolean {
  const { ping, messages } = linksOf(ws);
  return ping !== undefined || messages !== undefined;
}

/** Puts a link of a mode at its place, or takes it away. */
export function setLink(ws: WebSocket, via: HeartbeatVia, link: WebSocketLink | undefined): void {
  const places = ws as Places;
  if (via === "ping") places[PING] = link;
  else places[MESSAGES] = link;
}
