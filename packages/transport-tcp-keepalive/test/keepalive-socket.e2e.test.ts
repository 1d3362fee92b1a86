import { once } from "node:events";
import net from "node:net";
import { nextTurn, pause, type RecordingListener, recordingListener } from "@heartwire/testkit";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type KeepaliveReport, keepaliveSocket, readKeepalive, readTcpInfo } from "../src/index.js";
import {
  listenerCounts,
  PATIENCE_MS,
  socketPair,
  startServer,
  tlsPair,
  untilClosed,
} from "./support/sockets.js";

const settings = { idleMs: 20_000, intervalMs: 4000, probes: 4 };

/** Opens a link on a socket and waits until it is open. */
async function openOn(socket: net.Socket) {
  const listener = recordingListener();
  const transport = keepaliveSocket(socket, settings);
  const link = transport.open(listener);
  await untilCalled(listener, "opened");
  return { listener, transport, link };
}

function untilCalled(listener: RecordingListener, call: "opened" | "closed"): Promise<void> {
  return listener.waitFor((each) => each.count(call) === 1, { timeoutMs: PATIENCE_MS, what: call });
}

describe("opening", () => {
  it("tells of a connected socket after open() has returned, and reports what was set", async () => {
    const { near } = await socketPair();
    const reports: [KeepaliveReport, net.Socket][] = [];
    const transport = keepaliveSocket(near, settings, { onReport: (...each) => reports.push(each) });
    const listener = recordingListener();
    expect(transport.report).toBeUndefined();
    transport.open(listener);
    expect(listener.calls).toEqual([]);
    await untilCalled(listener, "opened");
    expect(listener.calls).toMatchObject([{ call: "opened" }, { call: "active" }]);
    expect(reports).toEqual([[transport.report, near]]);
    expect(transport.report).toMatchObject({ idleMs: { asked: 20_000 } });
  });

  it("waits for a connecting socket", async () => {
    const { port } = await startServer(net.createServer());
    const socket = net.connect({ port, host: "127.0.0.1" });
    onTestFinished(() => void socket.destroy());
    const { listener, transport } = await openOn(socket);
    expect(listener.calls[1]).toMatchObject({ call: "active" });
    expect(transport.report?.idleMs.note ?? "").not.toContain("not connected");
  });

  it("waits for a socket that is not even connecting", async () => {
    const { port } = await startServer(net.createServer());
    const socket = new net.Socket();
    onTestFinished(() => void socket.destroy());
    const listener = recordingListener();
    keepaliveSocket(socket, settings).open(listener);
    await nextTurn();
    expect(listener.calls).toEqual([]);
    socket.connect({ port, host: "127.0.0.1" });
    await untilCalled(listener, "opened");
  });

  it("keeps to one link at a time, one after another", async () => {
    const { near } = await socketPair();
    const { transport, link } = await openOn(near);
    expect(() => transport.open(recordingListener())).toThrow("open already");
    link.close();
    const second = recordingListener();
    transport.open(second);
    await untilCalled(second, "opened");
  });

  it("tells nothing when closed in the same turn, and leaves the socket as it was", async () => {
    const { near } = await socketPair();
    const before = listenerCounts(near);
    const listener = recordingListener();
    keepaliveSocket(near, settings).open(listener).close();
    await nextTurn();
    expect(listener.calls).toEqual([]);
    expect(listenerCounts(near)).toEqual(before);
    expect(readKeepalive(near)).not.toMatchObject({ enabled: true });
  });

  it("refuses settings that cannot work before it touches the socket", async () => {
    const { near } = await socketPair();
    const before = listenerCounts(near);
    expect(() => keepaliveSocket(near, { ...settings, probes: 128 })).toThrow(/^probes .*128$/);
    expect(listenerCounts(near)).toEqual(before);
  });

  it("is not harmed by its own close() in the midst of opening", async () => {
    for (const at of ["report", "opened"] as const) {
      const { near } = await socketPair();
      const listener = recordingListener((call) => {
        if (call.call === at) link.close();
      });
      const transport = keepaliveSocket(near, settings, {
        onReport: () => {
          if (at === "report") link.close();
        },
      });
      const link = transport.open(listener);
      await nextTurn();
      expect(listener.calls).toEqual(at === "report" ? [] : [{ call: "opened" }]);
    }
  });
});

describe("the application's data", () => {
  it("is all the application's, before and after attaching, and no byte is added", async () => {
    const { near, far } = await socketPair();
    far.write("before ");
    // Until it waits in the kernel or in the stream, unread.
    await pause(50);
    const { link } = await openOn(near);
    expect(near.readableFlowing).toBeNull();
    expect(near.listenerCount("data") + near.listenerCount("readable")).toBe(0);
    far.write("after ");
    await pause(50);
    for (const kind of ["beat", "probe"] as const) link.send({ kind, seq: 1, intervalMs: 1 });
    link.close();
    far.end("detached");
    const received: Buffer[] = [];
    for await (const chunk of near) received.push(chunk);
    expect(Buffer.concat(received).toString()).toBe("before after detached");
    expect(near.bytesWritten).toBe(0);
  });

  it("flows untouched while the application reads", async () => {
    const { near, far } = await socketPair();
    const received: Buffer[] = [];
    near.on("data", (chunk: Buffer) => received.push(chunk));
    const { listener } = await openOn(near);
    far.end("x".repeat(100_000));
    await untilCalled(listener, "closed");
    expect(Buffer.concat(received).length).toBe(100_000);
  });

  it("is left alone by pause and by FIN unread: the link simply stays open", async () => {
    const { near, far } = await socketPair();
    const { listener } = await openOn(near);
    far.end("unread");
    await pause(100);
    expect(listener.count("closed")).toBe(0);
    near.resume();
    await untilCalled(listener, "closed");
  });
});

