import { on, once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { createWebSocketStream, type WebSocket } from "ws";
import { MESSAGE_MAGIC, webSocketMessages, webSocketPing } from "../src/index.js";
import { connectedPair, type Opened, opened, type Pair, pause, until } from "./support.js";

let pair: Pair;
afterEach(() => pair.dispose());

async function open(options?: Parameters<typeof connectedPair>[0]): Promise<{ near: Opened; far: Opened }> {
  pair = await connectedPair(options);
  const [far, near] = [
    await opened(webSocketMessages(pair.peer)),
    await opened(webSocketMessages(pair.client)),
  ];
  return { near, far };
}

/** Heartbeats around and between the application's own messages. */
function mixed(far: Opened, ws: WebSocket, messages: readonly (string | Uint8Array)[]): void {
  let seq = 0;
  const beat = (): void => far.link.send({ kind: "beat", seq: seq++, intervalMs: 1000 });
  beat();
  for (const message of messages) {
    ws.send(message);
    beat();
  }
}

const MESSAGES = ["text", Uint8Array.of(1, 2, 3), "", new Uint8Array(0), "\u{1f493}abcde"] as const;

describe("mode messages", () => {
  test("hides heartbeats from every way to hear messages, and lets the application's through", async () => {
    const { near, far } = await open();
    const ws = pair.client;
    const heard: Record<string, string[]> = {
      on: [],
      onmessage: [],
      addEventListener: [],
      iterator: [],
      once: [],
    };
    ws.on("message", (data, isBinary) => heard.on?.push(`${isBinary} ${data}`));
    ws.once("message", (data, isBinary) => heard.once?.push(`${isBinary} ${data}`));
    ws.onmessage = ({ data }) => heard.onmessage?.push(`${typeof data !== "string"} ${data}`);
    ws.addEventListener("message", ({ data }) => {
      heard.addEventListener?.push(`${typeof data !== "string"} ${data}`);
    });
    const iterator = on(ws, "message");
    mixed(far, pair.peer, MESSAGES);
    await until(near.heard, (l) => l.heartbeats.length === MESSAGES.length + 1, "all heartbeats");
    for (let count = 0; count < MESSAGES.length; count++) {
      const [data, isBinary] = (await iterator.next()).value;
      heard.iterator?.push(`${isBinary} ${data}`);
    }
    const expected = MESSAGES.map((each) =>
      typeof each === "string" ? `false ${each}` : `true ${Buffer.from(each)}`,
    );
    const { once: first, ...others } = heard;
    expect(first).toEqual([expected[0]]);
    for (const [way, messages] of Object.entries(others)) expect(messages, way).toEqual(expected);
    expect(near.heard.count("active")).toBe(MESSAGES.length);
    expect(near.heard.rejections).toEqual([]);
  });

  test("hides heartbeats from createWebSocketStream", async () => {
    const { near, far } = await open();
    const stream = createWebSocketStream(pair.client);
    const octets: Buffer[] = [];
    stream.on("data", (chunk) => octets.push(chunk));
    mixed(far, pair.peer, ["one", "two"]);
    await until(near.heard, (l) => l.heartbeats.length === 3, "all heartbeats");
    await pause(20);
    expect(Buffer.concat(octets).toString()).toBe("onetwo");
    stream.destroy();
  });

  for (const binaryType of ["nodebuffer", "arraybuffer", "fragments"] as const) {
    test(`recognises heartbeats as ${binaryType}, whole and in fragments`, async () => {
      const { near, far } = await open();
      pair.client.binaryType = binaryType;
      const messages: unknown[] = [];
      pair.client.on("message", (data) => messages.push(data));
      far.link.send({ kind: "probe", seq: 1 });
      const frame = Uint8Array.of(...MESSAGE_MAGIC, 0x10, 0, 0, 0, 2);
      pair.peer.send(frame.subarray(0, 3), { fin: false, binary: true });
      pair.peer.send(frame.subarray(3), { fin: true, binary: true });
      await until(near.heard, (l) => l.heartbeats.length === 2, "both probes");
      pair.peer.send(new Uint8Array(2000));
      await until(near.heard, (l) => l.count("active") > 0, "evidence");
      expect(messages).toHaveLength(1);
    });
  }

  test("refuses Blobs, which nobody can look into at once", async () => {
    pair = await connectedPair();
    Object.assign(pair.client, { binaryType: "blob" });
    expect(() => webSocketMessages(pair.client).open({} as never)).toThrow(/binaryType.*blob/);
    pair.client.binaryType = "nodebuffer";
    (await opened(webSocketMessages(pair.client))).link.close();
  });

  test("what begins with the magic but is no frame reaches the application and is reported", async () => {
    const { near } = await open();
    const messages: string[] = [];
    pair.client.on("message", (data) => messages.push(data.toString("hex")));
    const short = Buffer.of(...MESSAGE_MAGIC, 0x61, 0x62);
    const long = Buffer.concat([Buffer.from(MESSAGE_MAGIC), Buffer.alloc(500)]);
    pair.peer.send(short);
    pair.peer.send(long);
    await until(near.heard, (l) => l.count("active") === 1, "the long one to be evidence");
    expect(messages).toEqual([short.toString("hex"), long.toString("hex")]);
    expect(near.heard.rejections).toEqual([{ kind: "malformed", reason: "unknown-version" }]);
    expect(near.heard.heartbeats).toEqual([]);
  });

  test("with compression at both ends heartbeats go uncompressed between compressed messages", async () => {
    const perMessageDeflate = { threshold: 0 };
    const { near, far } = await open({ client: { perMessageDeflate }, server: { perMessageDeflate } });
    const messages: number[] = [];
    const all = new Promise<void>((resolve) => {
      pair.client.on("message", (data: Buffer) => {
        if (messages.push(data.length) === 2) resolve();
      });
    });
    mixed(far, pair.peer, ["a".repeat(100_000), new Uint8Array(200_000)]);
    await all;
    expect(pair.client.extensions).toContain("permessage-deflate");
    expect(messages).toEqual([100_000, 200_000]);
    for (const { link } of [near, far]) link.send({ kind: "probe", seq: 9 });
    await until(near.heard, (l) => l.heartbeats.at(-1)?.kind === "probe", "the probe");
    await until(far.heard, (l) => l.heartbeats.at(-1)?.kind === "probe", "the probe");
  });

  test("never gets into the application's own message between its fragments", async () => {
    const { near, far } = await open();
    const received = once(pair.client, "message");
    pair.peer.send("first ", { fin: false });
    far.link.send({ kind: "beat", seq: 1, intervalMs: 1000 });
    far.link.send({ kind: "bye" });
    pair.peer.send("last", { fin: true });
    far.link.send({ kind: "beat", seq: 2, intervalMs: 1000 });
    expect(String((await received)[0])).toBe("first last");
    await until(near.heard, (l) => l.heartbeats.length > 0, "the beat after it");
    expect(near.heard.heartbeats).toEqual([{ kind: "beat", seq: 2, intervalMs: 1000 }]);
  });

  test("pings and pongs are no evidence of the application", async () => {
    const { near } = await open();
    pair.peer.ping("one");
    pair.peer.pong("two");
    await once(pair.client, "pong");
    await pause(20);
    expect(near.heard.calls.map(({ call }) => call)).toEqual(["opened"]);
  });

  test("works beside mode ping on the same WebSocket", async () => {
    const { near, far } = await open();
    const ping = await opened(webSocketPing(pair.client));
    ping.link.send({ kind: "probe", seq: 3 });
    far.link.send({ kind: "probe", seq: 4 });
    await until(ping.heard, (l) => l.heartbeats.length === 1, "the pong");
    await until(near.heard, (l) => l.heartbeats.length === 1, "the message");
    near.link.close();
    ping.link.send({ kind: "probe", seq: 5 });
    await until(ping.heard, (l) => l.heartbeats.length === 2, "the next pong");
  });

  test("close() gives back emit: as it was, or to whoever wrapped it before or since", async () => {
    const { near, far } = await open();
    expect(Object.hasOwn(pair.client, "emit")).toBe(true);
    near.link.close();
    expect(Object.hasOwn(pair.client, "emit")).toBe(false);

    const events: string[] = [];
    const wrap = (name: string) => {
      const inner = pair.client.emit;
      const outer = (event: string | symbol, ...values: unknown[]): boolean => {
        if (event === "message") events.push(name);
        return Reflect.apply(inner, pair.client, [event, ...values]);
      };
      pair.client.emit = outer;
      return outer;
    };
    const before = wrap("before");
    const second = await opened(webSocketMessages(pair.client));
    second.link.close();
    expect(pair.client.emit).toBe(before);

    const third = await opened(webSocketMessages(pair.client));
    const since = wrap("since");
    third.link.close();
    expect(pair.client.emit).toBe(since);
    const message = once(pair.client, "message");
    far.link.send({ kind: "bye" });
    await message;
    expect(events).toEqual(["since", "before"]);
  });
});
