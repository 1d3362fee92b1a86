import { once } from "node:events";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { enforceKeepalive, type KeepaliveReading, readKeepalive } from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { listenerCounts, startServer } from "./support/sockets.js";

const calls = systemCalls();
const whyNoKoffi = calls.kind === "unavailable" ? calls.why : undefined;

const settings = { idleMs: 41_000, intervalMs: 7000, probes: 5, userTimeoutMs: 12_345 };
const held: KeepaliveReading = { kind: "read", enabled: true, ...settings };
const off = { kind: "read", enabled: false };

const socketOf = (webSocket: WebSocket): Socket => (webSocket as unknown as { _socket: Socket })._socket;

interface Started {
  readonly server: WebSocketServer;
  readonly url: string;
}

async function onItsOwnPort(): Promise<Started> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function onAnHttpServer(): Promise<Started> {
  const { server: web, port } = await startServer(http.createServer());
  return { server: new WebSocketServer({ server: web }), url: `ws://127.0.0.1:${port}` };
}

/** An application that accepts handshakes itself, and has no use for the event "connection". */
async function withNoServer(): Promise<Started> {
  const { server: web, port } = await startServer(http.createServer());
  const server = new WebSocketServer({ noServer: true });
  web.on("upgrade", (request, socket, head) => server.handleUpgrade(request, socket, head, () => {}));
  return { server, url: `ws://127.0.0.1:${port}` };
}

/** Connects, and returns the server's socket of it too. */
async function connect({ server, url }: Started): Promise<{ near: WebSocket; far: Socket }> {
  const accepted = once(server, "headers") as Promise<[string[], http.IncomingMessage]>;
  const near = new WebSocket(url);
  onTestFinished(() => near.terminate());
  await once(near, "open");
  const [, request] = await accepted;
  return { near, far: request.socket };
}

describe.skipIf(whyNoKoffi !== undefined)(`read back from the kernel (${whyNoKoffi ?? "by koffi"})`, () => {
  it.each([
    ["on its own port", onItsOwnPort],
    ["on an HTTP server", onAnHttpServer],
    ["with noServer", withNoServer],
  ])("a WebSocketServer %s gives the settings to old clients and new, until closed", async (_how, start) => {
    const started = await start();
    const earlier = await connect(started);
    const before = listenerCounts(started.server as never);
    const enforcement = enforceKeepalive(started.server, settings);
    expect(readKeepalive(earlier.far)).toEqual(held);
    const inTime = await connect(started);
    expect(readKeepalive(inTime.far)).toEqual(held);
    enforcement.close();
    expect(listenerCounts(started.server as never)).toEqual(before);
    const later = await connect(started);
    expect(readKeepalive(later.far)).toMatchObject(off);
  });

  it("a server that does not track its clients gives them to the new ones", async () => {
    const { server: web, port } = await startServer(http.createServer());
    const server = new WebSocketServer({ server: web, clientTracking: false });
    enforceKeepalive(server, settings);
    const { far } = await connect({ server, url: `ws://127.0.0.1:${port}` });
    expect(readKeepalive(far)).toEqual(held);
  });

  it("a WebSocket has them once it is open", async () => {
    const { url } = await onItsOwnPort();
    const client = new WebSocket(url);
    onTestFinished(() => client.terminate());
    const enforcement = enforceKeepalive(client, settings);
    await once(client, "open");
    expect(readKeepalive(socketOf(client))).toEqual(held);
    const before = client.listenerCount("upgrade");
    enforcement.close();
    expect(client.listenerCount("upgrade")).toBe(before - 1);
  });

  it("a WebSocket that is open has them at once", async () => {
    const { near } = await connect(await onItsOwnPort());
    expect(readKeepalive(socketOf(near))).toMatchObject(off);
    enforceKeepalive(near, settings);
    expect(readKeepalive(socketOf(near))).toEqual(held);
  });
});
