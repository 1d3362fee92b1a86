// The process with the WebSocket server: the one whose CPU and memory are measured.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { webSocketPeers } from "@heartwire/websocket";
import { Server as EngineServer } from "engine.io";
import { fixedTimeout, monitorPeers } from "heartwire";
import { type WebSocket, WebSocketServer } from "ws";
import { answerCalls } from "./calls.js";
import { type CpuWindow, collectGarbage, type Memory, measureCpu, measureMemory } from "./usage.js";

/**
 * How the server learns that its clients live. `ws-readme`: the loop that the README of `ws` recommends.
 * `heartwire`: a ping link and a detector for each client. `engine.io`: its own heartbeat.
 */
export type WebSocketVariant = "ws-readme" | "heartwire" | "engine.io";

/** What the process does when asked. */
export type WebSocketServerCalls = {
  /** Starts a server that does nothing but hold connections, or engine.io's; returns the port. */
  open(variant: "ws" | "engine.io", intervalMs: number): Promise<number>;
  /** Starts to ping all clients of a server of `ws`, each once per interval on average. */
  watch(variant: Exclude<WebSocketVariant, "engine.io">, intervalMs: number): void;
  unwatch(): void;
  clients(): number;
  /** How many clients were called dead. */
  deaths(): number;
  cpu(durationMs: number): Promise<CpuWindow>;
  memory(): Promise<Memory>;
  close(): Promise<void>;
};

interface Opened {
  readonly port: number;
  clients(): number;
  close(): Promise<void>;
}

/** Our probes go out after 75 to 100 % of the interval; the others' after all of it. */
const MEAN_OF_JITTER = 0.875;

let opened: Opened | undefined;
let webSocketServer: WebSocketServer | undefined;
let endWatch: (() => void) | undefined;
let deaths = 0;

async function openWebSocketServer(): Promise<Opened> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, backlog: 4096 });
  server.on("connection", (socket) => socket.on("error", () => {}));
  await once(server, "listening");
  webSocketServer = server;
  return {
    port: (server.address() as AddressInfo).port,
    clients: () => server.clients.size,
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openEngineServer(intervalMs: number): Promise<Opened> {
  const http = createServer();
  const engine = new EngineServer({
    transports: ["websocket"],
    pingInterval: intervalMs,
    pingTimeout: 3 * intervalMs,
  });
  engine.on("connection", (socket) => {
    socket.on("close", (reason: string) => {
      if (reason === "ping timeout") deaths += 1;
    });
  });
  engine.attach(http);
  http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 });
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    clients: () => Number(engine.clientsCount),
    async close() {
      engine.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function sweep(server: WebSocketServer, intervalMs: number): () => void {
  const sockets = server.clients as Set<WebSocket & { isAlive?: boolean }>;
  function answered(this: WebSocket & { isAlive?: boolean }): void {
    this.isAlive = true;
  }
  for (const socket of sockets) {
    socket.isAlive = true;
    socket.on("pong", answered);
  }
  const timer = setInterval(() => {
    for (const socket of sockets) {
      if (socket.isAlive === false) {
        deaths += 1;
        socket.terminate();
        continue;
      }
      socket.isAlive = false;
      socket.ping();
    }
  }, intervalMs);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.off("pong", answered);
  };
}

function monitorAll(server: WebSocketServer, intervalMs: number): () => void {
  const policy = fixedTimeout({ intervalMs: intervalMs / MEAN_OF_JITTER });
  const subscription = monitorPeers(webSocketPeers(server, { via: "ping" }), policy).subscribe(
    ({ event }) => {
      if (event.type === "dead") deaths += 1;
    },
  );
  return () => subscription.unsubscribe();
}

await answerCalls({
  async open(variant, intervalMs) {
    collectGarbage();
    deaths = 0;
    opened = variant === "ws" ? await openWebSocketServer() : await openEngineServer(intervalMs);
    return opened.port;
  },
  watch(variant, intervalMs) {
    endWatch = (variant === "heartwire" ? monitorAll : sweep)(webSocketServer!, intervalMs);
  },
  unwatch() {
    endWatch?.();
    endWatch = undefined;
  },
  clients: () => opened!.clients(),
  deaths: () => deaths,
  cpu: measureCpu,
  memory: measureMemory,
  async close() {
    endWatch?.();
    endWatch = undefined;
    webSocketServer = undefined;
    await opened!.close();
  },
} satisfies WebSocketServerCalls);
