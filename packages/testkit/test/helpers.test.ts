import { EventEmitter } from "node:events";
import net from "node:net";
import type { Link, LinkListener, Transport } from "@heartwire/core";
import { describe, expect, test } from "vitest";
import {
  activeResources,
  lateTransport,
  leakedHandles,
  listenerCount,
  memoryPair,
  nextTurn,
  recordingListener,
  showCall,
  showHeartbeat,
  virtualTime,
  within,
} from "../src/index.js";

describe("recordingListener", () => {
  test("remembers every call in order", () => {
    const listener = recordingListener();
    listener.opened();
    listener.received({ kind: "probe", seq: 1, payload: Uint8Array.of(0, 255) });
    listener.active();
    listener.rejected({ kind: "malformed", reason: "empty" });
    listener.closed({ kind: "reset", errno: "EPIPE" });
    expect(listener.calls.map(showCall)).toEqual([
      "opened()",
      "received(probe seq=1 payload=00ff)",
      "active()",
      'rejected({"kind":"malformed","reason":"empty"})',
      'closed({"kind":"reset","errno":"EPIPE"})',
    ]);
    expect(listener.count("active")).toBe(1);
    expect(listener.rejections).toHaveLength(1);
    expect(listener.heartbeats.map(showHeartbeat)).toEqual(["probe seq=1 payload=00ff"]);
  });

  test("waits for what holds already, and for what comes", async () => {
    const listener = recordingListener();
    await listener.waitFor(() => true, { timeoutMs: 1000, what: "nothing" });
    const waiting = listener.waitFor((l) => l.count("closed") === 1, { timeoutMs: 1000, what: "the end" });
    listener.opened();
    listener.closed();
    await waiting;
  });

  test("says what it awaited in vain, and what came instead", async () => {
    const listener = recordingListener();
    const options = { timeoutMs: 5, what: "the end" };
    await expect(listener.waitFor(() => false, options)).rejects.toThrow(
      "the end: not within 5 ms; the listener was never called",
    );
    listener.opened();
    await expect(listener.waitFor(() => false, options)).rejects.toThrow(
      "the end: not within 5 ms; the listener was called 1 times, last: opened()",
    );
  });

  test("rejects when the condition itself throws, and leaves the link alone", async () => {
    const listener = recordingListener();
    const waiting = listener.waitFor(
      (l) => {
        if (l.count("opened") > 0) throw new Error("broken condition");
        return false;
      },
      { timeoutMs: 1000, what: "nothing" },
    );
    listener.opened();
    await expect(waiting).rejects.toThrow("broken condition");
  });
});

describe("within", () => {
  test("gives the result, the failure, or what was awaited in vain; and keeps no timer", async () => {
    const timers = activeResources("Timeout");
    await expect(within(Promise.resolve(7), 60_000, "seven")).resolves.toBe(7);
    await expect(within(Promise.reject(new Error("broken")), 60_000, "it")).rejects.toThrow("broken");
    await expect(within(new Promise(() => {}), 5, "the end of time")).rejects.toThrow(
      "the end of time: not within 5 ms",
    );
    expect(activeResources("Timeout")).toBe(timers);
  });
});

describe("lateTransport", () => {
  const silent: Transport = { ...memoryPair().near, open: () => ({ send() {}, close() {} }) };

  test("opens the real transport within arrive(), and passes all on", () => {
    const time = virtualTime();
    const { near, far } = memoryPair({ time });
    const late = lateTransport(far);
    const [nearListener, farListener] = [recordingListener(), recordingListener()];
    const farLink = late.transport.open(farListener);
    farLink.send({ kind: "bye" });
    near.open(nearListener);
    late.arrive(far);
    time.advance(0);
    farLink.send({ kind: "bye" });
    farLink.close();
    time.advance(0);
    expect(nearListener.calls.map(showCall)).toEqual(["opened()", "received(bye)", "closed()"]);
    expect(farListener.calls.map(showCall)).toEqual(["opened()"]);
  });

  test("does not open what arrives after close()", async () => {
    let opens = 0;
    const counted: Transport = {
      ...silent,
      open(listener) {
        opens++;
        return silent.open(listener);
      },
    };
    const late = lateTransport(silent);
    late.transport.open(recordingListener()).close();
    late.arrive(counted);
    await nextTurn();
    expect(opens).toBe(0);
  });

  test("comes once and is opened once", () => {
    const late = lateTransport(silent);
    late.arrive(silent);
    late.transport.open(recordingListener());
    expect(() => late.arrive(silent)).toThrow("arrives only once");
    expect(() => late.transport.open(recordingListener())).toThrow("opened only once");
  });

  test("does not let a hasty transport through", () => {
    const hasty: Transport = {
      ...silent,
      open(listener: LinkListener): Link {
        listener.opened();
        return silent.open(listener);
      },
    };
    const late = lateTransport(silent);
    late.transport.open(recordingListener());
    expect(() => late.arrive(hasty)).toThrow("opened() was called before open() had returned");
  });
});

describe("memoryPair", () => {
  test("drops what does not drain", () => {
    const time = virtualTime();
    const { near, far } = memoryPair({ time, delayMs: 10 });
    const listener = recordingListener();
    far.open(listener);
    const link = near.open(recordingListener());
    time.advance(10);
    for (let seq = 0; seq < 5000; seq++) link.send({ kind: "probe", seq });
    expect(time.pending).toBe(1024);
    time.advance(10);
    expect(listener.heartbeats).toHaveLength(1024);
  });

  test("opens each end once, and refuses delays that cannot be", () => {
    const { near } = memoryPair();
    near.open(recordingListener()).close();
    expect(() => near.open(recordingListener())).toThrow("opened already");
    expect(() => memoryPair({ delayMs: -1 })).toThrow(/delayMs.*-1/);
  });

  test("tells a close without bye from one after it", () => {
    const end = (sayBye: boolean): string => {
      const time = virtualTime();
      const { near, far } = memoryPair({ time });
      const listener = recordingListener();
      far.open(listener);
      const link = near.open(recordingListener());
      time.advance(0);
      if (sayBye) link.send({ kind: "bye" });
      link.close();
      time.advance(0);
      return showCall(listener.calls.at(-1)!);
    };
    expect(end(false)).toBe('closed({"kind":"ended","by":"peer"})');
    expect(end(true)).toBe("closed()");
  });
});

describe("handles", () => {
  test("listenerCount counts all events together", () => {
    const emitter = new EventEmitter();
    const listener = (): void => {};
    emitter.on("a", listener).once("b", listener).on("b", listener);
    expect(listenerCount(emitter)).toBe(3);
    emitter.off("b", listener);
    expect(listenerCount(emitter)).toBe(2);
  });

  test("leakedHandles names an open server, and nothing once it is closed", async () => {
    const handles = leakedHandles("TCPServerWrap");
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    expect(handles.leaked()).toEqual(["TCPServerWrap"]);
    await expect(handles.expectNone(5)).rejects.toThrow("still open after 5 ms: TCPServerWrap");
    server.close();
    await handles.expectNone();
  });
});
