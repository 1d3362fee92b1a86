import type { Heartbeat } from "@heartwire/core";
import { nextTurn, pause, recordingListener } from "@heartwire/testkit";
import { describe, expect, test } from "vitest";
import {
  BEAT,
  beat,
  closed,
  listeningHub,
  loopbackHub,
  opened,
  rawPeer,
  reasonOf,
  received,
  rejected,
  waitFor,
} from "./support.js";

describe("a peer that comes by itself", () => {
  test("appears with its first heartbeat, which is not lost, and can be answered", async () => {
    const { arrived, port } = await listeningHub();
    const raw = await rawPeer();
    const first: Heartbeat = { kind: "probe", seq: 7, payload: Uint8Array.of(1, 2) };
    await raw.send(port, 1, first);
    const { peer, link, listener } = await arrived(1);
    expect(peer.address).toBe(`127.0.0.1:${raw.port}`);
    expect(peer.handle).toEqual({ address: "127.0.0.1", port: raw.port });
    expect(listener.calls.map(({ call }) => call)).toEqual(["opened", "received"]);
    expect(listener.heartbeats).toEqual([first]);
    link.send({ ...first, kind: "echo" });
    await expect.poll(() => raw.datagrams.length).toBe(1);
    expect(raw.datagrams[0]?.length).toBe(10 + 3);
  });

  test("100 peers over one socket: each link hears its own peer, and speaks to it", async () => {
    const { arrivals, port } = await listeningHub();
    const raws = await Promise.all(Array.from({ length: 100 }, () => rawPeer()));
    // One after the other, for the smallest receive buffer does not hold all of them at once.
    for (const [index, raw] of raws.entries()) {
      for (let count = 0; count < 3; count++) await raw.send(port, index, beat(index));
      await nextTurn();
    }
    await expect
      .poll(() => arrivals.filter(({ listener }) => listener.heartbeats.length === 3).length)
      .toBe(100);
    expect(arrivals.length).toBe(100);
    for (const { peer, link, listener } of arrivals) {
      const index = raws.findIndex((raw) => raw.port === peer.handle.port);
      expect(listener.heartbeats).toEqual([beat(index), beat(index), beat(index)]);
      link.send({ kind: "echo", seq: index });
      await nextTurn();
    }
    await expect.poll(() => raws.filter((raw) => raw.datagrams.length === 1).length).toBe(100);
    for (const [index, raw] of raws.entries()) expect(raw.datagrams[0]?.readUInt32BE(6)).toBe(index);
  });

  test("two peers that chose the same session are two peers", async () => {
    const { arrived, port } = await listeningHub();
    const [one, two] = [await rawPeer(), await rawPeer()];
    await one.send(port, 42, beat(1));
    const first = await arrived(1);
    await two.send(port, 42, beat(2));
    const second = await arrived(2);
    await one.send(port, 42, beat(11));
    await two.send(port, 42, beat(12));
    await Promise.all([received(first.listener, 2), received(second.listener, 2)]);
    first.link.close();
    await two.send(port, 42, beat(22));
    await received(second.listener, 3);
    expect(first.listener.heartbeats).toEqual([beat(1), beat(11)]);
    expect(second.listener.heartbeats).toEqual([beat(2), beat(12), beat(22)]);
  });

  test("the same session from another port is another peer: a NAT gave it a new mapping", async () => {
    const { arrivals, arrived, port } = await listeningHub();
    const [before, after] = [await rawPeer(), await rawPeer()];
    await before.send(port, 42, BEAT);
    await arrived(1);
    await after.send(port, 42, BEAT);
    await arrived(2);
    expect(arrivals.map(({ listener }) => listener.count("closed"))).toEqual([0, 0]);
  });

  test("forgers cannot make one session's chain long", async () => {
    const { arrivals, port, source } = await listeningHub();
    for (let count = 0; count < 17; count++) await (await rawPeer()).send(port, 42, BEAT);
    await rejected(source, 1);
    expect(source.rejections).toEqual([{ kind: "too-many-peers", limit: 16 }]);
    expect(arrivals.length).toBe(16);
  });

  test("beyond maxPeers a peer is rejected and not stored; a place that becomes free is given away", async () => {
    const { arrivals, arrived, port, source } = await listeningHub({ maxPeers: 2 });
    const raws = [await rawPeer(), await rawPeer(), await rawPeer()] as const;
    for (const [index, raw] of raws.entries()) await raw.send(port, index, BEAT);
    await rejected(source, 1);
    expect(source.rejections).toEqual([{ kind: "too-many-peers", limit: 2 }]);
    expect(arrivals.length).toBe(2);
    arrivals[0]?.link.close();
    await raws[2].send(port, 2, BEAT);
    expect((await arrived(3)).peer.handle.port).toBe(raws[2].port);
  });
});

