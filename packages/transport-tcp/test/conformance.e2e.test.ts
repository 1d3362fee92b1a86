import type net from "node:net";
import type { Transport } from "@heartwire/core";
import { type LinkCapabilities, type LinkFixture, lateTransport, linkConformance } from "@heartwire/testkit";
import { describe, test } from "vitest";
import {
  dialectSocket,
  heartbeatSocket,
  redisDialect,
  sharedPeers,
  shareSocket,
  tcp,
  tcpPeers,
} from "../src/index.js";
import { respServer } from "./support/resp-server.js";
import {
  closeServer,
  connect,
  listenerTotal,
  listening,
  newServer,
  socketPair,
  TRUST,
} from "./support/sockets.js";

const WHOLE: LinkCapabilities = {
  carries: ["beat", "probe", "echo", "bye"],
  probesAnsweredBy: "listener",
  senders: "both",
  maxPayloadOctets: 245,
  delivery: "reliable",
  order: "kept",
  burst: "all",
  peerAppears: "by-opening",
  injectsFrames: true,
  injectsWire: "stream",
  brokenAs: ["reset", "ended"],
  endedAs: ["ended"],
  unreachableAs: undefined,
  sharedWithApplication: false,
  countsHandles: true,
};
const SHARED: LinkCapabilities = { ...WHOLE, sharedWithApplication: true };

function conform(name: string, capabilities: LinkCapabilities, setup: () => Promise<LinkFixture>): void {
  describe(name, () => {
    for (const { name: rule, run } of linkConformance(setup, capabilities)) test(rule, run);
  });
}

const write = (socket: net.Socket, ...octets: number[]): void => {
  if (socket.writable) socket.write(Buffer.from(octets));
};
const reset = (socket: net.Socket): void => {
  socket.on("error", () => {});
  // A TLS socket cannot reset, and is destroyed.
  if ("encrypted" in socket) socket.destroy();
  else socket.resetAndDestroy();
};

async function wholeFixture(tls: boolean): Promise<LinkFixture> {
  const pair = await socketPair({ tls });
  // Detached by close(), a socket's errors are its owner's again.
  pair.client.on("error", () => {});
  return {
    near: heartbeatSocket(pair.client),
    far: heartbeatSocket(pair.server),
    injectFrame: (octets) => write(pair.server, octets.length, ...octets),
    injectWire: (octets) => write(pair.server, ...octets),
    breakFar: () => reset(pair.server),
    endFar: () => void pair.server.end(),
    openHandles: () => listenerTotal(pair.client) + listenerTotal(pair.server),
    dispose: pair.dispose,
  };
}

async function sharedFixture(tls: boolean): Promise<LinkFixture> {
  const pair = await socketPair({ tls });
  const near = shareSocket(pair.client);
  const far = shareSocket(pair.server);
  near.application.resume();
  far.application.resume();
  return {
    near: near.transport,
    far: far.transport,
    injectFrame: (octets) => write(pair.server, 0, octets.length, ...octets),
    injectWire: (octets) => write(pair.server, ...octets),
    breakFar: () => reset(pair.server),
    endFar: () => void pair.server.end(),
    sendApplicationData: () => void far.application.write("data"),
    dispose: pair.dispose,
  };
}

async function serverFixture(tls: boolean): Promise<LinkFixture> {
  const server = newServer({ tls });
  const port = await listening(server);
  let accepted: net.Socket | undefined;
  const near = tcp({ host: "127.0.0.1", port, ...(tls ? { tls: TRUST } : {}) });
  const far = lateTransport({ name: near.name, proves: near.proves, wire: near.wire });
  const peers = tcpPeers(server).listen({
    peer: (peer) => {
      accepted = peer.handle;
      far.arrive(peer.transport);
    },
    rejected() {},
    closed() {},
  });
  return {
    near,
    far: far.transport,
    injectFrame: (octets) => write(accepted!, octets.length, ...octets),
    injectWire: (octets) => write(accepted!, ...octets),
    breakFar: () => reset(accepted!),
    endFar: () => void accepted!.end(),
    nobody: tcp({ host: "127.0.0.1", port: await freePort() }),
    openHandles: () =>
      process.getActiveResourcesInfo().filter((name) => /TCPSocket|TLS|Connect/.test(name)).length,
    async dispose() {
      peers.close();
      accepted?.destroy();
      await closeServer(server);
    },
  };
}

async function sharedServerFixture(): Promise<LinkFixture> {
  const server = newServer();
  const port = await listening(server);
  let far: { socket: net.Socket; application: NodeJS.WritableStream } | undefined;
  const socket = connect(port);
  const near = shareSocket(socket);
  near.application.resume();
  const late = lateTransport(near.transport);
  const peers = sharedPeers(server).listen({
    peer: (peer) => {
      far = peer.handle;
      peer.handle.application.resume();
      late.arrive(peer.transport);
    },
    rejected() {},
    closed() {},
  });
  return {
    near: near.transport,
    far: late.transport,
    injectFrame: (octets) => write(far!.socket, 0, octets.length, ...octets),
    injectWire: (octets) => write(far!.socket, ...octets),
    breakFar: () => reset(far!.socket),
    endFar: () => void far!.socket.end(),
    sendApplicationData: () => void far!.application.write("data"),
    async dispose() {
      peers.close();
      socket.destroy();
      far?.socket.destroy();
      await closeServer(server);
    },
  };
}

async function redisFixture(): Promise<LinkFixture> {
  const server = await respServer();
  const socket = connect(server.port);
  socket.on("error", () => {});
  const near = dialectSocket(socket, redisDialect());
  const peer = (): net.Socket => [...server.sockets][0]!;
  return {
    near,
    far: answering(near),
    injectWire: (octets) => write(peer(), ...octets),
    breakFar: () => reset(peer()),
    endFar: () => void peer().end(),
    sendApplicationData: () => write(peer(), ...Buffer.from("$4\r\ndata\r\n")),
    async dispose() {
      socket.destroy();
      await server.dispose();
    },
  };
}

/** The server's end of a dialect: no link of ours, it only answers. */
function answering({ name, proves, wire }: Transport): Transport {
  return {
    name,
    proves,
    wire,
    open(listener) {
      const opened = setImmediate(() => listener.opened());
      return { send() {}, close: () => clearImmediate(opened) };
    },
  };
}

async function freePort(): Promise<number> {
  const server = newServer();
  const port = await listening(server);
  await closeServer(server);
  return port;
}

conform("heartbeatSocket", WHOLE, () => wholeFixture(false));
conform("heartbeatSocket over TLS", { ...WHOLE, burst: "some" }, () => wholeFixture(true));
conform("tcp to tcpPeers", { ...WHOLE, unreachableAs: ["refused"] }, () => serverFixture(false));
conform("tcp to tcpPeers over TLS", { ...WHOLE, burst: "some", unreachableAs: ["refused"] }, () =>
  serverFixture(true),
);
conform("shareSocket", { ...SHARED, countsHandles: false }, () => sharedFixture(false));
conform("shareSocket over TLS", { ...SHARED, burst: "some", countsHandles: false }, () =>
  sharedFixture(true),
);
conform("shareSocket to sharedPeers", { ...SHARED, countsHandles: false }, sharedServerFixture);
conform(
  "dialectSocket, Redis",
  {
    ...SHARED,
    carries: ["probe"],
    probesAnsweredBy: "link",
    senders: "near",
    maxPayloadOctets: 0,
    burst: "some",
    injectsFrames: false,
    countsHandles: false,
  },
  redisFixture,
);
