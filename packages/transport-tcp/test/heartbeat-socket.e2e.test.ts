import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Heartbeat } from "@heartwire/core";
import { describe, expect, test } from "vitest";
import { heartbeatSocket } from "../src/index.js";
import { framed } from "./support/frames.js";
import { observe } from "./support/links.js";
import { listenerTotal, pair, untilClosed } from "./support/sockets.js";

const beat = (seq: number, payload?: Uint8Array): Heartbeat => ({
  kind: "beat",
  seq,
  intervalMs: 1000,
  ...(payload && { payload }),
});

describe("what a link over a socket hears", () => {
  test("any octet is evidence: a chunk without a whole frame is active, once", async () => {
    const { client, server } = await pair();
    const near = observe(heartbeatSocket(client));
    await near.opened();
    const octets = framed(beat(1));
    for (const count of [1, 2, 3]) {
      server.write(octets.subarray(count - 1, count));
      await near.until("active", (l) => l.count("active") === count);
    }
    server.write(octets.subarray(3));
    await near.until("the beat", (l) => l.heartbeats.length === 1);
    expect(near.listener.heartbeats).toEqual([beat(1)]);
    expect(near.listener.count("active")).toBe(3);
  });

  test("nothing but malformed frames is another protocol; one good frame starts the count anew", async () => {
    const { client, server } = await pair();
    const near = observe(heartbeatSocket(client, { maxMalformedFrames: 3 }));
    await near.opened();
    server.write(Buffer.concat([Buffer.of(0, 0), framed(beat(1)), Buffer.of(0, 1, 0xc0, 0, 0)]));
    expect(await near.closed()).toEqual({
      kind: "protocol",
      detail: "3 malformed frames in a row",
      rejection: { kind: "malformed", reason: "empty" },
    });
    expect(near.listener.calls.map(({ call }) => call)).toEqual([
      "opened",
      ...["rejected", "rejected", "received", "rejected", "rejected", "rejected"],
      "closed",
    ]);
  });

  test("closing within received() ends it there, and the next link goes on with the very next frame", async () => {
    const { client, server } = await pair();
    const transport = heartbeatSocket(client);
    const first = observe(transport, ({ call }, link) => {
      if (call === "received") link.close();
    });
    await first.opened();
    const stream = Buffer.concat([framed(beat(1)), framed(beat(2)), framed(beat(3)).subarray(0, 4)]);
    server.write(stream);
    await first.until("a beat", (l) => l.heartbeats.length === 1);
    const second = observe(transport);
    await second.until("a beat", (l) => l.heartbeats.length === 1);
    second.link.close();
    server.write(framed(beat(3)).subarray(4));
    const third = observe(transport);
    await third.until("a beat", (l) => l.heartbeats.length === 1);
    expect([first, second, third].map(({ listener }) => listener.heartbeats)).toEqual([
      [beat(1)],
      [beat(2)],
      [beat(3)],
    ]);
  });

  test("hearing() is false while octets wait on a paused socket", async () => {
    const { client, server } = await pair();
    const near = observe(heartbeatSocket(client));
    await near.opened();
    expect(near.link.hearing?.()).toBe(true);
    client.pause();
    server.write(framed(beat(1)));
    while (client.readableLength === 0) await sleep(5);
    expect(near.link.hearing?.()).toBe(false);
    client.resume();
    await near.until("the beat", (l) => l.heartbeats.length === 1);
    expect(near.link.hearing?.()).toBe(true);
  });
});

