import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { tcp, tcpPeers } from "../src/index.js";
import { observe } from "./support/links.js";
import { CERTIFICATE, closeServer, listening, newServer, TRUST, untilClosed } from "./support/sockets.js";

const HOST = "127.0.0.1";

async function serve(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return closeServer(server);
  });
  return listening(server);
}

describe("a connection that cannot be made", () => {
  test("is refused where nobody listens, also when a name has several addresses", async () => {
    const server = newServer();
    const port = await listening(server);
    await closeServer(server);
    for (const host of [HOST, "localhost"]) {
      const near = observe(tcp({ host, port }));
      expect(await near.closed()).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
      expect(near.listener.calls).toHaveLength(1);
    }
  });

  test("has no address", async () => {
    const near = observe(tcp({ host: "nosuch.invalid", port: 1 }));
    expect(await near.closed()).toMatchObject({
      kind: "connect-failed",
      errno: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
      detail: expect.stringContaining("nosuch.invalid"),
    });
  });

  test("takes too long: looking the name up, or shaking hands", async () => {
    const silent = await serve(net.createServer());
    const timedOut = { kind: "connect-failed", errno: "ETIMEDOUT", detail: "not connected within 50 ms" };
    const transports = [
      tcp({ host: "slow.invalid", port: 1, connectTimeoutMs: 50, lookup: () => {} }),
      tcp({ host: HOST, port: silent, connectTimeoutMs: 50, tls: TRUST }),
    ];
    for (const transport of transports) expect(await observe(transport).closed()).toEqual(timedOut);
  });

  test("is refused by Node itself", async () => {
    const near = observe(tcp({ host: HOST, port: 1, localAddress: "no address" }));
    expect(near.listener.calls).toEqual([]);
    expect(await near.closed()).toMatchObject({ kind: "connect-failed", errno: "ERR_INVALID_IP_ADDRESS" });
    const closed = observe(tcp({ host: HOST, port: 1, localAddress: "no address" }));
    closed.link.close();
    closed.link.send({ kind: "bye" });
    await new Promise(setImmediate);
    expect(closed.listener.calls).toEqual([]);
  });

  test("does not authenticate", async () => {
    const port = await serve(tls.createServer(CERTIFICATE));
    const untrusted = observe(tcp({ host: HOST, port, tls: {} }));
    expect(await untrusted.closed()).toMatchObject({
      kind: "connect-failed",
      errno: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    const misnamed = observe(tcp({ host: HOST, port, tls: { ...TRUST, servername: "example.org" } }));
    expect(await misnamed.closed()).toMatchObject({
      kind: "connect-failed",
      errno: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    for (const { listener } of [untrusted, misnamed]) expect(listener.count("opened")).toBe(0);
  });

  test("meets something else than TLS, or an end in the handshake, or a reset there", async () => {
    const answers: ((socket: net.Socket) => void)[] = [
      (socket) => socket.write("220 mail.example.org ESMTP\r\n"),
      (socket) => socket.end(),
      (socket) => socket.resetAndDestroy(),
    ];
    for (const answer of answers) {
      const server = net.createServer((socket) => socket.once("data", () => answer(socket)));
      const near = observe(tcp({ host: HOST, port: await serve(server), tls: TRUST }));
      expect(await near.closed()).toMatchObject({ kind: "connect-failed" });
      expect(near.listener.calls).toHaveLength(1);
    }
  });
});

describe("a connection of its own", () => {
  test("is a new one at each open(), destroyed by close()", async () => {
    const server = net.createServer();
    const port = await serve(server);
    const transport = tcp({ host: "localhost", port, family: 4 });
    for (let round = 0; round < 3; round++) {
      const accepted = once(server, "connection") as Promise<[net.Socket]>;
      const near = observe(transport);
      await near.opened();
      const [socket] = await accepted;
      const ended = once(socket.resume(), "end");
      near.link.close();
      await ended;
    }
  });

  test("sends the host's name to a TLS server", async () => {
    const server = tls.createServer(CERTIFICATE);
    const port = await serve(server);
    const secured = once(server, "secureConnection") as Promise<[tls.TLSSocket]>;
    const near = observe(tcp({ host: "localhost", family: 4, port, tls: { ca: CERTIFICATE.cert } }));
    await near.opened();
    const [socket] = await secured;
    expect((socket as tls.TLSSocket & { servername: string }).servername).toBe("localhost");
    near.link.close();
  });

  test("given up while connecting leaves nothing, and says nothing", async () => {
    const port = await serve(net.createServer());
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const near = observe(tcp({ host: HOST, port, connectTimeoutMs: 60_000 }));
    near.link.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(near.listener.calls).toEqual([]);
    const timeouts = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    expect(timeouts).toBeLessThanOrEqual(before);
  });

  test.each([false, true])("lets a bye out before it is destroyed (TLS: %s)", async (secure) => {
    const server = newServer({ tls: secure });
    const port = await serve(server);
    const told: Promise<unknown[]> = new Promise((resolve) => {
      tcpPeers(server).listen({
        peer({ transport }) {
          const far = observe(transport);
          void far.closed().then((reason) => resolve([...far.listener.heartbeats, reason]));
        },
        rejected() {},
        closed() {},
      });
    });
    const near = observe(tcp({ host: HOST, port, ...(secure ? { tls: TRUST } : {}) }));
    await near.opened();
    near.link.send({ kind: "bye" });
    near.link.close();
    expect(await told).toEqual([{ kind: "bye" }, "orderly"]);
  });

  test("is destroyed within a second or so though its last bye cannot leave", async () => {
    const port = await serve(net.createServer({ pauseOnConnect: true }));
    const dialled: net.Socket[] = [];
    const onDial = (message: unknown) => dialled.push((message as { socket: net.Socket }).socket);
    subscribe("net.client.socket", onDial);
    const near = observe(tcp({ host: HOST, port }));
    unsubscribe("net.client.socket", onDial);
    await near.opened();
    const [socket] = dialled as [net.Socket];
    const payload = new Uint8Array(245);
    for (let seq = 0; socket.writableLength === 0; seq++) {
      near.link.send({ kind: "probe", seq, payload });
      if (seq % 1000 === 0) await new Promise(setImmediate);
    }
    near.link.send({ kind: "bye" });
    near.link.close();
    // Neither waiting for ever nor giving up at once.
    expect(socket.destroyed).toBe(false);
    await untilClosed(socket);
    expect(near.listener.calls).toEqual([{ call: "opened" }]);
  });
});
