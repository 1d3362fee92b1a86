import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { heartbeatSocket, shareSocket } from "../src/index.js";
import { type ObservedLink, observe } from "./support/links.js";
import { beat, collect, MEBIBYTE, opened, pieces, sharedPair, until } from "./support/shared.js";
import { pair, untilClosed } from "./support/sockets.js";

/** The octets of one end, without sharing them on the other: what stands on the wire. */
async function onTheWire(write: (parts: ReturnType<typeof shareSocket>, link: ObservedLink) => void) {
  const { client, server } = await pair();
  const chunks: Buffer[] = [];
  server.on("data", (chunk: Buffer) => chunks.push(chunk));
  const parts = shareSocket(client);
  const link = observe(parts.transport);
  await link.opened();
  write(parts, link);
  return { chunks, server, client };
}

describe("the application's stream", () => {
  test.each([false, true])(
    "carries megabytes both ways, unharmed, with heartbeats between (TLS: %s)",
    async (tls) => {
      const { near, far } = await sharedPair({ tls });
      const links = [observe(near.transport), observe(far.transport)] as const;
      await opened(...links);
      let seq = 0;
      const beating = setInterval(() => {
        seq += 1;
        for (const { link } of links) link.send(beat(seq));
      }, 1);
      onTestFinished(() => clearInterval(beating));
      const there = randomBytes(5 * MEBIBYTE + 1);
      const back = randomBytes(3 * MEBIBYTE + 1);
      const [gotThere, gotBack] = await Promise.all([
        collect(far.application),
        collect(near.application),
        pipeline(Readable.from(pieces(there)), near.application, { end: true }).catch(() => {}),
        pipeline(Readable.from(pieces(back)), far.application, { end: true }).catch(() => {}),
      ]);
      expect(gotThere.equals(there)).toBe(true);
      expect(gotBack.equals(back)).toBe(true);
      await Promise.all(links.map((link) => link.until("a beat", (l) => l.heartbeats.length > 0)));
      for (const { listener } of links) {
        expect(listener.rejections).toEqual([]);
        expect(listener.count("closed")).toBe(0);
      }
    },
  );

  test("ends in one direction, then in the other; heartbeats go on, and the socket lives", async () => {
    const { near, far, client } = await sharedPair();
    const links = [observe(near.transport), observe(far.transport)] as const;
    await opened(...links);
    near.application.end("question");
    expect(String(await collect(far.application))).toBe("question");
    far.application.end("answer");
    expect(String(await collect(near.application))).toBe("answer");
    await until(() => near.application.destroyed && far.application.destroyed);
    links[0].link.send(beat(1));
    await links[1].until("the beat", (l) => l.heartbeats.length === 1);
    expect(client.destroyed).toBe(false);
    // Now nobody is left at the near end.
    links[0].link.send({ kind: "bye" });
    links[0].link.close();
    expect(await links[1].closed()).toBe("orderly");
    await until(() => client.destroyed);
    expect(await observe(near.transport).closed()).toEqual({ kind: "ended", by: "local" });
  });

  test("goes on when the link closes, and another link can be opened", async () => {
    const { near, far } = await sharedPair();
    const first = observe(near.transport);
    const peer = observe(far.transport);
    await opened(first, peer);
    expect(() => observe(near.transport)).toThrow(/open already/);
    first.link.close();
    peer.link.send(beat(1));
    near.application.write("still here");
    const [chunk] = await once(far.application, "data");
    expect(String(chunk)).toBe("still here");
    const second = observe(near.transport);
    await second.opened();
    peer.link.send(beat(2));
    await second.until("a beat", (l) => l.heartbeats.length === 1);
    expect(second.listener.heartbeats).toEqual([beat(2)]);
    expect(first.listener.calls).toEqual([{ call: "opened" }]);
  });

  test("is read to its end even though the peer closed the socket right after sending it", async () => {
    const { near, far, client } = await sharedPair();
    const octets = randomBytes(300_000);
    near.application.resume();
    near.application.end(octets);
    far.application.end();
    await untilClosed(client);
    await sleep(20);
    expect((await collect(far.application)).equals(octets)).toBe(true);
  });

  test("given up halfway ends the socket: ours in the link here, the peer's there, an error in its stream", async () => {
    const { near, far } = await sharedPair();
    const links = [observe(near.transport), observe(far.transport)] as const;
    await opened(...links);
    near.application.write("half of i");
    await once(far.application, "data");
    near.application.destroy(new Error("changed my mind"));
    const failure = once(far.application, "end");
    expect(await links[0].closed()).toEqual({ kind: "ended", by: "local" });
    expect(await links[1].closed()).toEqual({ kind: "ended", by: "peer" });
    await expect(failure).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  test("fails with the socket, and nobody has to listen for it", async () => {
    const { near, far, client, server } = await sharedPair();
    const link = observe(near.transport);
    await opened(link);
    server.on("error", () => {});
    const nearClosed = new Promise((resolve) => near.application.once("close", resolve));
    server.resetAndDestroy();
    expect(await link.closed()).toEqual({ kind: "reset", errno: "ECONNRESET" });
    await nearClosed;
    expect(near.application.errored).toMatchObject({ code: "ECONNRESET" });
    expect(far.application.destroyed).toBe(true);
    expect(client.destroyed).toBe(true);
  });

  test("writing when the socket's owner has ended it fails the stream, not the process", async () => {
    const { near, client } = await sharedPair();
    client.end();
    near.application.write("too late");
    await until(() => near.application.destroyed);
    expect(near.application.errored).toMatchObject({ code: "EPIPE" });
  });
});

describe("the link beside the application", () => {
  test("the application's octets are active, once a chunk", async () => {
    const { client, server } = await pair();
    const near = shareSocket(client);
    near.application.resume();
    const link = observe(near.transport);
    await link.opened();
    let chunks = 0;
    client.prependListener("data", () => {
      chunks += 1;
    });
    for (let count = 1; count <= 5; count++) {
      server.write(Buffer.of(1, 0, 1, 7, 1, 0, 2, 8, 9));
      await link.until("active", (l) => l.count("active") === count);
    }
    expect(chunks).toBe(5);
    expect(link.listener.count("active")).toBe(5);
  });

  test("an unknown channel is out of sync: the link, the stream and the socket end", async () => {
    const { client, server } = await pair();
    const near = shareSocket(client);
    const link = observe(near.transport);
    await link.opened();
    server.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await link.closed()).toEqual({ kind: "protocol", detail: "out of sync: channel 72" });
    await until(() => near.application.destroyed && client.destroyed);
    expect(String(near.application.errored)).toMatch(/out of sync/);
  });

  test("nothing but malformed heartbeats ends the link, not the application", async () => {
    const { client, server } = await pair();
    const near = shareSocket(client, { maxMalformedFrames: 2 });
    const link = observe(near.transport);
    await link.opened();
    server.write(Buffer.from([0, 0, 0, 1, 0xff, 1, 0, 2, 72, 105]));
    expect(await link.closed()).toMatchObject({ kind: "protocol", detail: "2 malformed frames in a row" });
    const [chunk] = await once(near.application, "data");
    expect(String(chunk)).toBe("Hi");
  });

  test("the next link may be opened as soon as one tells that it is closed", async () => {
    const { client, server } = await pair();
    const near = shareSocket(client, { maxMalformedFrames: 1 });
    const next = new Promise<ObservedLink>((resolve) => {
      observe(near.transport, ({ call }) => {
        if (call === "opened") server.write(Buffer.of(0, 0));
        if (call === "closed") resolve(observe(near.transport));
      });
    });
    await (await next).opened();
  });

  test("on a socket used for heartbeats already, sharing is refused", async () => {
    const { client, server } = await pair();
    shareSocket(client);
    expect(() => shareSocket(client)).toThrow(/open already/);
    observe(heartbeatSocket(server));
    expect(() => shareSocket(server)).toThrow(/open already/);
  });

  test("opens when the socket is connected and authenticated", async () => {
    const { near, far } = await sharedPair({ tls: true });
    const link = observe(near.transport);
    far.application.resume();
    await link.opened();
    link.link.send(beat(1));
    near.application.write("x");
    await once(far.application, "data");
  });
});

test("what stands on the wire: channel, length, octets; a full piece and its header fill 16 KiB", async () => {
  const { chunks, server } = await onTheWire(({ application }, { link }) => {
    link.send({ kind: "probe", seq: 1 });
    application.write("Hi");
    application.write(Buffer.alloc(20_000));
    application.end();
  });
  const expected = Buffer.concat([
    Buffer.of(0, 5, 0x10, 0, 0, 0, 1),
    Buffer.of(1, 0, 2, 72, 105),
    Buffer.of(1, 0x3f, 0xfd),
    Buffer.alloc(16_381),
    Buffer.of(1, 0x0e, 0x23),
    Buffer.alloc(3619),
    Buffer.of(2),
  ]);
  await until(() => server.bytesRead === expected.length);
  expect(Buffer.concat(chunks).equals(expected)).toBe(true);
});
