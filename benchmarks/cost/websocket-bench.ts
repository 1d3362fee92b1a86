import { setTimeout as delay } from "node:timers/promises";
import { type Helper, startHelper } from "./calls.js";
import type { WebSocketClientsCalls } from "./websocket-clients.js";
import type { WebSocketServerCalls, WebSocketVariant } from "./websocket-server.js";

/** The process with the clients, and one with a server for each variant. */
export interface WebSocketBench {
  readonly clients: Helper<WebSocketClientsCalls>;
  readonly servers: Readonly<Record<WebSocketVariant, Helper<WebSocketServerCalls>>>;
  stop(): Promise<void>;
}

/** Starts the processes. */
export async function startWebSocketBench(): Promise<WebSocketBench> {
  const clients = await startWebSocketClients();
  const servers = {
    "ws-readme": await startWebSocketServer("ws-readme"),
    heartwire: await startWebSocketServer("heartwire"),
    "engine.io": await startWebSocketServer("engine.io"),
  };
  return {
    clients,
    servers,
    async stop() {
      await Promise.all([clients, ...Object.values(servers)].map((helper) => helper.stop()));
    },
  };
}

/** Starts a process for clients. */
export function startWebSocketClients(): Promise<Helper<WebSocketClientsCalls>> {
  return startHelper("the WebSocket clients", new URL("websocket-clients.js", import.meta.url));
}

/** Starts a process for a server. */
export function startWebSocketServer(title: string): Promise<Helper<WebSocketServerCalls>> {
  return startHelper(`the ${title} server`, new URL("websocket-server.js", import.meta.url));
}

/** What one round found out of one server. */
export interface WebSocketRound {
  readonly cpuUsPerPing: number;
  readonly pings: number;
}

/**
 * One round: a server starts, the clients connect, all are pinged for a while; only then its CPU is measured.
 *
 * @throws Error when clients were lost, or pinged at another rate than all variants should
 */
export async function webSocketRound(
  { clients, servers }: WebSocketBench,
  variant: WebSocketVariant,
  { count, intervalMs, windowMs }: { count: number; intervalMs: number; windowMs: number },
): Promise<WebSocketRound> {
  const server = servers[variant];
  const library = variant === "engine.io" ? "engine.io" : "ws";
  const port = await server.call("open", library, intervalMs);
  await clients.call("connect", library, port, count);
  if (variant !== "engine.io") await server.call("watch", variant, intervalMs);
  // Each has been pinged at least once then: code is compiled and buffers are there.
  await delay(1.5 * intervalMs);
  const { fromMs, toMs, cpuMs } = await server.call("cpu", windowMs);
  const pings = await clients.call("pingsBetween", fromMs, toMs);
  const [held, deaths] = [await server.call("clients"), await server.call("deaths")];
  await clients.call("disconnect");
  await server.call("close");
  if (held !== count || deaths > 0)
    throw new Error(`${variant}: ${held} of ${count} clients, ${deaths} called dead`);
  const due = ((toMs - fromMs) / intervalMs) * count;
  if (Math.abs(pings / due - 1) > 0.15)
    throw new Error(`${variant}: ${pings} pings instead of ${Math.round(due)}`);
  return { cpuUsPerPing: (1000 * cpuMs) / pings, pings };
}
