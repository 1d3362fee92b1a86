import { once } from "node:events";
import type net from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Dialect, dialectSocket, redisDialect } from "../src/index.js";
import { observe } from "./support/links.js";
import { respServer } from "./support/resp-server.js";
import { connect, listenerTotal, pair } from "./support/sockets.js";

async function redis(): Promise<{ socket: net.Socket; server: Awaited<ReturnType<typeof respServer>> }> {
  const server = await respServer();
  onTestFinished(server.dispose);
  const socket = connect(server.port);
  onTestFinished(() => void socket.destroy());
  return { socket, server };
}

/** A protocol of single octets: `?` asks, `!` answers, all else is the application's. */
const askDialect: Dialect = {
  name: "ask",
  proves: "application",
  answerOctets: 1,
  probe: (seq) => {
    if (seq === 13) throw new Error("an unlucky number");
    return Buffer.from("?");
  },
  recogniser: () => ({
    observe(chunk) {
      if (chunk.includes(0)) throw new Error("an octet 0");
      return chunk.filter((octet) => octet === 0x21).length;
    },
  }),
};

describe("dialectSocket with Redis", () => {
  test("each PONG is the echo of the oldest PING, and the application's replies are active", async () => {
    const { socket } = await redis();
    const replies: string[] = [];
    socket.on("data", (chunk) => replies.push(String(chunk)));
    const near = observe(dialectSocket(socket, redisDialect()));
    await near.opened();
    for (const seq of [7, 8, 9]) near.link.send({ kind: "probe", seq });
    await near.until("three echoes", (l) => l.heartbeats.length === 3);
    expect(near.listener.heartbeats).toEqual([7, 8, 9].map((seq) => ({ kind: "echo", seq })));
    expect(near.listener.count("active")).toBe(0);

    socket.write("*2\r\n$4\r\nECHO\r\n$7\r\n+PONG\r\n\r\n*1\r\n$4\r\nEXEC\r\n*1\r\n$4\r\nPING\r\n");
    await expect.poll(() => replies.join("")).toContain("*2\r\n+PONG\r\n$5\r\n+PONG\r\n+PONG\r\n");
    expect(near.listener.count("active")).toBeGreaterThan(0);
    expect(near.listener.heartbeats).toHaveLength(3);
  });

  test("a peer that does not speak RESP is another protocol", async () => {
    const { client, server } = await pair();
    const near = observe(dialectSocket(client, redisDialect()));
    await near.opened();
    server.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    expect(await near.closed()).toMatchObject({
      kind: "protocol",
      detail: expect.stringContaining("not RESP"),
    });
    expect(client.destroyed).toBe(false);
  });
});

describe("dialectSocket", () => {
  async function asking(options?: { maxOutstandingProbes: number }) {
    const { client, server } = await pair();
    const asked: Buffer[] = [];
    server.on("data", (chunk: Buffer) => asked.push(chunk));
    const near = observe(dialectSocket(client, askDialect, options));
    await near.opened();
    return { client, server, near, asked: () => Buffer.concat(asked).toString() };
  }

  test("says what its dialect says", async () => {
    const { client } = await asking();
    expect(dialectSocket(client, askDialect)).toMatchObject({
      name: "tcp-ask",
      proves: "application",
      wire: { probe: { out: [67, 66], in: [67] }, beat: { out: [], in: [] } },
    });
  });

  test("probes without an answer are bounded; an answer frees one", async () => {
    const { server, near, asked } = await asking({ maxOutstandingProbes: 2 });
    for (let seq = 0; seq < 5; seq++) near.link.send({ kind: "probe", seq });
    await expect.poll(asked).toBe("??");
    server.write("!");
    await near.until("the echo", (l) => l.heartbeats.length === 1);
    near.link.send({ kind: "probe", seq: 5 });
    await expect.poll(asked).toBe("???");
    server.write("!!!");
    await near.until("the echoes", (l) => l.heartbeats.length === 3);
    expect(near.listener.heartbeats.map((each) => ("seq" in each ? each.seq : -1))).toEqual([0, 1, 5]);
  });

  test("behind a transfer that does not drain one probe waits, no more", async () => {
    const { client, server, near } = await asking();
    server.pause();
    const octets = Buffer.alloc(32 * 1024 * 1024, "x");
    client.write(octets);
    for (let seq = 0; seq < 10; seq++) near.link.send({ kind: "probe", seq });
    expect(client.writableLength).toBe(octets.length + 1);
  });

  test("what has no place in the dialect is dropped", async () => {
    const { near, asked } = await asking();
    near.link.send({ kind: "beat", seq: 1, intervalMs: 1 });
    near.link.send({ kind: "echo", seq: 1 });
    near.link.send({ kind: "bye" });
    near.link.send({ kind: "probe", seq: 1, payload: Uint8Array.of(1, 2) });
    near.link.send({ kind: "probe", seq: 2 });
    await expect.poll(asked).toBe("?");
    expect(near.listener.rejections).toEqual([{ kind: "oversized", octets: 2, limitOctets: 0 }]);
  });

  test("a dialect that throws closes the link by type", async () => {
    const asking13 = await asking();
    asking13.near.link.send({ kind: "probe", seq: 13 });
    expect(asking13.near.listener.count("closed")).toBe(0);
    expect(await asking13.near.closed()).toMatchObject({ detail: expect.stringContaining("unlucky") });
    const fed0 = await asking();
    fed0.server.write(Buffer.of(0));
    expect(await fed0.near.closed()).toMatchObject({ kind: "protocol", detail: "Error: an octet 0" });
  });

  test("only observes: the application reads every octet, at its own pace, and keeps its socket", async () => {
    const { client, server } = await pair();
    const iterator = client[Symbol.asyncIterator]();
    const first = iterator.next();
    const before = listenerTotal(client);
    const near = observe(dialectSocket(client, askDialect));
    await near.opened();
    server.write("one!");
    expect(String((await first).value)).toBe("one!");
    server.write("two!");
    // Not read yet, so not heard yet: silence means nothing.
    await expect.poll(() => near.link.hearing?.()).toBe(false);
    expect(String((await iterator.next()).value)).toBe("two!");
    await near.until("both", (l) => l.count("active") === 2);
    expect(near.link.hearing?.()).toBe(true);
    near.link.close();
    expect(listenerTotal(client)).toBe(before);
    server.write("three");
    expect(String((await iterator.next()).value)).toBe("three");
  });

  test("tells of the end, and the socket stays its owner's", async () => {
    const { client, server, near } = await asking();
    client.on("error", () => {});
    server.end();
    expect(await near.closed()).toEqual({ kind: "ended", by: "peer" });
    await once(client, "close");
  });
});
