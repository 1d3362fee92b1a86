import type { Heartbeat, LinkListener } from "@heartwire/core";
import type { WebSocket } from "ws";
import { LinkSlot } from "./link-slot.js";
import { type MessageSocket, receiveMessage, sendAsMessage, type Urgency } from "./message-mode.js";
import { shortOctetsOf } from "./raw-data.js";
import { WebSocketLink } from "./web-socket-link.js";
import { isAmidFragments } from "./ws-internals.js";

type Emit = (this: WebSocket, event: string | symbol, ...values: unknown[]) => boolean;

const SLOT = new LinkSlot<MessagesLink>("heartwire messages");
/** A heartbeat is too short to gain by compression, and would wait for zlib's thread. */
const UNCOMPRESSED = { binary: true, compress: false } as const;

/**
 * Mode "messages". An EventEmitter gives one listener no say over the next, and 'message' reaches the
 * application in many ways: on, once, onmessage, addEventListener, events.on, createWebSocketStream. All of
 * them pass through `emit`, so that is where heartbeats are taken out; everything else goes on to the emit
 * that was there before. After close() the WebSocket is as it was.
 *
 * Pings and pongs are no evidence here: they prove a process, or only a browser's network stack.
 */
export class MessagesLink extends WebSocketLink implements MessageSocket {
  /** What was there before, and whether it was the WebSocket's own or its class's. */
  readonly #emitBefore: Emit;
  readonly #emitWasOwn: boolean;
  readonly #emit: Emit = (event, ...values) =>
    this.#takes(event, values[0], values[1]) || Reflect.apply(this.#emitBefore, this.ws, [event, ...values]);

  /** @throws TypeError when binaryType is "blob": a Blob cannot be looked into before its event is over. */
  constructor(ws: WebSocket, listener: LinkListener) {
    super(ws, listener, SLOT);
    if ((ws.binaryType as string) === "blob") {
      throw new TypeError(
        'binaryType must be "nodebuffer", "arraybuffer" or "fragments" for heartbeats in messages, not "blob"',
      );
    }
    this.#emitBefore = ws.emit;
    this.#emitWasOwn = Object.hasOwn(ws, "emit");
  }

  send(heartbeat: Heartbeat): void {
    sendAsMessage(heartbeat, this);
  }

  sendBinary(octets: Uint8Array, urgency: Urgency): void {
    if (!isAmidFragments(this.ws)) this.transmit(octets, sendMessage, urgency);
  }

  protected attach(): void {
    this.ws.emit = this.#emit;
  }

  protected detach(): void {
    const { ws } = this;
    // Wrapped by somebody since: then ours stays below theirs, and only passes on.
    if (ws.emit !== this.#emit) return;
    if (this.#emitWasOwn) ws.emit = this.#emitBefore;
    else Reflect.deleteProperty(ws, "emit");
  }

  /** Returns whether the event was a heartbeat, and so for nobody else. */
  #takes(event: string | symbol, data: unknown, isBinary: unknown): boolean {
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