describe("the cause", () => {
  it.each([
    {
      name: "the peer's reset",
      act: ({ far }: { far: net.Socket }) => far.resetAndDestroy(),
      reason: { kind: "reset", errno: "ECONNRESET" },
    },
    {
      name: "the peer's FIN",
      act: ({ far }: { far: net.Socket }) => far.end(),
      reason: { kind: "ended", by: "peer" },
    },
    {
      name: "destroyed here",
      act: ({ near }: { near: net.Socket }) => near.destroy(),
      reason: { kind: "ended", by: "local" },
    },
    {
      name: "destroyed here with an error",
      act: ({ near }: { near: net.Socket }) => near.destroy(new Error("pool closed")),
      reason: { kind: "ended", by: "local", detail: "pool closed" },
    },
    {
      name: "our FIN first, then the peer's",
      act: ({ near, far }: { near: net.Socket; far: net.Socket }) => {
        far.resume().once("end", () => far.end());
        near.end();
      },
      reason: { kind: "ended", by: "local" },
    },
  ])("$name", async ({ act, reason }) => {
    const pair = await socketPair();
    // Somebody who answers the peer's FIN with our own, and is there before us.
    pair.near.on("end", () => pair.near.end());
    pair.near.resume();
    const before = listenerCounts(pair.near);
    const { listener } = await openOn(pair.near);
    act(pair);
    await untilCalled(listener, "closed");
    expect(listener.calls).toMatchObject([{ call: "opened" }, { call: "active" }, { call: "closed" }]);
    expect(listener.calls.at(-1)).toEqual({ call: "closed", reason });
    for (const event of ["error", "close", "end", "connect", "data"]) {
      expect(pair.near.listenerCount(event)).toBeLessThanOrEqual(before[event] ?? 0);
    }
  });

  it("of a reset, met by our own write", async () => {
    const { near, far } = await socketPair();
    const { listener } = await openOn(near);
    far.write("unread, so that the FIN behind it is not seen");
    far.destroySoon();
    // The first write is answered by a reset, a later one meets it.
    const writing = setInterval(() => near.write("x"), 5);
    onTestFinished(() => clearInterval(writing));
    await untilCalled(listener, "closed");
    expect(listener.calls.at(-1)).toMatchObject({ reason: { kind: "reset" } });
  });

  it("of a refused connection", async () => {
    const { port, server } = await startServer(net.createServer());
    server.close();
    await once(server, "close");
    const listener = recordingListener();
    keepaliveSocket(net.connect({ port, host: "127.0.0.1" }), settings).open(listener);
    await untilCalled(listener, "closed");
    expect(listener.calls).toEqual([{ call: "closed", reason: { kind: "refused", errno: "ECONNREFUSED" } }]);
  });

  const local = { kind: "ended", by: "local" };
  it.each([
    { before: "destroyed", turns: 0, error: undefined, reason: local },
    { before: "destroyed, a while", turns: 3, error: undefined, reason: local },
    { before: "failed", turns: 0, error: new Error("broken"), reason: { ...local, detail: "broken" } },
    {
      before: "failed, a while",
      turns: 3,
      error: new Error("broken"),
      reason: { ...local, detail: "broken" },
    },
  ])("of a socket that had been $before before", async ({ turns, error, reason }) => {
    const { near } = await socketPair();
    near.on("error", () => {});
    near.destroy(error);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    const listener = recordingListener();
    keepaliveSocket(near, settings).open(listener);
    expect(listener.calls).toEqual([]);
    await untilCalled(listener, "closed");
    expect(listener.calls).toEqual([{ call: "closed", reason }]);
  });

  it("of a socket whose end had been read before", async () => {
    const { near, far } = await socketPair({ allowHalfOpen: true });
    far.end();
    near.resume();
    await once(near, "end");
    const listener = recordingListener();
    keepaliveSocket(near, settings).open(listener);
    await untilCalled(listener, "closed");
    expect(listener.calls).toEqual([{ call: "closed", reason: { kind: "ended", by: "peer" } }]);
  });
});

describe("close()", () => {
  it("detaches, twice if one likes, and leaves socket and keepalive to their owner", async () => {
    const { near, far } = await socketPair();
    const before = listenerCounts(near);
    const { listener, link } = await openOn(near);
    link.close();
    link.close();
    expect(listenerCounts(near)).toEqual(before);
    expect(near.destroyed).toBe(false);
    near.on("error", () => {});
    far.resetAndDestroy();
    near.resume();
    await untilClosed(near);
    expect(listener.count("closed")).toBe(0);
  });
});

describe("the timer that looks at the kernel", () => {
  it.each(["closed here", "reset by the peer", "destroyed by the application"])(
    "is gone when the link is %s",
    async (how) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      onTestFinished(() => void vi.useRealTimers());
      const { near, far } = await socketPair();
      near.on("error", () => {});
      const { listener, link } = await openOn(near);
      expect(vi.getTimerCount()).toBe(readTcpInfo(near).kind === "read" ? 1 : 0);
      if (how === "closed here") link.close();
      else if (how === "reset by the peer") far.resetAndDestroy();
      else near.destroy();
      if (how !== "closed here") await untilCalled(listener, "closed");
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

it("watches over TLS", async () => {
  const { near, far } = await tlsPair();
  near.resume();
  const { listener, transport } = await openOn(near);
  expect(transport.report).toMatchObject({ idleMs: { asked: 20_000 } });
  far.end();
  await untilCalled(listener, "closed");
  expect(listener.calls.at(-1)).toEqual({ call: "closed", reason: { kind: "ended", by: "peer" } });
});
