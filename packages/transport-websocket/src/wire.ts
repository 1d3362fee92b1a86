import { BEAT_OCTETS, PROBE_OCTETS, type Proof, streamCost, type WireCost } from "@heartwire/core";
import type { WebSocket } from "ws";
import { MAGIC_OCTETS } from "./message-codec.js";

/** How heartbeats travel: as protocol pings and pongs, or as binary messages. */
export type HeartbeatVia = "ping" | "messages";

/** What each mode proves. */
export const PROOF: Readonly<Record<HeartbeatVia, Proof>> = { ping: "process", messages: "application" };

/** Which end of the handshake this is: a client masks what it sends, four octets a frame. */
export type WebSocketRole = "client" | "server";

/** RFC 6455, section 5.2: the header of a frame of at most 125 octets. */
export const HEADER_OCTETS = 2;
const MASK_OCTETS = 4;
/** What a ping without payload holds: its seq. */
export const SEQ_OCTETS = 4;

const COSTS: Readonly<Record<HeartbeatVia, Readonly<Record<WebSocketRole, WireCost>>>> = {
  ping: { client: cost("ping", "client"), server: cost("ping", "server") },
  messages: { client: cost("messages", "client"), server: cost("messages", "server") },
};

/**
 * What heartbeats cost on the wire of a `ws:` connection. Ping from a client: 76 octets out and 66 for the
 * acknowledgement, 72 in; messages: 81 and 66 out, 77 in; from a server, out and in change places. TLS 1.3
 * adds 22 octets a record.
 */
export function webSocketCost(via: HeartbeatVia, role: WebSocketRole): WireCost {
  return COSTS[via][role];
}

/** A WebSocket that came to a server has no URL, one that called out has. */
export function roleOf(ws: WebSocket): WebSocketRole {
  return typeof ws.url === "string" ? "client" : "server";
}

function cost(via: HeartbeatVia, role: WebSocketRole): WireCost {
  const out = HEADER_OCTETS + (role === "client" ? MASK_OCTETS : 0);
  const back = HEADER_OCTETS + (role === "server" ? MASK_OCTETS : 0);
  const probe = via === "ping" ? SEQ_OCTETS : MAGIC_OCTETS + PROBE_OCTETS;
  return streamCost({
    probeOut: out + probe,
    echoIn: back + probe,
    beatOut: out + MAGIC_OCTETS + BEAT_OCTETS,
  });
}
