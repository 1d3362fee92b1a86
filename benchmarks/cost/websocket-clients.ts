// The process with the WebSocket clients: real ones, each library its own.
import { once } from "node:events";
import { Socket as EngineSocket } from "engine.io-client";
import { WebSocket } from "ws";
import { monotonicMs } from "../lab/clock.js";
import { answerCalls } from "./calls.js";

/** What the process does when asked. */
export type WebSocketClientsCalls = {
  /** Resolves once all are connected. */
  connect(library: "ws" | "engine.io", port: number, count: number): Promise<void>;
  /** How many pings came in between two instants, of all clients together. */
  pingsBetween(fromMs: number, toMs: number): number;
  disconnect(): Promise<void>;
};

/** As many at a time as fit any queue of a listening socket. */
const AT_ONCE = 100;

let closes: (() => void)[] = [];
let pingedAtMs: number[] = [];

const pinged = (): void => {
  pingedAtMs.push(monotonicMs());
};

async function connectWs(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  closes.push(() => socket.terminate());
  await once(socket, "open");
  socket.on("error", () => {});
  socket.on("ping", pinged);
}

function connectEngine(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new EngineSocket(`ws://127.0.0.1:${port}`, { transports: ["websocket"] });
    closes.push(() => socket.close());
    socket.on("open", () => resolve());
    socket.on("ping", pinged);
    // The library types it as string or Error.
    socket.on("error", (error) => reject(error));
  });
}

await answerCalls({
  async connect(library, port, count) {
    const connect = library === "ws" ? connectWs : connectEngine;
    for (let done = 0; done < count; done += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - done) }, () => connect(port)));
    }
  },
  pingsBetween: (fromMs, toMs) => pingedAtMs.filter((atMs) => atMs >= fromMs && atMs < toMs).length,
  async disconnect() {
    for (const close of closes) close();
    closes = [];
    pingedAtMs = [];
  },
} satisfies WebSocketClientsCalls);
