import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import http2 from "node:http2";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { describe, expect, it, onTestFinished } from "vitest";
import { applyKeepaliveWith } from "../src/apply-keepalive.js";
import {
  applyKeepalive,
  enforceKeepalive,
  type KeepaliveReading,
  type KeepaliveReport,
  type KeepaliveSettings,
  keepaliveSocket,
  readKeepalive,
  readTcpInfo,
} from "../src/index.js";
import { systemCalls } from "../src/system-calls.js";
import { certificate, socketPair, startServer, tlsPair } from "./support/sockets.js";
import { keepaliveTimerSeconds, whyNoSs } from "./support/ss.js";

const calls = systemCalls();
const whyNoKoffi = calls.kind === "unavailable" ? calls.why : undefined;
const noSs = whyNoSs();

/** All options at odds with Node's and the system's defaults, so that none can be right by chance. */
const settings = { idleMs: 41_000, intervalMs: 7000, probes: 5, userTimeoutMs: 12_345 };
const held: KeepaliveReading = { kind: "read", enabled: true, ...settings };

describe.skipIf(whyNoKoffi !== undefined)(`read back from the kernel (${whyNoKoffi ?? "by koffi"})`, () => {
  it("holds what was asked, on a TCP socket", async () => {
    const { near } = await socketPair();
    const report = applyKeepalive(near, settings);
    expect(readKeepalive(near)).toEqual(held);
    expect(report.enabled).toBe(true);
    for (const name of ["idleMs", "intervalMs", "probes", "userTimeoutMs"] as const) {
      expect(report[name]).toMatchObject({ asked: settings[name], effective: settings[name] });
    }
  });

  it(`takes the best means of this Node, ${process.versions.node}`, async () => {
    const { near } = await socketPair();
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    const fourArguments = major > 26 || (major === 26 && minor >= 4) || (major === 24 && minor >= 19);
    const means = fourArguments ? "node" : "ffi";
    expect(applyKeepalive(near, settings)).toMatchObject({
      idleMs: { means, outcome: "as-asked" },
      intervalMs: { means, outcome: "as-asked" },
      probes: { means, outcome: "as-asked" },
      userTimeoutMs: { means: "ffi", outcome: "as-asked" },
    });
  });

  it("holds what was asked, on an accepted socket", async () => {
    const { far } = await socketPair();
    applyKeepalive(far, settings);
    expect(readKeepalive(far)).toEqual(held);
  });

  it("holds what was asked, on both ends of TLS", async () => {
    const { near, far } = await tlsPair();
    applyKeepalive(near, settings);
    applyKeepalive(far, { ...settings, probes: 9 });
    expect(readKeepalive(near)).toEqual(held);
    expect(readKeepalive(far)).toEqual({ ...held, probes: 9 });
  });

  it.each<KeepaliveSettings>([
    { idleMs: 1000, intervalMs: 1000, probes: 1, userTimeoutMs: 1 },
    { idleMs: 32_767_000, intervalMs: 32_767_000, probes: 127, userTimeoutMs: 2 ** 31 - 1 },
  ])("takes the extremes of its ranges: %o", async (extreme) => {
    const { near } = await socketPair();
    applyKeepalive(near, extreme);
    expect(readKeepalive(near)).toEqual({ kind: "read", enabled: true, ...extreme });
  });

  it("rounds up where Node would cut off", async () => {
    const { near } = await socketPair();
    const report = applyKeepalive(near, { idleMs: 1500, intervalMs: 2001, probes: 3 });
    expect(readKeepalive(near)).toMatchObject({ idleMs: 2000, intervalMs: 3000 });
    expect(report.idleMs.note).toBe("rounded up to whole seconds: 2000 ms");
  });

  it("gives the user timeout back to the system with 0, and leaves it alone without", async () => {
    const { near } = await socketPair();
    applyKeepalive(near, settings);
    applyKeepalive(near, { idleMs: 1000, intervalMs: 1000, probes: 3 });
    expect(readKeepalive(near)).toMatchObject({ userTimeoutMs: 12_345 });
    applyKeepalive(near, { idleMs: 1000, intervalMs: 1000, probes: 3, userTimeoutMs: 0 });
    expect(readKeepalive(near)).toMatchObject({ userTimeoutMs: 0 });
  });

  it("undoes what Node's own setKeepAlive forced before", async () => {
    const { near } = await socketPair();
    near.setKeepAlive(true, 41_000);
    expect(readKeepalive(near)).toMatchObject({ idleMs: 41_000, intervalMs: 1000, probes: 10 });
    applyKeepalive(near, settings);
    expect(readKeepalive(near)).toEqual(held);
  });

  it("can be turned off by Node's own setKeepAlive(false)", async () => {
    const { near } = await socketPair();
    applyKeepalive(near, settings);
    near.setKeepAlive(false);
    expect(readKeepalive(near)).toEqual({ ...held, enabled: false });
    applyKeepalive(near, settings);
    expect(readKeepalive(near)).toEqual(held);
  });

  it("without koffi sets the idle time through Node, even where Node believes that it did", async () => {
    const { near } = await socketPair();
    const absent = { kind: "unavailable", why: "koffi is absent" } as const;
    // Ends in EINVAL, in silence, and is remembered by Node as done.
    near.setKeepAlive(true, 500);
    applyKeepalive(near, settings);
    applyKeepaliveWith(near, { idleMs: 9000, intervalMs: 1000, probes: 10 }, absent, process.platform);
    expect(readKeepalive(near)).toMatchObject({ enabled: true, idleMs: 9000, intervalMs: 1000, probes: 10 });
    applyKeepalive(near, settings);
    applyKeepaliveWith(near, { idleMs: 9000, intervalMs: 1000, probes: 10 }, absent, process.platform);
    expect(readKeepalive(near)).toMatchObject({ enabled: true, idleMs: 9000, intervalMs: 1000, probes: 10 });
  });

  it("leaves what is absent as it is: the system's", async () => {
    const { near } = await socketPair();
    const before = readKeepalive(near);
    expect(applyKeepalive(near, { probes: 5 })).toMatchObject({
      enabled: true,
      idleMs: { asked: undefined, outcome: "untouched" },
      intervalMs: { asked: undefined, outcome: "untouched" },
      probes: { asked: 5, effective: 5, outcome: "as-asked" },
    });
    expect(readKeepalive(near)).toEqual({ ...before, enabled: true, probes: 5 });
    const other = await socketPair();
    applyKeepalive(other.near, {});
    expect(readKeepalive(other.near)).toEqual({ ...before, enabled: true });
  });

  it.each(["http", "https"] as const)(
    "holds what was asked, on the socket of an HTTP/2 session: %s",
    async (scheme) => {
      const { session } = await http2Session(scheme);
      const report = applyKeepalive(session.socket, settings);
      expect(report).toMatchObject({
        enabled: true,
        idleMs: { effective: 41_000, means: "ffi", outcome: "as-asked" },
        userTimeoutMs: { effective: 12_345, outcome: "as-asked" },
      });
      expect(readKeepalive(session.socket)).toEqual(held);
    },
  );

  it("watches over an HTTP/2 session's socket, and enforces on it", async () => {
    const { session } = await http2Session("http");
    const reports: KeepaliveReport[] = [];
    enforceKeepalive(session.socket, settings, { onReport: (report) => void reports.push(report) }).close();
    const transport = keepaliveSocket(session.socket, { ...settings, probes: 6 });
    const opened = new Promise<void>((resolve) => {
      const nothing = () => {};
      const listener = { opened: resolve, closed: nothing, active: nothing, doubted: nothing };
      const link = transport.open({ ...listener, received: nothing, rejected: nothing });
      onTestFinished(() => link.close());
    });
    await opened;
    expect(reports).toMatchObject([{ enabled: true, probes: { outcome: "as-asked" } }]);
    expect(readKeepalive(session.socket)).toEqual({ ...held, probes: 6 });
  });

  it("names the errno where there is no TCP at all", async () => {
    const { near } = await socketPair();
    const option = { level: 6, name: 9999 };
    if (calls.kind === "unavailable") throw new Error(calls.why);
    const { fd } = (near as unknown as { _handle: { fd: number } })._handle;
    expect(calls.setOption(fd, option, 1)).toBe("ENOPROTOOPT");
    expect(calls.getOption(fd, option)).toBe("ENOPROTOOPT");
    expect(calls.setOption(-1, option, 1)).toBe("EBADF");
  });
});