describe("a peer's end", () => {
  test("after close() of its link it is forgotten, and its next heartbeat makes a new peer", async () => {
    const { arrived, port } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const first = await arrived(1);
    first.link.close();
    await raw.send(port, 1, beat(2));
    const second = await arrived(2);
    expect(second.listener.heartbeats).toEqual([beat(2)]);
    expect(first.listener.heartbeats).toEqual([beat(1)]);
    expect(first.listener.count("closed")).toBe(0);
  });

  test("strays after bye do not bring it back, nor does a second bye; a new session does", async () => {
    const { arrivals, arrived, port, source } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const { link, listener } = await arrived(1);
    await raw.send(port, 1, { kind: "bye" });
    await received(listener, 2);
    link.close();
    await raw.send(port, 1, beat(5));
    await raw.send(port, 1, { kind: "bye" });
    await rejected(source, 2);
    expect(source.rejections.map(({ kind }) => kind)).toEqual(["ended-session", "ended-session"]);
    expect(arrivals.length).toBe(1);
    await raw.send(port, 2, beat(1));
    expect((await arrived(2)).listener.heartbeats).toEqual([beat(1)]);
  });

  test("the same session may come back some time after its bye", async () => {
    const { arrived, port } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const { link, listener } = await arrived(1);
    await raw.send(port, 1, { kind: "bye" });
    await received(listener, 2);
    link.close();
    await pause(1100);
    await raw.send(port, 1, beat(2));
    await arrived(2);
  });

  test("one that was refused stays so, whatever it sends and whoever else comes and goes; started anew it is welcome", async () => {
    const { hub, arrivals, arrived, port, source } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const { link } = await arrived(1);
    link.refuse?.();
    link.close();
    for (let seq = 2; seq <= 20; seq++) await raw.send(port, 1, beat(seq));
    await rejected(source, 19);
    expect(new Set(source.rejections.map(({ kind }) => kind))).toEqual(new Set(["ended-session"]));
    expect(arrivals.length).toBe(1);
    const other = await rawPeer();
    await other.send(port, 1, beat(1));
    expect((await arrived(2)).peer.handle.port).toBe(other.port);
    // Whom we address ourselves is heard again, and is refused again if it must be.
    const anew = recordingListener();
    const again = hub.connect({ host: "127.0.0.1", port: raw.port }).open(anew);
    await opened(anew);
    await raw.send(port, 1, beat(21));
    await received(anew, 1);
    again.close();
    await raw.send(port, 1, beat(22));
    await rejected(source, 20);
    await raw.send(port, 2, beat(1));
    expect((await arrived(3)).listener.heartbeats).toEqual([beat(1)]);
  });

  test("a bye as the first word makes no peer", async () => {
    const { arrivals, port, source } = await listeningHub();
    await (await rawPeer()).send(port, 1, { kind: "bye" });
    await rejected(source, 1);
    expect(arrivals).toEqual([]);
  });
});

describe("a restart", () => {
  test("closes the old link with both sessions; the newcomer is a new peer, its first heartbeat not lost", async () => {
    const { arrived, port } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    const before = await arrived(1);
    await raw.send(port, -1, beat(0));
    const after = await arrived(2);
    expect(reasonOf(before.listener)).toEqual({
      kind: "restarted",
      previousSession: 1,
      session: 0xffff_ffff,
    });
    expect(after.peer.address).toBe(before.peer.address);
    expect(after.listener.heartbeats).toEqual([beat(0)]);
  });

  test("a late datagram of the old session neither ends the new link nor is evidence for it", async () => {
    const { arrivals, arrived, port } = await listeningHub();
    const raw = await rawPeer();
    for (const session of [1, 2, 3]) await raw.send(port, session, beat(session));
    const { listener } = await arrived(3);
    for (const late of [1, 2, 1]) await raw.send(port, late, beat(9));
    await raw.send(port, 3, beat(4));
    await received(listener, 2);
    expect(listener.heartbeats).toEqual([beat(3), beat(4)]);
    expect(listener.rejections.map(({ kind }) => kind)).toEqual([
      "ended-session",
      "ended-session",
      "ended-session",
    ]);
    expect(arrivals.length).toBe(3);
  });

  test("a bye of another session does not end a link", async () => {
    const { arrived, port } = await listeningHub();
    const raw = await rawPeer();
    await raw.send(port, 2, beat(1));
    const { listener } = await arrived(1);
    await raw.send(port, 1, { kind: "bye" });
    await rejected(listener, 1);
    expect(listener.count("closed")).toBe(0);
    expect(listener.heartbeats).toEqual([beat(1)]);
  });

  test("frees its place: a hub full of peers takes the newcomer", async () => {
    const { arrived, port } = await listeningHub({ maxPeers: 1 });
    const raw = await rawPeer();
    for (const session of [1, 2, 3]) await raw.send(port, session, BEAT);
    await arrived(3);
  });
});

