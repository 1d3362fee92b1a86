import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { nextTurn, type RecordingListener, recordingListener } from "@heartwire/testkit";
import { describe, expect, it, onTestFinished } from "vitest";
import { type KeepaliveOptions, keepalive, readKeepalive } from "../src/index.js";
import { certificate, PATIENCE_MS, startServer, untilClosed } from "./support/sockets.js";

const settings = { idleMs: 20_000, intervalMs: 4000, probes: 4 };
const host = "127.0.0.1";

function untilCalled(listener: RecordingListener, call: "opened" | "closed"): Promise<void> {
  return listener.waitFor((each) => each.count(call) === 1, { timeoutMs: PATIENCE_MS, what: call });
}

function open(options: Omit<KeepaliveOptions, "settings">) {
  const transport = keepalive({ ...options, settings });
  const listener = recordingListener();
  const link = transport.open(listener);
  onTestFinished(() => link.close());
  return { transport, listener, link };
}

describe("its own connection", () => {
  it("is described for predictions", () => {
    expect(keepalive({ host, port: 1, settings })).toMatchObject({
      name: "tcp-keepalive",
      proves: "connection",
      wire: { probe: { out: [66], in: [66] }, beat: { out: [], in: [] }, loss: "delays" },
    });
  });

  it("opens, has keepalive, reads what comes as evidence, and is destroyed by close()", async () => {
    const { port, accepted } = await startServer(net.createServer());
    const { transport, listener, link } = open({ host, port });
    await untilCalled(listener, "opened");
    expect(transport.report).toMatchObject({ idleMs: { asked: 20_000 } });
    const far = await accepted;
    far.write("anything");
    await listener.waitFor((each) => each.count("active") === 2, {
      timeoutMs: PATIENCE_MS,
      what: "evidence",
    });
    far.resume();
    link.close();
    await untilClosed(far);
    expect(listener.count("closed")).toBe(0);
  });

  it("is a new one for each link", async () => {
    const { port, server } = await startServer(net.createServer());
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const transport = keepalive({ host, port, settings });
    const listeners = [recordingListener(), recordingListener()];
    const links = listeners.map((listener) => transport.open(listener));
    await Promise.all(listeners.map((listener) => untilCalled(listener, "opened")));
    for (const link of links) link.close();
    while (connections < 2) await nextTurn();
    expect(connections).toBe(2);
  });

  it("is the application's to read once it takes it", async () => {
    const { port, accepted } = await startServer(net.createServer());
    let taken: net.Socket | undefined;
    const { listener } = open({
      host,
      port,
      onSocket: (socket) => {
        taken = socket;
      },
    });
    await untilCalled(listener, "opened");
    (await accepted).end("for the application");
    const received: Buffer[] = [];
    for await (const chunk of taken!) received.push(chunk);
    expect(Buffer.concat(received).toString()).toBe("for the application");
    await untilCalled(listener, "closed");
    expect(listener.calls.at(-1)).toEqual({ call: "closed", reason: { kind: "ended", by: "peer" } });
    expect(taken!.destroyed).toBe(true);
  });

  it("is over when onSocket closes the link", async () => {
    const { port } = await startServer(net.createServer());
    let taken: net.Socket | undefined;
    const { listener, link } = open({
      host,
      port,
      onSocket: (socket) => {
        taken = socket;
        link.close();
      },
    });
    while (taken === undefined) await nextTurn();
    expect(taken.destroyed).toBe(true);
    expect(taken.listenerCount("data")).toBe(0);
    expect(listener.calls).toEqual([]);
  });

  it("hands no destroyed socket over when onReport closes the link", async () => {
    const { port } = await startServer(net.createServer());
    const seen: string[] = [];
    const { listener, link } = open({
      host,
      port,
      onReport: () => {
        seen.push("report");
        link.close();
      },
      onSocket: () => seen.push("socket"),
    });
    while (seen.length === 0) await nextTurn();
    await nextTurn();
    expect(seen).toEqual(["report"]);
    expect(listener.calls).toEqual([]);
  });

  it("reads and discards a flood without hearing anything after close()", async () => {
    const { port, accepted } = await startServer(net.createServer());
    const { listener, link } = open({ host, port });
    await untilCalled(listener, "opened");
    const far = await accepted;
    far.write(Buffer.alloc(4_000_000));
    await listener.waitFor((each) => each.count("active") >= 3, { timeoutMs: PATIENCE_MS, what: "evidence" });
    link.close();
    const heard = listener.calls.length;
    await untilClosed(far);
    expect(listener.calls.length).toBe(heard);
  });
});

