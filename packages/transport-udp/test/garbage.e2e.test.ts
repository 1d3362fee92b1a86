import type { RemoteInfo } from "node:dgram";
import { nextTurn } from "@heartwire/testkit";
import { afterEach, expect, test, vi } from "vitest";
import { encodeDatagram } from "../src/envelope.js";
import { BEAT, beat, captureSockets, listeningHub, rawPeer, received, rejected } from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

test("oversized, short and foreign datagrams are rejected, and make no peer", async () => {
  const { arrivals, port, source } = await listeningHub();
  const raw = await rawPeer();
  const datagrams: [Uint8Array, object][] = [
    [new Uint8Array(301), { kind: "oversized", octets: 301, limitOctets: 274 }],
    [new Uint8Array(60_000), { kind: "oversized", octets: 60_000, limitOctets: 274 }],
    [new Uint8Array(0), { kind: "malformed", reason: "bad-envelope" }],
    [Buffer.from("GET / HTTP/1.1\r\n"), { kind: "malformed", reason: "bad-envelope" }],
    [new Uint8Array(5), { kind: "malformed", reason: "empty" }],
    [encodeDatagram(1, BEAT).subarray(0, 13), { kind: "malformed", reason: "truncated" }],
    [
      Buffer.concat([encodeDatagram(1, BEAT), Buffer.of(0)]),
      { kind: "malformed", reason: "trailing-octets" },
    ],
  ];
  for (const [index, [octets, rejection]] of datagrams.entries()) {
    await raw.sendOctets(port, octets);
    await rejected(source, index + 1);
    expect(source.rejections[index]).toEqual(rejection);
  }
  expect(arrivals).toEqual([]);
});

test("a peer is still heard in a flood of garbage, which is answered with nothing", async () => {
  const { arrived, port, source } = await listeningHub();
  const [peer, flooder] = [await rawPeer(), await rawPeer()];
  await peer.send(port, 1, beat(0));
  const { listener } = await arrived(1);
  for (let round = 1; round <= 50; round++) {
    for (let count = 0; count < 100; count++) {
      flooder.socket.send(Buffer.alloc(1 + (count % 20), round), port, "127.0.0.1");
    }
    await nextTurn();
    await peer.send(port, 1, beat(round));
    await received(listener, round + 1);
  }
  expect(source.rejections.length).toBeGreaterThan(1000);
  expect(listener.rejections).toEqual([]);
  expect(flooder.datagrams).toEqual([]);
});

test("a flood of forged addresses fills maxPeers places and no more", async () => {
  const sockets = captureSockets();
  const { arrivals, source } = await listeningHub({ maxPeers: 100 });
  const [socket] = sockets;
  for (let index = 0; index < 5000; index++) {
    const address = `10.${index >> 8}.0.${index & 255}`;
    socket?.emit("message", encodeDatagram(index, BEAT), remoteInfo(address, 5000));
  }
  expect(arrivals.length).toBe(100);
  expect(source.rejections.length).toBe(4900);
});

test("source port 0, to which nothing can be sent, makes no peer", async () => {
  const sockets = captureSockets();
  const { arrivals, source } = await listeningHub();
  sockets[0]?.emit("message", encodeDatagram(1, BEAT), remoteInfo("10.0.0.1", 0));
  sockets[0]?.emit("message", encodeDatagram(1, BEAT), remoteInfo("10.0.0.1", 1));
  expect(arrivals.map(({ peer }) => peer.address)).toEqual(["10.0.0.1:1"]);
  expect(source.rejections).toEqual([]);
});

function remoteInfo(address: string, port: number): RemoteInfo {
  return { address, port, family: "IPv4", size: 14 };
}