describe("the peer source", () => {
  test("calls nothing before listen() has returned, and has one listener at a time", async () => {
    const hub = loopbackHub();
    const ignore = { peer() {}, rejected() {}, closed() {} };
    const first = hub.peers.listen(ignore);
    expect(() => hub.peers.listen(ignore)).toThrow("listened to already");
    first.close();
    const second = hub.peers.listen(ignore);
    // The first one's close() is idempotent, and none of the second one's business.
    first.close();
    expect(() => hub.peers.listen(ignore)).toThrow("listened to already");
    second.close();
  });

  test("a peer that is not opened is not stored, and is told of again", async () => {
    const hub = loopbackHub({ maxPeers: 1 });
    const source = recordingListener();
    hub.peers.listen({ peer: () => source.opened(), rejected: source.rejected, closed: source.closed });
    const { port } = await hub.bound;
    const raw = await rawPeer();
    for (let count = 0; count < 3; count++) await raw.send(port, 1, BEAT);
    await waitFor(source, "three times a peer", (l) => l.count("opened") === 3);
    expect(source.rejections).toEqual([]);
  });

  test("a peer that is opened later hears what comes later", async () => {
    const hub = loopbackHub();
    const { port } = await hub.bound;
    const listener = recordingListener();
    hub.peers.listen({
      peer: (peer) => setImmediate(() => peer.transport.open(listener)),
      rejected() {},
      closed() {},
    });
    const raw = await rawPeer();
    await raw.send(port, 1, beat(1));
    await opened(listener);
    await raw.send(port, 1, beat(2));
    await received(listener, 1);
    expect(listener.heartbeats).toEqual([beat(2)]);
  });

  test("one peer's transport opens one link", async () => {
    const { arrived, port } = await listeningHub();
    await (await rawPeer()).send(port, 1, BEAT);
    const { peer } = await arrived(1);
    expect(() => peer.transport.open(recordingListener())).toThrow("opened already");
  });

  test("a link closed within peer() is never heard of again", async () => {
    const hub = loopbackHub();
    const { port } = await hub.bound;
    const listener = recordingListener();
    const source = recordingListener();
    hub.peers.listen({
      peer(peer) {
        peer.transport.open(listener).close();
        source.opened();
      },
      rejected() {},
      closed() {},
    });
    await (await rawPeer()).send(port, 1, BEAT);
    await opened(source);
    await nextTurn();
    expect(listener.calls).toEqual([]);
  });

  test("after close() of the subscription no peer is told of, and open links go on", async () => {
    const hub = loopbackHub();
    const { port } = await hub.bound;
    const listener = recordingListener();
    const source = recordingListener();
    const subscription = hub.peers.listen({
      peer(peer) {
        source.opened();
        peer.transport.open(listener);
      },
      rejected: source.rejected,
      closed: source.closed,
    });
    const [known, stranger] = [await rawPeer(), await rawPeer()];
    await known.send(port, 1, beat(1));
    await received(listener, 1);
    subscription.close();
    await stranger.send(port, 2, beat(1));
    await stranger.sendOctets(port, Buffer.of(9));
    await known.send(port, 1, beat(2));
    await received(listener, 2);
    await hub.close();
    expect(source.calls.map(({ call }) => call)).toEqual(["opened"]);
    expect(listener.count("closed")).toBe(1);
  });
});

test("hub.close() within any callback is safe", async () => {
  const { hub, port, source } = await listeningHub();
  const other = recordingListener();
  const link = recordingListener(({ call }) => {
    if (call === "received") void hub.close();
  });
  hub.connect({ host: "127.0.0.1", port: (await rawPeer()).port }).open(other);
  const raw = await rawPeer();
  hub.connect({ host: "127.0.0.1", port: raw.port }).open(link);
  await Promise.all([opened(other), opened(link)]);
  await raw.send(port, 1, BEAT);
  await Promise.all([closed(other), closed(link), closed(source)]);
  expect([reasonOf(other), reasonOf(link), reasonOf(source)]).toEqual([undefined, undefined, undefined]);
});
