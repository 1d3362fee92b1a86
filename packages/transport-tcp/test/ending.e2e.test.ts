import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { heartbeatSocket } from "../src/index.js";
import { framed } from "./support/frames.js";
import { observe } from "./support/links.js";
import { CERTIFICATE, pair, untilClosed } from "./support/sockets.js";

describe("how a link over a socket ends", () => {
  test.each([
    { tls: false, allowHalfOpen: false },
    { tls: false, allowHalfOpen: true },
    { tls: true, allowHalfOpen: false },
    { tls: true, allowHalfOpen: true },
  ])("FIN without bye is the peer's end, with bye the orderly one: %o", async (options) => {
    for (const [bye, reason] of [
      [false, { kind: "ended", by: "peer" }],
      [true, "orderly"],
    ] as const) {
      const { client, server } = await pair(options);
      const near = observe(heartbeatSocket(client));
      await near.opened();
      if (bye) server.write(framed({ kind: "bye" }));
      server.end();
      expect(await near.closed()).toEqual(reason);
      expect(near.listener.heartbeats).toEqual(bye ? [{ kind: "bye" }] : []);
    }
  });

  test("a FIN that the socket's owner returns at once is the peer's end all the same", async () => {
    const { client, server } = await pair({ allowHalfOpen: true });
    client.on("end", () => client.end());
    const near = observe(heartbeatSocket(client));
    await near.opened();
    server.end();
    expect(await near.closed()).toEqual({ kind: "ended", by: "peer" });
  });

  test("a reset is a reset; after a bye it is the orderly end too", async () => {
    for (const [bye, reason] of [
      [false, { kind: "reset", errno: "ECONNRESET" }],
      [true, "orderly"],
    ] as const) {
      const { client, server } = await pair();
      const near = observe(heartbeatSocket(client));
      await near.opened();
      if (bye) {
        server.write(framed({ kind: "bye" }));
        await near.until("the bye", (l) => l.heartbeats.length === 1);
      }
      server.resetAndDestroy();
      expect(await near.closed()).toEqual(reason);
    }
  });

  test("a broken pipe is a reset, a kernel that gave up is the user timeout", async () => {
    for (const [code, kind] of [
      ["EPIPE", "reset"],
      ["ETIMEDOUT", "user-timeout"],
    ] as const) {
      const { client } = await pair();
      const near = observe(heartbeatSocket(client));
      await near.opened();
      client.destroy(Object.assign(new Error(code), { code }));
      expect(await near.closed()).toEqual({ kind, errno: code });
    }
  });

  test("destroyed, or ended first, in this process is our own end", async () => {
    for (const end of ["destroy", "end"] as const) {
      const { client, server } = await pair();
      server.resume();
      const near = observe(heartbeatSocket(client));
      await near.opened();
      client[end]();
      expect(await near.closed()).toEqual({ kind: "ended", by: "local" });
    }
  });

  test("what already is over is told after open(): closed, half closed, failed", async () => {
    const { client: destroyed } = await pair();
    destroyed.destroy();
    await once(destroyed, "close");
    expect(await observe(heartbeatSocket(destroyed)).closed()).toEqual({ kind: "ended", by: "local" });

    const { client: half, server } = await pair({ allowHalfOpen: true });
    half.resume();
    server.end();
    await once(half, "end");
    expect(await observe(heartbeatSocket(half)).closed()).toEqual({ kind: "ended", by: "peer" });

    const failed = net.connect({ host: "127.0.0.1", port: 1 });
    failed.on("error", () => {});
    await untilClosed(failed);
    expect(await observe(heartbeatSocket(failed)).closed()).toMatchObject({ kind: "refused" });
  });

  test("a TLS handshake that the client breaks off never opened the server's link", async () => {
    const { client, server } = await pair();
    const secure = new TLSSocket(server, { ...CERTIFICATE, isServer: true });
    const near = observe(heartbeatSocket(secure));
    client.resume().end();
    expect(await near.closed()).toMatchObject({ kind: "connect-failed", errno: "ECONNRESET" });
    expect(near.listener.calls).toHaveLength(1);
  });

  test("a socket that is not connected yet opens when it is", async () => {
    const { server } = await pair();
    const listening = net.createServer((socket) => socket.end());
    onTestFinished(() => void listening.close());
    await once(listening.listen(0, "127.0.0.1"), "listening");
    const socket = new net.Socket();
    const near = observe(heartbeatSocket(socket));
    await sleep(20);
    expect(near.listener.calls).toEqual([]);
    socket.connect((listening.address() as net.AddressInfo).port, "127.0.0.1");
    expect(await near.closed()).toEqual({ kind: "ended", by: "peer" });
    expect(near.listener.calls[0]).toEqual({ call: "opened" });
    server.destroy();
  });
});
