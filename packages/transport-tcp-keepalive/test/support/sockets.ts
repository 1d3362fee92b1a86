import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { onTestFinished } from "vitest";

/**
 * Self-signed for localhost and 127.0.0.1, valid for a hundred years:
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost \
 *   -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key.pem -out cert.pem
 */
export const certificate = {
  key: readFileSync(new URL("../fixtures/key.pem", import.meta.url)),
  cert: readFileSync(new URL("../fixtures/cert.pem", import.meta.url)),
};

/** The time limit for what must happen: generous, for it is only ever used up by a failing test. */
export const PATIENCE_MS = 10_000;

export interface TestServer {
  readonly server: net.Server;
  readonly port: number;
  /** The next accepted connection. */
  readonly accepted: Promise<net.Socket>;
}

/** Starts a server on a free loopback port; it and its connections are gone when the test is finished. */
export async function startServer<Server extends net.Server>(
  server: Server,
): Promise<TestServer & { readonly server: Server }> {
  const event = server instanceof tls.Server ? "secureConnection" : "connection";
  const accepted = new Promise<net.Socket>((resolve) => server.once(event, resolve));
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, "close");
  });
  return { server, port: (server.address() as net.AddressInfo).port, accepted };
}

export interface SocketPair {
  /** The end that connected: the application's socket under test. */
  readonly near: net.Socket;
  /** The accepted end. */
  readonly far: net.Socket;
}

/** Two connected ends of a TCP connection, gone when the test is finished. */
export async function socketPair(options: Partial<net.TcpNetConnectOpts> = {}): Promise<SocketPair> {
  const { port, accepted } = await startServer(net.createServer({ allowHalfOpen: true }));
  const near = net.connect({ ...options, port, host: "127.0.0.1" });
  onTestFinished(() => void near.destroy());
  await once(near, "connect");
  return { near, far: await accepted };
}

/** A connected TLS client socket and its server's end, gone when the test is finished. */
export async function tlsPair(): Promise<SocketPair> {
  const { port, accepted } = await startServer(tls.createServer(certificate));
  const near = tls.connect({ port, host: "127.0.0.1", ca: certificate.cert });
  onTestFinished(() => void near.destroy());
  await once(near, "secureConnect");
  const far = await accepted;
  far.on("error", () => {});
  return { near, far };
}

/** How many listeners an emitter has, by event: equal before and after means that none was left behind. */
export function listenerCounts(emitter: net.Socket | net.Server): Record<string, number> {
  return Object.fromEntries(
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)] as const),
  );
}

/** Resolves once a socket is closed, with or without an error. */
export function untilClosed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}
