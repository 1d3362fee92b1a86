import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MESSAGE_MAGIC, webSocketPing } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { connectedPair, opened, type Pair, pause, until } from "./support.js";

let pair: Pair;
beforeEach(async () => {
  pair = await connectedPair();
});
afterEach(() => pair.dispose());

describe("mode ping", () => {
  test("any WebSocket answers a probe, with and without payload", async () => {
    for (const ws of [pair.client, pair.peer]) {
      const { link, heard } = await opened(webSocketPing(ws));
      const payload = Uint8Array.of(9, 8, 7);
      link.send({ kind: "probe", seq: 2 ** 32 - 1 });
      link.send({ kind: "probe", seq: 5, payload });
      await until(heard, (l) => l.heartbeats.length === 2, "both echoes");
      expect(heard.heartbeats).toEqual([
        { kind: "echo", seq: 2 ** 32 - 1 },
        { kind: "echo", seq: 5, payload },
      ]);
      expect(heard.count("active")).toBe(0);
      link.close();
    }
  });

  test("a foreign ping is answered once by ws, and is evidence", async () => {
    const { heard } = await opened(webSocketPing(pair.client));
    const pongs: string[] = [];
    pair.peer.on("pong", (octets) => pongs.push(octets.toString()));
    pair.peer.ping("hello");
    await until(heard, (l) => l.count("active") === 1, "evidence");
    await pause(50);
    expect(pongs).toEqual(["hello"]);
    expect(heard.heartbeats).toEqual([]);
  });

  test("a foreign pong and the application's messages are evidence", async () => {
    const { heard } = await opened(webSocketPing(pair.client));
    for (const [index, send] of [
      () => pair.peer.pong(),
      () => pair.peer.pong("12345"),
      () => pair.peer.send("text"),
      () => pair.peer.send(Buffer.alloc(10)),
    ].entries()) {
      send();
      await until(heard, (l) => l.count("active") === index + 1, "evidence");
    }
    expect(heard.heartbeats).toEqual([]);
    expect(heard.rejections).toEqual([]);
  });

  test("a damaged heartbeat in a pong is rejected, is no evidence, and does no harm", async () => {
    const { link, heard } = await opened(webSocketPing(pair.client));
    for (const octets of [[], [0xff], [0x00, 1, 2], [0x38, 1, 1], [0x10, 0, 0, 0, 1, 0]]) {
      if (octets.length > 0) pair.peer.pong(Uint8Array.of(...MESSAGE_MAGIC, ...octets));
    }
    await until(heard, (l) => l.rejections.length === 4, "four rejections");
    expect(heard.count("active")).toBe(0);
    link.send({ kind: "probe", seq: 1 });
    await until(heard, (l) => l.heartbeats.length === 1, "the echo");
  });

  test("parts of a long message are evidence: no pong can overtake it", async () => {
    const { heard } = await opened(webSocketPing(pair.client));
    const socket = networkSocketOf(pair.peer)!;
    // The header of an unmasked binary message of 1000 octets, of which only some come.
    socket.write(Uint8Array.of(0x82, 126, 0x03, 0xe8));
    socket.write(new Uint8Array(10));
    await until(heard, (l) => l.count("active") >= 1, "evidence");
    const before = heard.count("active");
    socket.write(new Uint8Array(10));
    await until(heard, (l) => l.count("active") > before, "more evidence");
  });

  test("hearing() is false only while octets wait that a paused WebSocket does not read", async () => {
    const { link, heard } = await opened(webSocketPing(pair.client));
    pair.client.pause();
    expect(link.hearing?.()).toBe(true);
    pair.peer.send("something");
    const socket = networkSocketOf(pair.client)!;
    for (let turn = 0; turn < 500 && socket.readableLength === 0; turn++) await pause(2);
    expect(link.hearing?.()).toBe(false);
    expect(heard.count("active")).toBe(0);
    pair.client.resume();
    await until(heard, (l) => l.count("active") > 0, "evidence");
    expect(link.hearing?.()).toBe(true);
  });

  test("where nothing drains one heartbeat waits, the others are dropped, and bye still goes", async () => {
    const { link } = await opened(webSocketPing(pair.client));
    const far = await opened(webSocketPing(pair.peer));
    pair.peer.pause();
    while (pair.client.bufferedAmount === 0) pair.client.send(Buffer.alloc(1 << 20));
    const before = pair.client.bufferedAmount;
    for (let seq = 0; seq < 1000; seq++) link.send({ kind: "beat", seq, intervalMs: 1000 });
    expect(pair.client.bufferedAmount - before).toBeLessThan(64);
    link.send({ kind: "bye" });
    pair.peer.resume();
    await until(far.heard, (l) => l.heartbeats.length === 2, "the one beat and the bye");
    expect(far.heard.heartbeats).toEqual([{ kind: "beat", seq: 0, intervalMs: 1000 }, { kind: "bye" }]);
    link.send({ kind: "beat", seq: 1000, intervalMs: 1000 });
    await until(far.heard, (l) => l.heartbeats.length === 3, "the next beat, now that all has drained");
  });

  test("a peer that was stopped for long is not flooded: its ws would cut the connection", async () => {
    for (const ws of [pair.client, pair.peer]) {
      const { link, heard } = await opened(webSocketPing(ws));
      for (let seq = 0; seq < 200; seq++) link.send({ kind: "probe", seq });
      await until(heard, (l) => l.heartbeats.length === 32, "the answers to 32 of them");
      link.send({ kind: "probe", seq: 200 });
      await until(heard, (l) => l.heartbeats.length === 33, "the answer to the next");
      link.close();
    }
  });
});
