import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { CloseReason, FrameRejection, Peer, PeerSource } from "@heartwire/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { sharedPeers, tcpPeers } from "../src/index.js";
import { observe } from "./support/links.js";
import {
  CERTIFICATE,
  closeServer,
  connect,
  listenerTotal,
  listening,
  newServer,
  portOf,
  untilClosed,
} from "./support/sockets.js";

function listen<Handle>(source: PeerSource<Handle>) {
  const peers: Peer<Handle>[] = [];
  const rejections: FrameRejection[] = [];
  const ends: (CloseReason | "orderly")[] = [];
  const subscription = source.listen({
    peer: (peer) => peers.push(peer),
    rejected: (rejection) => rejections.push(rejection),
    closed: (reason) => ends.push(reason ?? "orderly"),
  });
  return { subscription, peers, rejections, ends };
}

function dial(port: number, secure = false): net.Socket {
  const socket = connect(port, { tls: secure });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

function serverFor(options: { tls: boolean }): net.Server {
  const server = newServer(options);
  onTestFinished(() => void server.close());
  return server;
}

describe.each([
  { name: "tcpPeers", from: tcpPeers, secure: false },
  { name: "tcpPeers over TLS", from: tcpPeers, secure: true },
  { name: "sharedPeers", from: sharedPeers, secure: false },
])("$name", ({ from, secure }) => {
  test("tells of each connection with its address, and of none beyond the bound", async () => {
    const server = serverFor({ tls: secure });
    const port = await listening(server);
    const told = listen<unknown>(from(server, { maxPeers: 2 }));
    const clients = [dial(port, secure), dial(port, secure)];
    await expect.poll(() => told.peers.length).toBe(2);
    const addresses = clients.map(({ localPort }) => `127.0.0.1:${localPort}`);
    expect(told.peers.map(({ address }) => address).sort()).toEqual(addresses.sort());

    const third = dial(port, secure);
    third.resume();
    await once(third, "close");
    expect(told.rejections).toEqual([{ kind: "too-many-peers", limit: 2 }]);

    const links = told.peers.map(({ transport }) => observe(transport));
    await Promise.all(links.map((link) => link.opened()));
    clients[0]!.destroy();
    await expect.poll(() => links.some(({ listener }) => listener.count("closed") === 1)).toBe(true);
    dial(port, secure);
    await expect.poll(() => told.peers.length).toBe(3);
  });

  test("stops at close(), takes its listeners from the server and leaves it listening", async () => {
    const server = serverFor({ tls: secure });
    const before = listenerTotal(server);
    const port = await listening(server);
    const source = from(server);
    const told = listen<unknown>(source);
    expect(() => listen<unknown>(source)).toThrow(/listened to already/);
    told.subscription.close();
    told.subscription.close();
    expect(listenerTotal(server)).toBe(before);
    expect(server.listening).toBe(true);
    const accepted = once(server, secure ? "secureConnection" : "connection") as Promise<[net.Socket]>;
    dial(port, secure);
    const [socket] = await accepted;
    socket.destroy();
    expect(told.peers).toEqual([]);
    expect(told.ends).toEqual([]);
    listen<unknown>(source).subscription.close();
  });

  test("tells of the server's end once: closed by its owner, or never listening", async () => {
    const server = serverFor({ tls: secure });
    const port = await listening(server);
    const closed = listen<unknown>(from(server));
    const busy = serverFor({ tls: secure });
    const failed = listen<unknown>(from(busy));
    busy.listen(port, "127.0.0.1");
    await expect.poll(() => failed.ends.length).toBe(1);
    expect(failed.ends).toMatchObject([{ kind: "connect-failed", errno: "EADDRINUSE" }]);
    await closeServer(server);
    expect(closed.ends).toEqual(["orderly"]);
  });

  test("an accept that fails does not end a server that listens on", async () => {
    const server = serverFor({ tls: secure });
    await listening(server);
    const told = listen<unknown>(from(server));
    server.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
    expect(told.ends).toEqual([]);
    told.subscription.close();
  });
});

test.each([
  ["127.0.0.1", /^127\.0\.0\.1:\d+$/],
  ["::1", /^\[::1\]:\d+$/],
])("a client at %s of a server for both families has an address for people", async (host, address) => {
  const server = net.createServer();
  onTestFinished(() => void server.close());
  const told = listen(tcpPeers(server));
  server.listen(0, "::");
  await once(server, "listening");
  const client = net.connect(portOf(server), host);
  await expect.poll(() => told.peers.length).toBe(1);
  expect(told.peers[0]?.address).toMatch(address);
  told.peers[0]?.handle.destroy();
  client.destroy();
});

test("a failed TLS handshake is counted, and the next client is served", async () => {
  const server = tls.createServer(CERTIFICATE);
  onTestFinished(() => void server.close());
  const port = await listening(server);
  const told = listen(tcpPeers(server));
  const plain = net.connect(port, "127.0.0.1");
  plain.on("error", () => {});
  plain.write("GET / HTTP/1.0\r\n\r\n");
  await expect.poll(() => told.rejections).toEqual([{ kind: "malformed", reason: "bad-envelope" }]);
  dial(port, true);
  await expect.poll(() => told.peers.length).toBe(1);
});

test("a dead client's socket is destroyed with its link, unless it is to be detached", async () => {
  for (const [onClose, isDestroyed] of [
    ["destroy", true],
    ["detach", false],
  ] as const) {
    const server = newServer();
    onTestFinished(() => void server.close());
    const port = await listening(server);
    const told = listen(tcpPeers(server, onClose === "destroy" ? {} : { onClose }));
    dial(port);
    await expect.poll(() => told.peers.length).toBe(1);
    const { handle, transport } = told.peers[0]!;
    const link = observe(transport);
    await link.opened();
    link.link.close();
    expect(handle.destroyed).toBe(isDestroyed);
    handle.destroy();
  }
});

test("a client that resets before its link is opened, or after, is no unhandled error", async () => {
  const server = newServer();
  onTestFinished(() => void server.close());
  const port = await listening(server);
  const told = listen(tcpPeers(server, { onClose: "detach" }));
  const client = dial(port);
  await expect.poll(() => told.peers.length).toBe(1);
  const { handle } = told.peers[0]!;
  client.resetAndDestroy();
  handle.resume();
  await untilClosed(handle);
});