it.skipIf(noSs !== undefined)(
  `arms the kernel's timer with the idle time (${noSs ?? "as ss sees it"})`,
  async () => {
    const { near } = await socketPair();
    const { localPort } = near;
    if (localPort === undefined) throw new Error("the socket has no local port");
    expect(keepaliveTimerSeconds(localPort)).toBeUndefined();
    applyKeepalive(near, settings);
    // The kernel looks up to an eighth later than asked.
    const seconds = keepaliveTimerSeconds(localPort);
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(41 * 1.125);
  },
);

it("never calls a success what is TLS over a stream that is no socket", async () => {
  const { server, port } = await startServer(tls.createServer(certificate, (socket) => socket.resume()));
  server.on("tlsClientError", () => {});
  const base = net.connect(port, "127.0.0.1");
  await once(base, "connect");
  const before = readKeepalive(base);
  const stream = Duplex.from({ readable: base, writable: base });
  stream.on("error", () => {});
  const near = tls.connect({ socket: stream, ca: certificate.cert, host: "127.0.0.1" });
  near.on("error", () => {});
  onTestFinished(() => void near.destroy());
  onTestFinished(() => void base.destroy());
  await once(near, "secureConnect");
  const report = applyKeepalive(near, settings);
  for (const name of ["idleMs", "intervalMs", "probes", "userTimeoutMs"] as const) {
    expect(report[name]).toMatchObject({ means: "none", outcome: "failed" });
    expect(report[name].note).toMatch(/^not set: the socket is not TCP/);
  }
  expect(report.enabled).toBeUndefined();
  expect(readKeepalive(base)).toEqual(before);
  expect(readKeepalive(near)).toMatchObject({ why: expect.stringContaining("not TCP") });
});

