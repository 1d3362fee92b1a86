import { type ChildProcess, spawn } from "node:child_process";
import type { RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { nextTurn, recordingListener } from "@heartwire/testkit";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { encodeDatagram } from "../src/envelope.js";
import { type UdpOptions, udp } from "../src/index.js";
import {
  activeHandles,
  beat,
  captureSockets,
  closed,
  isClosed,
  listeningHub,
  opened,
  rawPeer,
  reasonOf,
  received,
  rejected,
} from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

function openUdp(options: UdpOptions) {
  const listener = recordingListener();
  const link = udp(options).open(listener);
  onTestFinished(() => link.close());
  return { listener, link };
}

describe("udp()", () => {
  test("carries heartbeats both ways, on a fresh port and session with every open()", async () => {
    const server = await listeningHub();
    const transport = udp({ host: "localhost", port: server.port });
    for (let count = 1; count <= 2; count++) {
      const listener = recordingListener();
      const link = transport.open(listener);
      expect(listener.calls).toEqual([]);
      await opened(listener);
      link.send(beat(count));
      const arrival = await server.arrived(count);
      arrival.link.send(beat(10 + count));
      await received(listener, 1);
      expect(arrival.listener.heartbeats).toEqual([beat(count)]);
      expect(listener.heartbeats).toEqual([beat(10 + count)]);
      link.close();
    }
    expect(new Set(server.arrivals.map(({ peer }) => peer.address)).size).toBe(2);
  });

  test("a port where nothing listens refuses the first heartbeat", async () => {
    const raw = await rawPeer();
    await raw.close();
    const { listener, link } = openUdp({ host: "127.0.0.1", port: raw.port });
    await opened(listener);
    link.send(beat(1));
    await closed(listener);
    expect(reasonOf(listener)).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
  });

  test("a killed peer process refuses the next heartbeat", async () => {
    const peer = await echoProcess();
    const { listener, link } = openUdp({ host: "127.0.0.1", port: peer.port });
    await opened(listener);
    link.send({ kind: "echo", seq: 1 });
    await received(listener, 1);
    peer.child.kill("SIGKILL");
    await once(peer.child, "exit");
    link.send({ kind: "echo", seq: 2 });
    await closed(listener);
    expect(reasonOf(listener)).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
    // Nothing may come of it any more.
    link.send({ kind: "echo", seq: 3 });
    await nextTurn();
    expect(listener.calls.at(-1)?.call).toBe("closed");
  });

  test("a name that does not exist, and a broadcast address, do not connect", async () => {
    const [nobody, broadcast] = [
      openUdp({ host: "nobody.invalid", port: 9 }),
      openUdp({ host: "255.255.255.255", port: 9 }),
    ];
    await Promise.all([closed(nobody.listener), closed(broadcast.listener)]);
    expect(reasonOf(nobody.listener)).toMatchObject({ kind: "connect-failed" });
    expect(reasonOf(broadcast.listener)).toMatchObject({ kind: "unreachable", errno: "EACCES" });
    expect(nobody.listener.count("opened")).toBe(0);
  });

  test("a local address of the other IP version does not connect", async () => {
    const { listener } = openUdp({ host: "127.0.0.1", port: 9, localAddress: "::1" });
    await closed(listener);
    expect(reasonOf(listener)).toMatchObject({ kind: "connect-failed" });
  });

  test("close() while the look-up is pending is the last word", async () => {
    let finish = (): void => {};
    const { listener, link } = openUdp({
      host: "peer.example",
      port: 9,
      lookup: (_host, _options, answer) => {
        finish = () => answer(null, [{ address: "127.0.0.1", family: 4 }]);
      },
    });
    link.close();
    finish();
    await nextTurn();
    await nextTurn();
    expect(listener.calls).toEqual([]);
    await expect.poll(activeHandles).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4, 5, 6])("close() %i steps after open() is the last word", async (steps) => {
    const { listener, link } = openUdp({ host: "127.0.0.1", port: (await rawPeer()).port });
    for (let step = 0; step < steps; step++) await Promise.resolve();
    const before = listener.calls.length;
    link.close();
    link.close();
    await nextTurn();
    await nextTurn();
    expect(listener.calls.length).toBe(before);
  });

  test("only the peer is heard", async () => {
    const [peer, stranger] = [await rawPeer(), await rawPeer()];
    const { listener, link } = openUdp({ host: "127.0.0.1", port: peer.port });
    await opened(listener);
    link.send(beat(0));
    const [, from] = await once(peer.socket, "message");
    await stranger.send(from.port, 1, beat(1));
    await peer.send(from.port, 2, beat(2));
    await received(listener, 1);
    expect(listener.heartbeats).toEqual([beat(2)]);
    expect(listener.rejections).toEqual([]);
  });

  test("what a stranger sent before the socket was connected is not the peer's", async () => {
    const sockets = captureSockets();
    const { listener } = openUdp({ host: "127.0.0.1", port: (await rawPeer()).port });
    await opened(listener);
    // The kernel filters from connect() on; such a datagram waits in the buffer from before.
    const from: RemoteInfo = { address: "127.0.0.1", port: 9, family: "IPv4", size: 14 };
    sockets.at(-1)?.emit("message", encodeDatagram(1, beat(1)), from);
    expect(listener.calls).toEqual([{ call: "opened" }]);
  });

  test("after close() its socket has no listener of ours but one for late errors", async () => {
    const sockets = captureSockets();
    const { listener, link } = openUdp({ host: "127.0.0.1", port: (await rawPeer()).port });
    await opened(listener);
    const socket = sockets.at(-1)!;
    const errorListeners = socket.listenerCount("error");
    link.close();
    expect(isClosed(socket)).toBe(true);
    expect(socket.listenerCount("message")).toBe(0);
    expect(socket.listenerCount("error")).toBe(errorListeners - 1);
    socket.emit("error", new Error("late"));
    expect(listener.calls).toEqual([{ call: "opened" }]);
  });

  test("garbage from the peer is rejected and the link goes on", async () => {
    const peer = await rawPeer();
    const { listener, link } = openUdp({ host: "127.0.0.1", port: peer.port });
    await opened(listener);
    link.send(beat(0));
    const [, from] = await once(peer.socket, "message");
    await peer.sendOctets(from.port, new Uint8Array(301));
    await peer.sendOctets(from.port, Buffer.of(1));
    await rejected(listener, 2);
    expect(listener.rejections).toEqual([
      { kind: "oversized", octets: 301, limitOctets: 274 },
      { kind: "malformed", reason: "bad-envelope" },
    ]);
    await peer.send(from.port, 1, beat(1));
    await received(listener, 1);
  });
});

describe("the peer's restart", () => {
  test("closes the link; reopened on the same local port, no stray of the old session confuses it", async () => {
    const peer = await rawPeer();
    const spare = await rawPeer();
    await spare.close();
    const transport = udp({
      host: "127.0.0.1",
      port: peer.port,
      localAddress: "127.0.0.1",
      localPort: spare.port,
    });
    const [before, after] = [recordingListener(), recordingListener()];
    transport.open(before);
    await opened(before);
    await peer.send(spare.port, 1, beat(1));
    await peer.send(spare.port, 5, { kind: "bye" });
    await peer.send(spare.port, -2, beat(1));
    await closed(before);
    expect(reasonOf(before)).toEqual({ kind: "restarted", previousSession: 1, session: 0xffff_fffe });
    expect(before.rejections.map(({ kind }) => kind)).toEqual(["ended-session"]);
    const link = transport.open(after);
    onTestFinished(() => link.close());
    await opened(after);
    await peer.send(spare.port, 1, beat(9));
    await peer.send(spare.port, -2, beat(2));
    await received(after, 1);
    expect(after.heartbeats).toEqual([beat(2)]);
    expect(after.rejections.map(({ kind }) => kind)).toEqual(["ended-session"]);
  });
});

const hasIPv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

describe.skipIf(!hasIPv6)("IPv6 (skipped where loopback has no ::1)", () => {
  test.each(["::1", "0:0:0:0:0:0:0:1"])("udp() and a hub meet on %s", async (host) => {
    const server = await listeningHub({ type: "udp6", address: "::1" });
    const { listener, link } = openUdp({ host, port: server.port });
    await opened(listener);
    link.send(beat(1));
    const arrival = await server.arrived(1);
    expect(arrival.peer.address).toMatch(/^\[::1\]:\d+$/);
    arrival.link.send(beat(2));
    await received(listener, 1);
  });

  test("a udp6 hub on all interfaces serves IPv4, and connects to it", async () => {
    const server = await listeningHub({ type: "udp6", address: "::" });
    const raw = await rawPeer();
    const listener = recordingListener();
    const link = server.hub.connect({ host: "127.0.0.1", port: raw.port }).open(listener);
    await opened(listener);
    link.send(beat(1));
    await expect.poll(() => raw.datagrams.length).toBe(1);
    await raw.send(server.port, 1, beat(2));
    await received(listener, 1);
    expect(server.arrivals).toEqual([]);
  });

  test("ipv6Only leaves the port's IPv4 side to another hub", async () => {
    const six = await listeningHub({ type: "udp6", address: "::", ipv6Only: true });
    await listeningHub({ address: "0.0.0.0", port: six.port });
  });
});

/** A process of its own that sends every datagram back. */
async function echoProcess(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const program = `
    const socket = require("node:dgram").createSocket("udp4");
    socket.on("message", (datagram, { port, address }) => socket.send(datagram, port, address));
    socket.bind(0, "127.0.0.1", () => console.log(socket.address().port));
    process.stdin.on("end", () => process.exit()).resume();`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  return { child, port: Number(line) };
}
