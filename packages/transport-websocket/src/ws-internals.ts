import type { Duplex } from "node:stream";
import type { WebSocket, WebSocketServer } from "ws";

/**
 * The few things that `ws` 8 keeps private, all in this one place. A missing one is taken for the common case,
 * and a test fails if a release of `ws` moves one.
 */
interface Internals {
  /** Null until the handshake is done; kept after the end. */
  readonly _socket?: NetworkSocket | null;
  readonly _sender?: {
    readonly _firstFragment?: boolean;
    sendFrame?(chunks: readonly Uint8Array[], written?: () => void): void;
  } | null;
}

/** What a WebSocket runs on: a `net.Socket` or `tls.TLSSocket`, or any Duplex of the application's. */
export interface NetworkSocket extends Duplex {
  readonly remoteAddress?: string;
  readonly remotePort?: number;
}

/** The socket underneath, the only one to know why a connection broke and that part of a message came. */
export function networkSocketOf(ws: WebSocket): NetworkSocket | undefined {
  return (ws as Internals)._socket ?? undefined;
}

/** True between the fragments of a message of the application's: any message sent now would become part of it. */
export function isAmidFragments(ws: WebSocket): boolean {
  return (ws as Internals)._sender?._firstFragment === false;
}

/**
 * Sends one whole frame, as engine.io does; returns false when that is not possible. `ws` writes header and
 * payload apart, which at a server, where nothing is masked, costs a twelfth of a ping with its pong.
 */
export function sendFrame(ws: WebSocket, frame: Uint8Array, written?: () => void): boolean {
  const sender = (ws as Internals)._sender;
  if (typeof sender?.sendFrame !== "function") return false;
  sender.sendFrame([frame], written);
  return true;
}

const SERVER_CLOSED = 2;

/** True when a server emitted 'close' before anybody asked. */
export function isServerClosed(server: WebSocketServer): boolean {
  return (server as { readonly _state?: number })._state === SERVER_CLOSED;
}
