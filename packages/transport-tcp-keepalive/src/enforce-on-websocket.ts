import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { SocketEnforcer } from "./socket-enforcer.js";

/** A `WebSocketServer` of ws, by its shape: this package does not depend on ws. */
export interface WebSocketServerLike extends EventEmitter {
  readonly handleUpgrade: unknown;
  /** Absent where the server does not track its clients. */
  readonly clients?: Iterable<EventEmitter>;
}

/** A `WebSocket` of ws, by its shape. */
export interface WebSocketLike extends EventEmitter {
  readonly readyState: number;
  terminate(): void;
}

/** The part of ws's internals that is used: the one way to the socket of a WebSocket that is open already. */
interface WithSocket {
  readonly _socket?: unknown;
}

export function isWebSocketServer(target: object): target is WebSocketServerLike {
  return "handleUpgrade" in target && "on" in target && "off" in target;
}

export function isWebSocket(target: object): target is WebSocketLike {
  return "readyState" in target && "terminate" in target && "on" in target && "off" in target;
}

/** Enforces on the clients that a server tracks, and on those whose handshake it accepts. */
export function enforceOnWebSocketServer(server: WebSocketServerLike, enforcer: SocketEnforcer): void {
  const onHeaders = (_headers: string[], request: IncomingMessage): void => enforcer.take(request.socket);
  // Not "connection": with `noServer` it is up to the application to emit that.
  server.on("headers", onHeaders);
  enforcer.atEnd(() => server.off("headers", onHeaders));
  for (const client of server.clients ?? []) enforcer.take((client as WithSocket)._socket);
}

/** Enforces on a client: at once if it is open, else after its handshake. */
export function enforceOnWebSocket(client: WebSocketLike, enforcer: SocketEnforcer): void {
  const onUpgrade = (response: IncomingMessage): void => enforcer.take(response.socket);
  client.on("upgrade", onUpgrade);
  enforcer.atEnd(() => client.off("upgrade", onUpgrade));
  enforcer.take((client as WithSocket)._socket);
}