describe("over TLS", () => {
  it("opens after the handshake, with keepalive", async () => {
    const { port, accepted } = await startServer(tls.createServer(certificate));
    let reading: unknown;
    const { listener } = open({
      host,
      port,
      tls: { ca: certificate.cert },
      onReport: (_, socket) => {
        reading = [socket instanceof tls.TLSSocket && socket.authorized, readKeepalive(socket)];
      },
    });
    await untilCalled(listener, "opened");
    expect(reading).toMatchObject([true, { kind: expect.any(String) }]);
    (await accepted).end();
    await untilCalled(listener, "closed");
    expect(listener.calls.at(-1)).toEqual({ call: "closed", reason: { kind: "ended", by: "peer" } });
  });

  it("does not open on a certificate it cannot trust", async () => {
    const { port } = await startServer(tls.createServer(certificate));
    const { listener } = open({ host, port, tls: true });
    await untilCalled(listener, "closed");
    expect(listener.calls).toMatchObject([
      { call: "closed", reason: { kind: "connect-failed", errno: "DEPTH_ZERO_SELF_SIGNED_CERT" } },
    ]);
  });

  it("does not open on a server that hangs up within the handshake", async () => {
    const { port, accepted } = await startServer(net.createServer());
    const { listener } = open({ host, port, tls: true });
    (await accepted).end();
    await untilCalled(listener, "closed");
    expect(listener.calls).toMatchObject([
      { call: "closed", reason: { kind: "connect-failed", errno: "ECONNRESET" } },
    ]);
  });
});

describe("a failing connect", () => {
  it("is refused", async () => {
    const { port, server } = await startServer(net.createServer());
    server.close();
    await once(server, "close");
    const { listener } = open({ host, port });
    await untilCalled(listener, "closed");
    expect(listener.calls).toEqual([{ call: "closed", reason: { kind: "refused", errno: "ECONNREFUSED" } }]);
  });

  it("finds no such name", async () => {
    const { listener } = open({
      host: "heartwire.invalid",
      port: 1,
      // RFC 6761: never resolves. The answer is given here, for a resolver may be absent or lie.
      lookup: (name, _options, done) =>
        done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }), ""),
    });
    await untilCalled(listener, "closed");
    expect(listener.calls).toMatchObject([
      { call: "closed", reason: { kind: "connect-failed", errno: "ENOTFOUND" } },
    ]);
  });

  it("takes too long", async () => {
    // A TCP server that never speaks TLS: the handshake hangs for ever.
    const { port, accepted } = await startServer(net.createServer());
    const { listener } = open({ host, port, tls: true, connectTimeoutMs: 200 });
    await untilCalled(listener, "closed");
    expect(listener.calls).toEqual([
      {
        call: "closed",
        reason: { kind: "connect-failed", errno: "ETIMEDOUT", detail: "not connected within 200 ms" },
      },
    ]);
    await untilClosed((await accepted).resume());
  });

  it("tells nothing after close()", async () => {
    const { port } = await startServer(net.createServer());
    const { listener, link } = open({ host, port, tls: true, connectTimeoutMs: 50 });
    link.close();
    link.close();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(listener.calls).toEqual([]);
  });
});

describe("options that cannot work", () => {
  it.each([
    ["port", 0],
    ["port", 65_536],
    ["port", 1.5],
    ["connectTimeoutMs", 0],
    ["connectTimeoutMs", Number.NaN],
    ["connectTimeoutMs", 2 ** 31],
  ])("%s %d throws at once, with name and value", (name, value) => {
    const wrong = () => keepalive({ host, port: 1, settings, [name]: value });
    expect(wrong).toThrow(RangeError);
    expect(wrong).toThrow(new RegExp(`^${name} .*${value}$`));
  });

  it("are also those of keepalive", () => {
    expect(() => keepalive({ host, port: 1, settings: { ...settings, idleMs: 0 } })).toThrow(/^idleMs/);
  });
});
