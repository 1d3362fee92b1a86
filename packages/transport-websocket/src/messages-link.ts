import type { Heartbeat, LinkListener } from "@heartwire/core";
import type { WebSocket } from "ws";
import { type MessageSocket, receiveMessage, sendAsMessage, type Urgency } from "./message-mode.js";
import { shortOctetsOf } from "./raw-data.js";
import { WebSocketLink } from "./web-socket-link.js";
import type { HeartbeatVia } from "./wire.js";
import { isAmidFragments } from "./ws-internals.js";

/** A heartbeat is too short to gain by compression, and would wait for zlib's thread. */
const UNCOMPRESSED = { binary: true, compress: false } as const;

/**
 * Mode "messages". Heartbeats are kept from the application, everything else goes on to it; see {@link tapEmit}. After
 * close() the WebSocket is as it was.
 *
 * Pings and pongs are no evidence here: they prove a process, or only a browser's network stack.
 */
export class MessagesLink extends WebSocketLink implements MessageSocket {
  /** @throws TypeError when binaryType is "blob": a Blob cannot be looked into before its event is over. */
  override open(listener: LinkListener): this {
    if ((this.ws.binaryType as string) === "blob") {
      throw new TypeError(
        'binaryType must be "nodebuffer", "arraybuffer" or "fragments" for heartbeats in messages, not "blob"',
      );
    }
    return super.open(listener);
  }

  protected get via(): HeartbeatVia {
    return "messages";
  }

  send(heartbeat: Heartbeat): void {
    sendAsMessage(heartbeat, this);
  }

  sendBinary(octets: Uint8Array, urgency: Urgency): void {
    if (!isAmidFragments(this.ws)) this.transmit(octets, sendMessage, urgency);
  }

  override takes(event: string | symbol, data: unknown, isBinary: unknown): boolean {
    if (this.closed) return false;
    if (event === "ping" || event === "pong") this.heard = true;
    if (event !== "message") return false;
    this.heard = true;
    const listener = this.evidence();
    if (listener === undefined) return false;
    const octets = isBinary === true ? shortOctetsOf(data) : undefined;
    if (octets !== undefined) return receiveMessage(octets, listener) === "heartwire";
    listener.active();
    return false;
  }
}

function sendMessage(ws: WebSocket, octets: Uint8Array, written?: () => void): void {
  ws.send(octets, UNCOMPRESSED, written);
}
