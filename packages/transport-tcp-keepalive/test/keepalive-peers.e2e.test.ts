import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { CloseReason, FrameRejection, Link, Peer, PeerSourceListener } from "@heartwire/core";
import { nextTurn, type RecordingListener, recordingListener } from "@heartwire/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { keepalivePeers, readKeepalive } from "../src/index.js";
import { certificate, listenerCounts, startServer } from "./support/sockets.js";

const settings = { idleMs: 20_000, intervalMs: 4000, probes: 4 };
const host = "127.0.0.1";

/** Opens every peer's link at once, and remembers all. */
class RecordingSourceListener implements PeerSourceListener<net.Socket> {
  readonly peers: { peer: Peer<net.Socket>; link: Link; listener: RecordingListener }[] = [];
  readonly rejections: FrameRejection[] = [];
  readonly closings: (CloseReason | undefined)[] = [];

  peer(peer: Peer<net.Socket>): void {
    const listener = recordingListener();
    this.peers.push({ peer, listener, link: peer.transport.open(listener) });
  }

  rejected(rejection: FrameRejection): void {
    this.rejections.push(rejection);
  }

  closed(reason?: CloseReason): void {
    this.closings.push(reason);
  }
}

function connect(port: number): net.Socket {
  const socket = net.connect({ port, host });
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}

describe("peers of a server", () => {
  it("come one by one, each with its socket, address and one link", async () => {
    const { server, port } = await startServer(net.createServer((socket) => socket.resume()));
    const listener = new RecordingSourceListener();
    const reported: net.Socket[] = [];
    const subscription = keepalivePeers(server, settings, {
      onReport: (_, socket) => reported.push(socket),
    }).listen(listener);
    onTestFinished(() => subscription.close());
    const first = connect(port);
    const second = connect(port);
    await until(() => reported.length === 2);
    const [one, two] = listener.peers;
    const ports = new Set([one!.peer.address, two!.peer.address]);
    expect(ports).toEqual(new Set([`127.0.0.1:${first.localPort}`, `127.0.0.1:${second.localPort}`]));
    expect(new Set(reported)).toEqual(new Set([one!.peer.handle, two!.peer.handle]));
    expect(one!.listener.calls).toMatchObject([{ call: "opened" }, { call: "active" }]);
    expect(() => one!.peer.transport.open(recordingListener())).toThrow("only one link");

    first.end();
    second.resetAndDestroy();
    await until(() => listener.peers.every((each) => each.listener.count("closed") === 1));
    const reasonAt = (socket: net.Socket) =>
      listener.peers.find((each) => each.peer.address.endsWith(`:${socket.localPort}`));
    expect(reasonAt(first)?.listener.calls.at(-1)).toMatchObject({ reason: { kind: "ended", by: "peer" } });
    expect(listener.closings).toEqual([]);
  });

  it("have keepalive in the kernel", async () => {
    const { server, port } = await startServer(net.createServer());
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    onTestFinished(() => subscription.close());
    connect(port);
    await until(() => listener.peers[0]?.listener.count("opened") === 1);
    const reading = readKeepalive(listener.peers[0]!.peer.handle);
    if (reading.kind === "read") expect(reading).toMatchObject({ enabled: true, ...settings });
    else expect(reading.why).toMatch(/koffi|unsupported/);
  });

  it("beyond maxPeers are rejected but served, and make room when they go", async () => {
    const { server, port } = await startServer(net.createServer((socket) => socket.pipe(socket)));
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings, { maxPeers: 1 }).listen(listener);
    onTestFinished(() => subscription.close());
    const first = connect(port);
    await until(() => listener.peers.length === 1);
    const second = connect(port);
    second.write("served");
    expect(String((await once(second, "data"))[0])).toBe("served");
    expect(listener.rejections).toEqual([{ kind: "too-many-peers", limit: 1 }]);
    expect(listener.peers.length).toBe(1);
    first.destroy();
    await until(() => listener.peers[0]!.listener.count("closed") === 1);
    connect(port);
    await until(() => listener.peers.length === 2);
    listener.peers[1]!.link.close();
    connect(port);
    await until(() => listener.peers.length === 3);
    expect(listener.rejections.length).toBe(1);
  });

  it("do not come when the application turned them away already", async () => {
    const { server, port } = await startServer(net.createServer((socket) => void socket.destroy()));
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    onTestFinished(() => subscription.close());
    await once(connect(port).resume(), "close");
    expect(listener.peers).toEqual([]);
  });

  it("of a TLS server come after the handshake", async () => {
    const { server, port } = await startServer(tls.createServer(certificate));
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    onTestFinished(() => subscription.close());
    const client = tls.connect({ port, host, ca: certificate.cert });
    onTestFinished(() => void client.destroy());
    await until(() => listener.peers[0]?.listener.count("opened") === 1);
    expect(listener.peers[0]!.peer.handle).toBeInstanceOf(tls.TLSSocket);
  });

  it("of an HTTP server are its connections, whose requests go on being answered", async () => {
    const { server, port } = await startServer(http.createServer((_, response) => response.end("answer")));
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    onTestFinished(() => subscription.close());
    const agent = new http.Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    for (let request = 0; request < 3; request++) {
      const [response] = await once(http.get({ port, host, agent }), "response");
      let body = "";
      for await (const chunk of response) body += chunk;
      expect(body).toBe("answer");
    }
    expect(listener.peers.length).toBe(1);
    expect(listener.peers[0]!.listener.count("closed")).toBe(0);
    agent.destroy();
    await until(() => listener.peers[0]!.listener.count("closed") === 1);
    expect(listener.peers[0]!.listener.calls.at(-1)).toMatchObject({ reason: { kind: "ended", by: "peer" } });
  });
});

