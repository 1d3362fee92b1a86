import { once } from "node:events";
import { recordingListener } from "@heartwire/testkit";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { webSocketMessages, webSocketPing } from "../src/index.js";
import { isAmidFragments, isServerClosed, networkSocketOf, sendFrame } from "../src/ws-internals.js";
import {
  closing,
  connectedPair,
  listenersOn,
  opened,
  type Pair,
  pause,
  startServer,
  stopServer,
  urlOf,
} from "./support.js";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let pair: Pair | undefined;
afterEach(async () => {
  await pair?.dispose();
  pair = undefined;
});

for (const [mode, wrap] of [
  ["ping", webSocketPing],
  ["messages", webSocketMessages],
] as const) {
  describe(`mode ${mode}`, () => {
    test("a hundred links after each other leave no listener and an open WebSocket", async () => {
      pair = await connectedPair();
      const ends = [pair.client, pair.peer] as const;
      const before = ends.map(listenersOn);
      for (let count = 0; count < 100; count++) {
        for (const { link } of await Promise.all(ends.map((ws) => opened(wrap(ws))))) {
          link.send({ kind: "probe", seq: count });
          link.send({ kind: "bye" });
          link.close();
          link.close();
        }
        await nextTurn();
      }
      await pause(20);
      expect(ends.map(listenersOn)).toEqual(before);
      expect(ends.map((ws) => ws.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
    });

    test("a WebSocket destroyed at any moment closes the link once and never throws", async () => {
      for (const delayMs of [undefined, 0, 0, 1, 2, 5]) {
        const current = await connectedPair();
        const heard = recordingListener();
        const transport = wrap(current.client);
        const link = transport.open(heard);
        const far = recordingListener();
        wrap(current.peer).open(far);
        const traffic = setInterval(() => link.send({ kind: "probe", seq: 1 }), 1);
        if (delayMs !== undefined) await pause(delayMs);
        networkSocketOf(current.peer)?.destroy();
        await Promise.all([closing(heard), closing(far)]);
        link.send({ kind: "probe", seq: 2 });
        clearInterval(traffic);
        await pause(5);
        expect([heard.count("closed"), far.count("closed")]).toEqual([1, 1]);
        expect(heard.calls.at(-1)?.call).toBe("closed");
        await current.dispose();
      }
    });

    test("opens on a WebSocket that still connects, and detaches from one", async () => {
      const server = await startServer();
      const ws = new WebSocket(urlOf(server));
      const before = listenersOn(ws);
      wrap(ws).open(recordingListener()).close();
      expect(listenersOn(ws)).toBe(before);
      const { link } = await opened(wrap(ws));
      link.close();
      expect(ws.readyState).toBe(WebSocket.OPEN);
      ws.terminate();
      await once(ws, "close");
      await stopServer(server);
    });

    test("a WebSocket that fails while connecting closes the link once, with no unhandled error", async () => {
      const heard = recordingListener();
      wrap(new WebSocket("ws://127.0.0.1:1")).open(heard);
      expect(await closing(heard)).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
      await pause(20);
      expect(heard.calls).toHaveLength(1);
    });

    test("a second link of the mode is refused while one is open", async () => {
      pair = await connectedPair();
      const { client } = pair;
      const { link } = await opened(wrap(client));
      const listeners = listenersOn(client);
      expect(() => wrap(client).open(recordingListener())).toThrow(/open already/);
      expect(listenersOn(client)).toBe(listeners);
      link.close();
      (await opened(wrap(client))).link.close();
    });
  });
}

describe("what this package takes from the inside of ws", () => {
  test("is where it was", async () => {
    pair = await connectedPair();
    const { client, peer } = pair;
    expect(networkSocketOf(client)?.remotePort).toBeTypeOf("number");
    expect(isAmidFragments(client)).toBe(false);
    client.send("a", { fin: false });
    expect(isAmidFragments(client)).toBe(true);
    client.send("b", { fin: true });
    expect(isAmidFragments(client)).toBe(false);

    const pinged = once(client, "ping");
    expect(sendFrame(peer, Uint8Array.of(0x89, 1, 0x61))).toBe(true);
    expect(String((await pinged)[0])).toBe("a");

    const server = await startServer();
    expect(isServerClosed(server)).toBe(false);
    await stopServer(server);
    expect(isServerClosed(server)).toBe(true);
  });

  test("is not there while connecting, which is the common case of each", async () => {
    const ws = new WebSocket("ws://127.0.0.1:1");
    expect(networkSocketOf(ws)).toBeUndefined();
    expect(isAmidFragments(ws)).toBe(false);
    expect(sendFrame(ws, Uint8Array.of(0x89, 0))).toBe(false);
    await new Promise((resolve) => ws.on("error", () => {}).on("close", resolve));
  });
});
