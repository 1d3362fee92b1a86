import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import net from "node:net";
import tls from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  enforceKeepalive,
  type KeepaliveReading,
  type KeepaliveReport,
  readKeepalive,
} from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { certificate, listenerCounts, startServer, untilClosed } from "./support/sockets.js";

const calls = systemCalls();
const whyNoKoffi = calls.kind === "unavailable" ? calls.why : undefined;

/** All options at odds with Node's and the system's defaults, so that none can be right by chance. */
const settings = { idleMs: 41_000, intervalMs: 7000, probes: 5, userTimeoutMs: 12_345 };
const held: KeepaliveReading = { kind: "read", enabled: true, ...settings };

describe.skipIf(whyNoKoffi !== undefined)(`read back from the kernel (${whyNoKoffi ?? "by koffi"})`, () => {
  describe("a socket", () => {
    it("has the settings when its first listener hears that it is connected, and after each reconnect", async () => {
      const { port } = await startServer(net.createServer());
      const socket = new net.Socket();
      onTestFinished(() => void socket.destroy());
      const readings: KeepaliveReading[] = [];
      socket.on("connect", () => readings.push(readKeepalive(socket)));
      const reports: KeepaliveReport[] = [];
      enforceKeepalive(socket, settings, { onReport: (report) => reports.push(report) });
      for (let round = 0; round < 2; round++) {
        socket.connect(port, "127.0.0.1");
        await once(socket, "connect");
        socket.destroy();
        await untilClosed(socket);
      }
      expect(readings).toEqual([held, held]);
      expect(reports.map(({ idleMs }) => idleMs.outcome)).toEqual(["as-asked", "as-asked"]);
    });

    it("has them at once if it is connected, and no longer later if closed", async () => {
      const { port } = await startServer(net.createServer());
      const socket = net.connect(port, "127.0.0.1");
      onTestFinished(() => void socket.destroy());
      await once(socket, "connect");
      const before = listenerCounts(socket);
      const enforcement = enforceKeepalive(socket, settings);
      expect(readKeepalive(socket)).toEqual(held);
      enforcement.close();
      expect(listenerCounts(socket)).toEqual(before);
      expect(readKeepalive(socket)).toEqual(held);
    });

    it("has them over TLS before the handshake ends", async () => {
      const { port } = await startServer(tls.createServer(certificate));
      const socket = tls.connect({ port, host: "127.0.0.1", ca: certificate.cert });
      onTestFinished(() => void socket.destroy());
      enforceKeepalive(socket, settings);
      await once(socket, "connect");
      expect(readKeepalive(socket)).toEqual(held);
      await once(socket, "secureConnect");
      expect(readKeepalive(socket)).toEqual(held);
    });
  });

  describe.each([
    ["net.Server", () => net.createServer()],
    ["http.Server", () => http.createServer()],
    ["tls.Server", () => tls.createServer(certificate)],
    ["https.Server", () => https.createServer(certificate)],
    ["an HTTP/2 server", () => http2.createServer()],
    ["an HTTP/2 server over TLS", () => http2.createSecureServer(certificate)],
  ])("%s", (_name, create: () => net.Server) => {
    /** What the kernel holds of the next connection when the server's first listener hears of it. */
    async function accept(server: net.Server, port: number): Promise<net.Socket> {
      const accepted = once(server, "connection");
      const client = net.connect(port, "127.0.0.1");
      onTestFinished(() => void client.destroy());
      const [socket] = (await accepted) as [net.Socket];
      return socket;
    }

    it("gives the settings to what it accepts from now on, until closed", async () => {
      const server = create();
      const first: KeepaliveReading[] = [];
      server.on("connection", (socket) => first.push(readKeepalive(socket)));
      const { port } = await startServer(server);
      const earlier = await accept(server, port);
      const before = listenerCounts(server);
      const enforcement = enforceKeepalive(server, settings);
      const inTime = await accept(server, port);
      enforcement.close();
      expect(listenerCounts(server)).toEqual(before);
      const later = await accept(server, port);
      expect(first).toMatchObject([{ enabled: false }, held, { enabled: false }]);
      expect(readKeepalive(earlier)).toMatchObject({ enabled: false });
      expect(readKeepalive(inTime)).toEqual(held);
      expect(readKeepalive(later)).toMatchObject({ enabled: false });
    });
  });

  it("tls.Server's sockets keep the settings after the handshake", async () => {
    const { server, port, accepted } = await startServer(tls.createServer(certificate));
    enforceKeepalive(server, settings);
    const client = tls.connect({ port, host: "127.0.0.1", ca: certificate.cert });
    onTestFinished(() => void client.destroy());
    const socket = await accepted;
    expect(socket).toBeInstanceOf(tls.TLSSocket);
    expect(readKeepalive(socket)).toEqual(held);
  });

  it("an HTTP/2 client's socket has them by createConnection", async () => {
    const { port } = await startServer(http2.createServer());
    const socket = net.connect(port, "127.0.0.1");
    enforceKeepalive(socket, settings);
    const session = http2.connect(`http://127.0.0.1:${port}`, { createConnection: () => socket });
    onTestFinished(() => session.destroy());
    await once(session, "connect");
    expect(readKeepalive(socket)).toEqual(held);
  });

  it("what is accepted on a Unix socket is reported to be no TCP", async () => {
    const path = `\0heartwire-test-${process.pid}`;
    const server = net.createServer();
    const reported = new Promise<KeepaliveReport>((resolve) => {
      enforceKeepalive(server, settings, { onReport: resolve });
    });
    server.listen(path);
    await once(server, "listening");
    const client = net.connect(path);
    onTestFinished(async () => {
      client.destroy();
      server.close();
      await once(server, "close");
    });
    expect(await reported).toMatchObject({
      enabled: undefined,
      idleMs: { means: "none", outcome: "failed", note: "not set: the socket is not TCP" },
    });
  });
});