describe("the source", () => {
  it("is closed without a reason when the server is closed, and detaches", async () => {
    const { server } = await startServer(net.createServer());
    const before = listenerCounts(server);
    const listener = new RecordingSourceListener();
    keepalivePeers(server, settings).listen(listener);
    server.close();
    await once(server, "close");
    expect(listener.closings).toEqual([undefined]);
    expect(listenerCounts(server)).toEqual(before);
  });

  it("is closed with the cause when the server cannot listen", async () => {
    const { port } = await startServer(net.createServer());
    const server = net.createServer();
    const listener = new RecordingSourceListener();
    keepalivePeers(server, settings).listen(listener);
    server.listen(port, host);
    await until(() => listener.closings.length === 1);
    expect(listener.closings).toMatchObject([{ kind: "connect-failed", errno: "EADDRINUSE" }]);
    expect(listenerCounts(server)).toEqual({});
  });

  it("passes over a single failed accept", async () => {
    const { server } = await startServer(net.createServer());
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    server.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE", syscall: "accept" }));
    expect(listener.closings).toEqual([]);
    subscription.close();
  });

  it("tells nothing more after close(), while open links live on", async () => {
    const { server, port, accepted } = await startServer(net.createServer((socket) => socket.resume()));
    connect(port);
    await accepted;
    const before = listenerCounts(server);
    const listener = new RecordingSourceListener();
    const subscription = keepalivePeers(server, settings).listen(listener);
    const client = connect(port);
    await until(() => listener.peers[0]?.listener.count("opened") === 1);
    subscription.close();
    subscription.close();
    expect(listenerCounts(server)).toEqual(before);
    await once(connect(port), "connect");
    client.end();
    await until(() => listener.peers[0]!.listener.count("closed") === 1);
    expect(listener.peers.length).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses maxPeers %d", (maxPeers) => {
    const wrong = () => keepalivePeers(net.createServer(), settings, { maxPeers });
    expect(wrong).toThrow(RangeError);
    expect(wrong).toThrow(new RegExp(`^maxPeers .*${maxPeers}$`));
  });
});
