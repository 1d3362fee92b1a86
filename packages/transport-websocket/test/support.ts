import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { CloseReason, Link, Transport } from "@heartwire/core";
import { listenerCount, type RecordingListener, recordingListener } from "@heartwire/testkit";
import { type ClientOptions, type ServerOptions, WebSocket, WebSocketServer } from "ws";
import { networkSocketOf } from "../src/ws-internals.js";

export const TIMEOUT_MS = 5000;

/** Two ends of one WebSocket connection on loopback, both open. */
export interface Pair {
  readonly server: WebSocketServer;
  readonly client: WebSocket;
  readonly peer: WebSocket;
  dispose(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<WebSocketServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, ...options });
  await once(server, "listening");
  return server;
}

export function urlOf(server: WebSocketServer): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function stopServer(server: WebSocketServer): Promise<void> {
  for (const ws of server.clients) ws.terminate();
  await new Promise((resolve) => server.close(resolve));
}

export async function connectedPair(
  options: { client?: ClientOptions; server?: ServerOptions } = {},
): Promise<Pair> {
  const server = await startServer(options.server);
  const arrival = once(server, "connection") as Promise<[WebSocket]>;
  const client = new WebSocket(urlOf(server), { perMessageDeflate: false, ...options.client });
  const [[peer]] = await Promise.all([arrival, once(client, "open")]);
  for (const ws of [client, peer]) ws.on("error", () => {});
  return {
    server,
    client,
    peer,
    async dispose() {
      client.terminate();
      await stopServer(server);
    },
  };
}

/** A link, and what it told. */
export interface Opened {
  readonly link: Link;
  readonly heard: RecordingListener;
}

export async function opened(transport: Transport): Promise<Opened> {
  const heard = recordingListener();
  const link = transport.open(heard);
  await until(heard, (l) => l.count("opened") > 0, `${transport.name} to open`);
  return { link, heard };
}

export function until(
  heard: RecordingListener,
  predicate: (heard: RecordingListener) => boolean,
  what: string,
): Promise<void> {
  return heard.waitFor(predicate, { timeoutMs: TIMEOUT_MS, what });
}

/** How a link ended: its reason, or "orderly". */
export async function closing(heard: RecordingListener): Promise<CloseReason | "orderly"> {
  await until(heard, (l) => l.count("closed") > 0, "the link to be closed");
  const [closed] = heard.calls.filter((call) => call.call === "closed");
  return closed?.reason ?? "orderly";
}

/**
 * Every listener on a WebSocket and on the socket underneath, and what links put in the way of both: an `emit` of the
 * WebSocket's own, a wrapped listener for 'data'.
 */
export function listenersOn(ws: WebSocket): number {
  const socket = networkSocketOf(ws);
  const wrapped = socket?.rawListeners("data").filter((listener) => "listener" in listener).length ?? 0;
  const own = Object.hasOwn(ws, "emit") ? 1 : 0;
  return listenerCount(ws) + own + (socket === undefined ? 0 : listenerCount(socket) + wrapped);
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
