import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Transport } from "@heartwire/core";
import {
  activeResources,
  type LinkCapabilities,
  type LinkFixture,
  lateTransport,
  linkConformance,
  listenerCount,
} from "@heartwire/testkit";
import { describe, test } from "vitest";
import { keepalive, keepalivePeers, keepaliveSocket } from "../src/index.js";
import { certificate } from "./support/sockets.js";

const settings = { idleMs: 20_000, intervalMs: 4000, probes: 4 };
const host = "127.0.0.1";

/** Nothing is carried, and so nothing can be malformed. */
const capabilities: LinkCapabilities = {
  carries: [],
  probesAnsweredBy: "listener",
  senders: "both",
  maxPayloadOctets: 0,
  delivery: "reliable",
  order: "kept",
  burst: "some",
  peerAppears: "by-opening",
  injectsFrames: false,
  injectsWire: "no",
  brokenAs: ["reset"],
  endedAs: ["ended"],
  unreachableAs: ["refused"],
  sharedWithApplication: true,
  countsHandles: true,
};

/** A server whose connections are the far ends: they are read, ignored, and watched over by keepalive. */
class FarEnd {
  readonly late = lateTransport(keepalive({ host, port: 1, settings }));
  readonly #server: net.Server;
  readonly #connections = new Set<net.Socket>();
  #accepted: net.Socket | undefined;

  constructor(server: net.Server) {
    this.#server = server;
    server.on("connection", (connection: net.Socket) => {
      this.#connections.add(connection);
      // Until the link is opened, and once it is closed, a reset has nobody else to hear it.
      connection.on("error", () => {});
    });
    keepalivePeers(server, settings).listen({
      peer: ({ handle, transport }) => {
        handle.on("error", () => {}).resume();
        this.#accepted = handle;
        this.late.arrive(transport);
      },
      rejected() {},
      closed() {},
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, host);
    await once(this.#server, "listening");
    return (this.#server.address() as net.AddressInfo).port;
  }

  reset(): void {
    for (const connection of this.#connections) connection.resetAndDestroy();
  }

  end(): void {
    this.#accepted?.end();
  }

  write(): void {
    this.#accepted?.write("anything");
  }

  async dispose(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function ownConnection(server: net.Server, near: (port: number) => Transport): Promise<LinkFixture> {
  const far = new FarEnd(server);
  const port = await far.listen();
  return {
    near: near(port),
    far: far.late.transport,
    nobody: near(await unusedPort()),
    breakFar: () => far.reset(),
    endFar: () => far.end(),
    sendApplicationData: () => far.write(),
    openHandles: () => activeResources("TCPSocketWrap"),
    dispose: () => far.dispose(),
  };
}

async function applicationsSocket(): Promise<LinkFixture> {
  const far = new FarEnd(net.createServer());
  const socket = await connected(await far.listen());
  const nowhere = net.connect({ host, port: await unusedPort() }).on("error", () => {});
  return {
    near: keepaliveSocket(socket, settings),
    far: far.late.transport,
    nobody: keepaliveSocket(nowhere, settings),
    breakFar: () => far.reset(),
    endFar: () => far.end(),
    openHandles: () => listenerCount(socket),
    async dispose() {
      socket.destroy();
      nowhere.destroy();
      await far.dispose();
    },
  };
}

async function connected(port: number): Promise<net.Socket> {
  const socket = net.connect({ host, port }).on("error", () => {});
  await once(socket, "connect");
  return socket.resume();
}

async function unusedPort(): Promise<number> {
  const server = net.createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe("keepalive() over TCP, and keepalivePeers()", () => {
  const setup = () => ownConnection(net.createServer(), (port) => keepalive({ host, port, settings }));
  for (const { name, run } of linkConformance(setup, capabilities)) test(name, run);
});

describe("keepalive() over TLS, and keepalivePeers()", () => {
  // In TLS 1.3 the client is open before the server is; a case that closes it at once would find no far end.
  const options = { ca: certificate.cert, maxVersion: "TLSv1.2" } as const;
  const setup = () =>
    ownConnection(tls.createServer(certificate), (port) => keepalive({ host, port, tls: options, settings }));
  for (const { name, run } of linkConformance(setup, capabilities)) test(name, run);
});

describe("keepaliveSocket(), and keepalivePeers()", () => {
  const unshared = { ...capabilities, sharedWithApplication: false };
  for (const { name, run } of linkConformance(applicationsSocket, unshared)) test(name, run);
});