describe("what a link over a socket sends", () => {
  test("to a peer that does not read, no more than a bounded number of octets waits here", async () => {
    const { client, server } = await pair();
    server.pause();
    const near = observe(heartbeatSocket(client));
    await near.opened();
    const payload = new Uint8Array(245);
    let most = 0;
    let stuck = 0;
    // Until the kernel takes no more, and then as much again.
    for (let seq = 0; stuck < 5000; seq++) {
      near.link.send(beat(seq, payload));
      most = Math.max(most, client.writableLength);
      if (client.writableLength > 0) stuck += 1;
      if (seq % 500 === 0) await sleep(0);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(512);
    expect(near.listener.calls).toEqual([{ call: "opened" }]);
  });

  test("a payload too long is told as rejected, what is no heartbeat closes the link; nothing of either leaves", async () => {
    const { client, server } = await pair();
    const near = observe(heartbeatSocket(client));
    const far = observe(heartbeatSocket(server));
    await near.opened();
    near.link.send(beat(1, new Uint8Array(246)));
    expect(near.listener.rejections).toEqual([]);
    await near.until("the rejection", (l) => l.rejections.length === 1);
    expect(near.listener.rejections).toEqual([{ kind: "oversized", octets: 256, limitOctets: 255 }]);
    near.link.send(beat(2));
    await far.until("the beat", (l) => l.heartbeats.length === 1);
    near.link.send(beat(-1));
    near.link.send(beat(3));
    expect(await near.closed()).toMatchObject({ kind: "protocol", detail: expect.stringContaining("seq") });
    await far.until("the beat", (l) => l.heartbeats.length === 2);
    expect(far.listener.heartbeats).toEqual([beat(2), beat(3)]);
  });

  test("nothing follows a bye", async () => {
    const { client, server } = await pair();
    const near = observe(heartbeatSocket(client));
    const far = observe(heartbeatSocket(server));
    await near.opened();
    near.link.send({ kind: "bye" });
    near.link.send(beat(1));
    near.link.send({ kind: "bye" });
    near.link.close();
    client.end();
    expect(await far.closed()).toBe("orderly");
    expect(far.listener.heartbeats).toEqual([{ kind: "bye" }]);
  });

  test("sending on a socket that its owner ended does nothing", async () => {
    const { client, server } = await pair({ allowHalfOpen: true });
    const near = observe(heartbeatSocket(client));
    await near.opened();
    client.end();
    near.link.send(beat(1));
    server.write(framed(beat(2)));
    await near.until("the beat", (l) => l.heartbeats.length === 1);
    expect(near.listener.count("closed")).toBe(0);
  });
});

describe("what a link over a socket leaves behind", () => {
  test.each([false, true])(
    "close() takes its listeners with it and lets the socket live (TLS: %s)",
    async (tls) => {
      const { client, server } = await pair({ tls });
      const before = listenerTotal(client);
      for (const whenOpen of [false, true]) {
        const near = observe(heartbeatSocket(client));
        if (whenOpen) await near.opened();
        near.link.close();
        expect(listenerTotal(client)).toBe(before);
        expect(client.destroyed).toBe(false);
      }
      server.write("for the next reader");
      const [chunk] = await once(client.resume(), "data");
      expect(String(chunk)).toBe("for the next reader");
    },
  );

  test("after an end no listener stays, and a late error harms nobody", async () => {
    const { client, server } = await pair({ allowHalfOpen: true });
    const before = listenerTotal(client);
    const near = observe(heartbeatSocket(client));
    await near.opened();
    server.end();
    await near.closed();
    near.link.close();
    client.destroy(new Error("late"));
    await untilClosed(client);
    expect(client.listenerCount("error")).toBe(0);
    expect(listenerTotal(client)).toBeLessThanOrEqual(before);
  });

  test("onClose destroy destroys the socket, whoever ends", async () => {
    const { client, server } = await pair({ allowHalfOpen: true });
    const near = observe(heartbeatSocket(client, { onClose: "destroy" }));
    const far = observe(heartbeatSocket(server, { onClose: "destroy" }));
    await near.opened();
    near.link.close();
    expect(client.destroyed).toBe(true);
    expect(await far.closed()).toEqual({ kind: "ended", by: "peer" });
    expect(server.destroyed).toBe(true);
  });

  test("two links at a time on one socket are refused, one after the other are not", async () => {
    const { client } = await pair();
    const first = observe(heartbeatSocket(client));
    expect(() => observe(heartbeatSocket(client))).toThrow(/open already/);
    await first.opened();
    first.link.close();
    await observe(heartbeatSocket(client)).opened();
  });
});
