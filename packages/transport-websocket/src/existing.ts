import type { Transport } from "@heartwire/core";
import type { WebSocket } from "ws";
import { ExistingSocketTransport } from "./mode.js";

/**
 * Heartbeats on a WebSocket of yours by protocol ping and pong. Any RFC 6455 peer answers, browsers included,
 * and nothing of it meets the application's messages. Proves `process`: the answer comes from the peer's
 * WebSocket library, in a browser not even from the page's own thread.
 *
 * A probe is a ping with its seq in 4 octets; beats and byes are unsolicited pongs, which only a peer that
 * runs this mode too understands. Payloads: at most {@link MAX_PING_PAYLOAD_OCTETS}; a heartbeat with more is
 * dropped. Whatever arrives is evidence, also parts of long messages.
 *
 * The WebSocket may be connecting or open, client's or server's. `open()` may be called again after `close()`,
 * and `close()` leaves the WebSocket as it was, to its owner. While a link is open, 'error' is handled.
 * `open()` throws Error when another link of this mode is open on it.
 */
export function webSocketPing(ws: WebSocket): Transport {
  return new ExistingSocketTransport(ws, "ping");
}

/**
 * Heartbeats on a WebSocket of yours by binary messages, end to end, and hidden from the application's own
 * messages at both ends. Proves `application`: only a peer that runs this mode answers, from the thread that
 * handles its messages, and its health check may withhold the answer.
 *
 * A message is ours if it begins with {@link MESSAGE_MAGIC} and the rest is exactly one valid frame; any other
 * reaches the application untouched, and counts as evidence. A peer without this mode would see our
 * messages. While the application sends a message in fragments (`fin: false`), heartbeats are dropped: one
 * sent between them would become part of it.
 *
 * The WebSocket may be connecting or open, client's or server's. `open()` may be called again after `close()`,
 * and `close()` leaves the WebSocket as it was, to its owner. While a link is open, 'error' is handled.
 * `open()` throws Error when another link of this mode is open on it, and TypeError when its `binaryType` is
 * "blob".
 */
export function webSocketMessages(ws: WebSocket): Transport {
  return new ExistingSocketTransport(ws, "messages");
}
