import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { onTestFinished } from "vitest";

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** A self-signed certificate for localhost, valid from 2020 to 2120. */
export const CERTIFICATE = { key: fixture("localhost.key.pem"), cert: fixture("localhost.cert.pem") };
export const TRUST = { ca: CERTIFICATE.cert, servername: "localhost" };

/** Both ends of one connection over the loopback interface. */
export interface SocketPair {
  readonly client: net.Socket;
  readonly server: net.Socket;
  dispose(): Promise<void>;
}

export interface PairOptions {
  readonly tls?: boolean;
  readonly allowHalfOpen?: boolean;
}

export function newServer(options: PairOptions = {}): net.Server {
  const { allowHalfOpen = false } = options;
  return options.tls
    ? tls.createServer({ ...CERTIFICATE, allowHalfOpen })
    : net.createServer({ allowHalfOpen });
}

export async function listening(server: net.Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

export function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}

export function connect(port: number, options: PairOptions = {}): net.Socket {
  const { allowHalfOpen = false } = options;
  const target = { port, host: "127.0.0.1", allowHalfOpen };
  return options.tls ? tls.connect({ ...target, ...TRUST }) : net.connect(target);
}

export async function closeServer(server: net.Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  await closed;
}

/** Two connected (for TLS: authenticated) sockets. */
export async function socketPair(options: PairOptions = {}): Promise<SocketPair> {
  const server = newServer(options);
  const port = await listening(server);
  const accepted = once(server, options.tls ? "secureConnection" : "connection");
  const client = connect(port, options);
  const [[serverSide]] = await Promise.all([
    accepted as Promise<[net.Socket]>,
    once(client, options.tls ? "secureConnect" : "connect"),
  ]);
  return {
    client,
    server: serverSide,
    async dispose() {
      for (const socket of [client, serverSide]) {
        socket.on("error", () => {});
        socket.destroy();
      }
      await closeServer(server);
    },
  };
}

/** Two connected sockets, gone when the test is over. */
export async function pair(options: PairOptions = {}): Promise<SocketPair> {
  const sockets = await socketPair(options);
  onTestFinished(sockets.dispose);
  return sockets;
}

/** How many listeners an emitter has, over all its events. */
export function listenerTotal(emitter: net.Socket | net.Server): number {
  return emitter.eventNames().reduce((total, name) => total + emitter.listenerCount(name), 0);
}

/** Unlike events.once() it does not listen for errors, so that one nobody else listens for is found. */
export function untilClosed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
