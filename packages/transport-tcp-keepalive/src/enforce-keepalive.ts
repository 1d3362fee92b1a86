import { Agent } from "node:http";
import { Server, Socket } from "node:net";
import type { PartialKeepaliveSettings } from "@heartwire/core";
import { enforceOnAgent } from "./enforce-on-agent.js";
import {
  enforceOnDispatcher,
  isDispatcher,
  type UndiciDispatcherLike,
  whyNoEnforcement,
} from "./enforce-on-dispatcher.js";
import {
  enforceOnWebSocket,
  enforceOnWebSocketServer,
  isWebSocket,
  isWebSocketServer,
  type WebSocketLike,
  type WebSocketServerLike,
} from "./enforce-on-websocket.js";
import {
  type EnforceKeepaliveOptions,
  type KeepaliveEnforcement,
  SocketEnforcer,
} from "./socket-enforcer.js";

/**
 * What makes or holds TCP sockets: a `net.Socket` or `tls.TLSSocket`; a `net.Server`, `tls.Server`, `http.Server`,
 * `https.Server` or HTTP/2 server; an `http.Agent` or `https.Agent`; a `WebSocketServer` or `WebSocket` of ws; an
 * `Agent`, `Pool`, `Client`, `BalancedPool` or `RoundRobinPool` of undici.
 */
export type KeepaliveTarget =
  | Socket
  | Server
  | Agent
  | WebSocketServerLike
  | WebSocketLike
  | UndiciDispatcherLike;

/**
 * Applies settings, as {@link applyKeepalive} does, to every socket of `target`, from now on until closed.
 *
 * - A socket: now, or each time it connects.
 * - A server: every connection it accepts, before anybody else hears of it. A server does not tell which
 *   connections it has already: those keep what they have.
 * - An `http.Agent`: the sockets it has, in use or free, and those it makes. The agent overwrites keepalive
 *   each time it puts a socket back for reuse; the settings are applied again in the same turn.
 * - A ws server, also one with `server` or `noServer`: the clients it tracks, and each whose handshake it accepts.
 * - A ws client: now, or after its handshake.
 * - An undici dispatcher: each connection it makes, after the handshake, with TLS. It does not tell which it has.
 *
 * Anybody else's `setKeepAlive` on a socket still overwrites. To change the settings, close the first enforcement
 * before the next: which of two on one target wins is not defined. For undici, see also {@link keepaliveConnector} and
 * {@link enforceKeepaliveOnFetch}.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 * @throws TypeError when `target` is nothing of these, `settings` no object, or `onReport` no function.
 */
export function enforceKeepalive(
  target: KeepaliveTarget,
  settings: PartialKeepaliveSettings,
  options: EnforceKeepaliveOptions = {},
): KeepaliveEnforcement {
  const enforcer = new SocketEnforcer(settings, options);
  const why = isObject(target) && isDispatcher(target) ? whyNoEnforcement(target) : undefined;
  if (why !== undefined) throw new TypeError(why);
  if (target instanceof Socket) enforceOnSocket(target, enforcer);
  else if (target instanceof Server) enforceOnServer(target, enforcer);
  else if (target instanceof Agent) enforceOnAgent(target, enforcer);
  else if (isObject(target) && isWebSocketServer(target)) enforceOnWebSocketServer(target, enforcer);
  else if (isObject(target) && isWebSocket(target)) enforceOnWebSocket(target, enforcer);
  else if (isObject(target) && isDispatcher(target)) enforceOnDispatcher(target, enforcer);
  else throw new TypeError(whyNoTarget(target));
  return enforcer;
}

function enforceOnSocket(socket: Socket, enforcer: SocketEnforcer): void {
  const onConnect = (): void => enforcer.take(socket);
  // Stays: a socket may be connected again after it was closed.
  socket.prependListener("connect", onConnect);
  enforcer.atEnd(() => socket.removeListener("connect", onConnect));
  if (!socket.pending) enforcer.take(socket);
}

function enforceOnServer(server: Server, enforcer: SocketEnforcer): void {
  const onConnection = (socket: unknown): void => enforcer.take(socket);
  // The TCP connection, with TLS before its handshake: whoever stalls the handshake is found too.
  server.prependListener("connection", onConnection);
  enforcer.atEnd(() => server.removeListener("connection", onConnection));
}

function isObject(target: unknown): target is object {
  return typeof target === "object" && target !== null;
}

function whyNoTarget(target: unknown): string {
  const what = isObject(target) ? (target.constructor?.name ?? "an object") : String(target);
  return `target must be a socket, a server, an http.Agent, a server or client of ws, or an undici dispatcher, not ${what}`;
}