it.skipIf(process.platform === "win32")("says of a Unix socket what it is, whatever is asked", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "heartwire-")), "socket");
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  const server = net.createServer((socket) => socket.resume()).listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const near = net.connect(path);
  await once(near, "connect");
  onTestFinished(() => void near.destroy());
  const unreadable = { kind: "unreadable", why: "the socket is not TCP" };
  expect(readKeepalive(near)).toEqual(unreadable);
  if (process.platform === "linux") expect(readTcpInfo(near)).toEqual(unreadable);
  expect(applyKeepalive(near, settings).idleMs.note).toBe("not set: the socket is not TCP");
});

async function http2Session(scheme: "http" | "https") {
  const server = scheme === "http" ? http2.createServer() : http2.createSecureServer(certificate);
  const { port } = await startServer(server as net.Server);
  const session = http2.connect(`${scheme}://127.0.0.1:${port}`, { ca: certificate.cert });
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  await once(session, "connect");
  return { session };
}

it("reads nothing from a socket that is not connected, or no more", async () => {
  expect(readKeepalive(new net.Socket())).toEqual({
    kind: "unreadable",
    why: "the socket is not connected yet",
  });
  const { near } = await socketPair();
  near.destroy();
  expect(readKeepalive(near)).toEqual({ kind: "unreadable", why: "the socket is destroyed" });
});
