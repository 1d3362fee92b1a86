import { once } from "node:events";
import { createServer } from "node:net";
import { leakedHandles, recordingListener } from "@heartwire/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WebSocket, WebSocketServer } from "ws";
import { type ConnectOptions, webSocket } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { closing, opened, pause, startServer, stopServer, until, urlOf } from "./support.js";

let server: WebSocketServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => stopServer(server));

async function connected(
  options: Partial<ConnectOptions> = {},
): Promise<Awaited<ReturnType<typeof opened>> & { ws: WebSocket; peer: WebSocket }> {
  const arrival = once(server, "connection") as Promise<[WebSocket]>;
  let ws: WebSocket | undefined;
  const link = await opened(
    webSocket({ url: urlOf(server), via: "ping", onSocket: (socket) => (ws = socket), ...options }),
  );
  return { ...link, ws: ws!, peer: (await arrival)[0] };
}

describe("webSocket", () => {
  test("opens a new WebSocket each time and hands it to the application", async () => {
    const sockets: WebSocket[] = [];
    const transport = webSocket({ url: urlOf(server), via: "messages", onSocket: (ws) => sockets.push(ws) });
    for (let count = 1; count <= 3; count++) {
      const { link } = await opened(transport);
      expect(sockets).toHaveLength(count);
      link.close();
    }
    expect(new Set(sockets).size).toBe(3);
  });

  test("passes subprotocols and options on", async () => {
    const arrival = once(server, "connection");
    const { link } = await opened(
      webSocket({
        url: new URL(urlOf(server)),
        via: "ping",
        protocols: ["one", "two"],
        options: { headers: { "x-name": "value" } },
      }),
    );
    const [peer, request] = await arrival;
    expect(peer.protocol).toBe("one");
    expect(request.headers["x-name"]).toBe("value");
    link.close();
  });

  test("close() terminates, and no close frame is sent", async () => {
    const { link, ws, peer } = await connected();
    const gone = once(peer, "close");
    link.close();
    await once(ws, "close");
    expect((await gone)[0]).toBe(1006);
  });

  test("close() after bye ends with the closing handshake", async () => {
    for (const via of ["ping", "messages"] as const) {
      const { link, ws, peer } = await connected({ via });
      const gone = once(peer, "close");
      link.send({ kind: "bye" });
      link.close();
      await once(ws, "close");
      expect((await gone)[0]).toBe(1000);
    }
  });

  test("close() after bye does not wait for a peer that no longer answers", async () => {
    const { link, ws, peer } = await connected();
    networkSocketOf(peer)?.pause();
    const started = performance.now();
    link.send({ kind: "bye" });
    link.close();
    await once(ws, "close");
    // ws by itself would wait for thirty seconds.
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test("after a protocol error the peer is told and the socket is gone soon", async () => {
    const { heard, ws, peer } = await connected();
    const gone = once(peer, "close");
    networkSocketOf(peer)?.write(Uint8Array.of(0x83, 0x00));
    expect(await closing(heard)).toMatchObject({ kind: "protocol" });
    if (ws.readyState !== ws.CLOSED) await once(ws, "close");
    expect((await gone)[0]).toBe(1002);
  });

  test("close() at each moment of connecting leaves nothing behind", async () => {
    const mute = createServer((socket) => socket.on("error", () => {}).resume()).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const handles = leakedHandles();
    const mutePort = (mute.address() as { port: number }).port;
    for (const url of [urlOf(server), `ws://127.0.0.1:${mutePort}`, "ws://127.0.0.1:1"]) {
      for (const delayMs of [undefined, 0, 1, 2, 5, 20]) {
        const heard = recordingListener();
        const link = webSocket({ url, via: "messages" }).open(heard);
        if (delayMs !== undefined) await pause(delayMs);
        link.close();
        const before = heard.calls.length;
        link.send({ kind: "bye" });
        link.close();
        await pause(5);
        expect(heard.calls).toHaveLength(before);
      }
    }
    await handles.expectNone(3000);
    mute.close();
  });

  test("no timer is left when the link has opened or has ended", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((type) => type === "Timeout").length;
    const before = timers();
    const { link, ws } = await connected({ connectTimeoutMs: 60_000 });
    link.close();
    if (ws.readyState !== ws.CLOSED) await once(ws, "close");
    expect(timers()).toBe(before);
  });

  test("an exception of onSocket comes out of open(), and the WebSocket is gone", async () => {
    let ws: WebSocket | undefined;
    const transport = webSocket({
      url: urlOf(server),
      via: "ping",
      onSocket: (socket) => {
        ws = socket;
        throw new Error("no thanks");
      },
    });
    expect(() => transport.open(recordingListener())).toThrow("no thanks");
    await new Promise((resolve) => ws?.on("close", resolve));
  });

  test("hides heartbeats from the application on its socket", async () => {
    const { link, heard, ws, peer } = await connected({ via: "messages" });
    const messages: string[] = [];
    ws.on("message", (data) => messages.push(String(data)));
    peer.send(Uint8Array.of(0xf0, 0x9f, 0x92, 0x93, 0x30));
    peer.send("mine");
    await until(heard, (l) => l.count("active") === 1, "the message");
    expect(heard.heartbeats).toEqual([{ kind: "bye" }]);
    await pause(10);
    expect(messages).toEqual(["mine"]);
    link.close();
  });

  test("refuses what cannot work, with name and value", () => {
    const make = (options: object) => () =>
      webSocket({ url: "ws://a", via: "ping", ...options } as ConnectOptions);
    expect(make({ url: "nonsense" })).toThrow(
      new TypeError("url must be a WebSocket URL without fragment, not nonsense"),
    );
    expect(make({ url: "ftp://a" })).toThrow(TypeError);
    expect(make({ url: "ws://a#b" })).toThrow(TypeError);
    expect(make({ via: "pong" })).toThrow(new TypeError('via must be "ping" or "messages", not pong'));
    for (const connectTimeoutMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
      expect(make({ connectTimeoutMs })).toThrow(/connectTimeoutMs/);
    }
    for (const url of ["ws://a", "wss://a:1/b?c", "http://a", "https://a", "ws+unix:/tmp/socket:/path"]) {
      expect(make({ url })).not.toThrow();
    }
  });
});
