import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { shareSocket } from "../src/index.js";
import { observe } from "./support/links.js";
import { beat, collect, MEBIBYTE, opened, sharedPair, until } from "./support/shared.js";
import { pair } from "./support/sockets.js";

describe("back-pressure", () => {
  test("unread octets pause the socket: no hearing, a bounded amount waits, and reading brings all", async () => {
    const { near, far, client } = await sharedPair({ near: { maxReadAheadOctets: 100_000 } });
    const link = observe(near.transport);
    const peer = observe(far.transport);
    await opened(link, peer);
    const octets = randomBytes(8 * MEBIBYTE);
    far.application.end(octets);
    await until(() => client.isPaused() && client.readableLength > 0);
    expect(link.link.hearing?.()).toBe(false);
    const heard = client.bytesRead;
    expect(heard).toBeLessThan(MEBIBYTE);
    peer.link.send(beat(1));
    await sleep(50);
    // What the socket itself reads ahead, and no more.
    expect(client.bytesRead - heard).toBeLessThanOrEqual(128 * 1024);
    expect(link.listener.heartbeats).toEqual([]);
    expect((await collect(near.application)).equals(octets)).toBe(true);
    await link.until("the beat", (l) => l.heartbeats.length === 1);
    expect(link.link.hearing?.()).toBe(true);
  });

  test("a flood of tiny pieces is bounded too", async () => {
    const { client, server } = await pair();
    shareSocket(client, { maxReadAheadOctets: 10_000 });
    server.setNoDelay(true);
    for (let count = 0; count < 2000 && !client.isPaused(); count++) {
      server.write(Buffer.of(1, 0, 1, 7));
      await new Promise(setImmediate);
    }
    await until(() => client.isPaused());
  });

  test("a heartbeat jumps ahead of the application's octets that wait here", async () => {
    const { near, far, server } = await sharedPair();
    const links = [observe(near.transport), observe(far.transport)] as const;
    await opened(...links);
    server.pause();
    const octets = Buffer.alloc(32 * MEBIBYTE);
    near.application.write(octets);
    await until(() => links[0].link.hearing?.() === true && near.application.writableLength > 0);
    await sleep(100);
    links[0].link.send(beat(1));
    let before = 0;
    far.application.on("data", (chunk: Buffer) => {
      if (links[1].listener.heartbeats.length === 0) before += chunk.length;
    });
    server.resume();
    await links[1].until("the beat", (l) => l.heartbeats.length === 1);
    // Behind what the kernel had taken it must wait, but not behind the rest.
    expect(before).toBeLessThan(24 * MEBIBYTE);
  });

  test("a writer is told to wait, and heartbeats of ours are dropped, while the peer does not read", async () => {
    const { near, client, server } = await sharedPair();
    const link = observe(near.transport);
    await link.opened();
    server.pause();
    let accepted = 0;
    while (near.application.write(Buffer.alloc(65_536)) || accepted < 16 * MEBIBYTE) {
      accepted += 65_536;
      if (near.application.writableNeedDrain)
        await Promise.race([once(near.application, "drain"), sleep(200)]);
      if (near.application.writableNeedDrain) break;
    }
    expect(near.application.writableNeedDrain).toBe(true);
    for (let seq = 0; seq < 10_000; seq++) link.link.send(beat(seq));
    expect(client.writableLength).toBeLessThan(16 * 1024 + 1024);
  });
});
