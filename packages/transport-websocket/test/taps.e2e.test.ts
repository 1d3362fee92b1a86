import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { webSocketMessages, webSocketPing } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { closing, connectedPair, listenersOn, opened, type Pair, pause, until } from "./support.js";

let pair: Pair;
beforeEach(async () => {
  pair = await connectedPair();
});
afterEach(() => pair.dispose());

const dataListeners = (ws: WebSocket) => networkSocketOf(ws)!.rawListeners("data");

/** Wraps `emit` as tools do that trace an application, and tells what passes. */
function trace(ws: WebSocket): { readonly events: unknown[]; undo(): void } {
  const events: unknown[] = [];
  const inner = ws.emit;
  ws.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    events.push(event);
    return Reflect.apply(inner, ws, [event, ...values]);
  };
  return {
    events,
    undo: () => {
      ws.emit = inner;
    },
  };
}

describe("links hear without listeners of their own", () => {
  test("nobody who looks for listeners finds others than before", async () => {
    const { peer } = pair;
    const socket = networkSocketOf(peer)!;
    const look = () => [peer, socket].flatMap((one) => one.eventNames().map((name) => one.listeners(name)));
    const before = look();
    const { link } = await opened(webSocketPing(peer));
    expect(look()).toEqual(before);
    link.close();
    expect(look()).toEqual(before);
  });

  test("both modes leave all as it was, whichever opens or closes first", async () => {
    const { peer } = pair;
    const before = dataListeners(peer);
    for (const transports of [
      [webSocketPing(peer), webSocketMessages(peer)],
      [webSocketMessages(peer), webSocketPing(peer)],
    ]) {
      for (const order of [[0, 1] as const, [1, 0] as const]) {
        const links = [await opened(transports[0]!), await opened(transports[1]!)];
        links[order[0]]!.link.close();
        pair.client.send("still heard");
        const last = links[order[1]]!;
        await until(last.heard, (l) => l.count("active") === 1, "evidence, once");
        last.link.close();
        expect(dataListeners(peer)).toEqual(before);
        expect(Object.hasOwn(peer, "emit")).toBe(false);
      }
    }
  });

  test("an event reaches a link once, also when emit was wrapped and the link opened again", async () => {
    const { peer } = pair;
    const first = await opened(webSocketPing(peer));
    const traced = trace(peer);
    first.link.close();
    const second = await opened(webSocketPing(peer));
    const third = await opened(webSocketMessages(peer));
    pair.client.send("hello");
    await until(third.heard, (l) => l.count("active") === 1, "evidence");
    await pause(20);
    expect(second.heard.count("active")).toBe(1);
    expect(third.heard.count("active")).toBe(1);
    expect(first.heard.count("active")).toBe(0);
    expect(traced.events.filter((event) => event === "message")).toHaveLength(1);
    second.link.close();
    third.link.close();
    traced.undo();
    const fourth = await opened(webSocketPing(peer));
    fourth.link.close();
    expect(Object.hasOwn(peer, "emit")).toBe(false);
  });

  test("a listener of the application's for 'data' is left alone, before and after", async () => {
    const { peer } = pair;
    const socket = networkSocketOf(peer)!;
    let chunks = 0;
    const count = () => {
      chunks += 1;
    };
    const before = dataListeners(peer);
    socket.on("data", count);
    const first = await opened(webSocketPing(peer));
    pair.client.send("one");
    await until(first.heard, (l) => l.count("active") === 1, "evidence");
    first.link.close();
    expect(dataListeners(peer)).toEqual([...before, count]);
    socket.off("data", count);

    const second = await opened(webSocketPing(peer));
    socket.on("data", count);
    pair.client.send("two");
    await until(second.heard, (l) => l.count("active") === 1, "evidence");
    second.link.close();
    expect(dataListeners(peer)).toEqual([...before, count]);
    pair.client.send("three");
    await once(peer, "message");
    expect(chunks).toBe(3);
  });

  test("an error is handled while a link is open, and heard by whoever listens", async () => {
    const { peer } = pair;
    peer.removeAllListeners("error");
    const traces = listenersOn(peer);
    const { heard } = await opened(webSocketPing(peer));
    // A reserved opcode: ws emits 'error', which nobody but the link listens for.
    networkSocketOf(pair.client)!.write(Uint8Array.of(0x83, 0x80, 0, 0, 0, 0));
    expect(await closing(heard)).toMatchObject({ kind: "protocol" });
    expect(listenersOn(peer)).toBeLessThanOrEqual(traces);

    const other = await connectedPair();
    const errors: unknown[] = [];
    other.peer.on("error", (error) => errors.push(error));
    const second = await opened(webSocketPing(other.peer));
    networkSocketOf(other.client)!.write(Uint8Array.of(0x83, 0x80, 0, 0, 0, 0));
    expect(await closing(second.heard)).toMatchObject({ kind: "protocol" });
    expect(errors).toHaveLength(1);
    await other.dispose();
  });
});
