import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { recordingListener } from "@heartwire/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type ConnectOptions, webSocket, webSocketPing } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { SELF_SIGNED } from "./self-signed.js";
import { closing, connectedPair, type Opened, opened, type Pair } from "./support.js";

/** How a WebSocket that cannot be made closes its link. */
async function connectingTo(url: string, options: Partial<ConnectOptions> = {}): Promise<unknown> {
  const heard = recordingListener();
  const link = webSocket({ url, via: "ping", ...options }).open(heard);
  onTestFinished(() => link.close());
  const reason = await closing(heard);
  expect(heard.calls).toHaveLength(1);
  return reason;
}

async function listening(server: Server): Promise<number> {
  const sockets: Socket[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

describe("a connect that fails", () => {
  test.each([401, 404, 503])("HTTP %i", async (status) => {
    const server = createHttpServer((_, response) => response.writeHead(status).end("no"));
    expect(await connectingTo(`ws://127.0.0.1:${await listening(server)}`)).toEqual({
      kind: "connect-failed",
      errno: "unknown",
      detail: `Unexpected server response: ${status}`,
    });
  });

  test("a server that does not speak HTTP", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.2\r\n"));
    expect(await connectingTo(`ws://127.0.0.1:${await listening(server)}`)).toMatchObject({
      kind: "connect-failed",
      errno: "HPE_INVALID_CONSTANT",
    });
  });

  test("a server that switches to no WebSocket", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    });
    expect(await connectingTo(`ws://127.0.0.1:${await listening(server)}`)).toMatchObject({
      kind: "connect-failed",
      detail: "Invalid Sec-WebSocket-Accept header",
    });
  });

  test("a server that hangs up in the handshake", async () => {
    const server = createServer((socket) => socket.destroy());
    expect(await connectingTo(`ws://127.0.0.1:${await listening(server)}`)).toMatchObject({
      kind: "connect-failed",
      errno: "ECONNRESET",
    });
  });

  test("nobody listening", async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    expect(await connectingTo(`ws://127.0.0.1:${port}`)).toEqual({ kind: "refused", errno: "ECONNREFUSED" });
  });

  test("a name that does not exist", async () => {
    expect(await connectingTo("ws://heartwire.invalid")).toMatchObject({
      kind: "connect-failed",
      errno: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/),
    });
  });

  test("TLS: no TLS there, and a certificate that nobody signed", async () => {
    const plain = createHttpServer();
    expect(await connectingTo(`wss://127.0.0.1:${await listening(plain)}`)).toMatchObject({
      kind: "connect-failed",
    });
    const secure = createHttpsServer(SELF_SIGNED);
    expect(await connectingTo(`wss://127.0.0.1:${await listening(secure)}`)).toMatchObject({
      kind: "connect-failed",
      errno: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  test("TLS options that cannot be", async () => {
    expect(await connectingTo("wss://127.0.0.1:1", { options: { cert: "nonsense" } })).toMatchObject({
      kind: "connect-failed",
    });
  });

  test("a handshake that never ends", async () => {
    const server = createServer();
    const accepted = once(server, "connection");
    const port = await listening(server);
    expect(await connectingTo(`ws://127.0.0.1:${port}`, { connectTimeoutMs: 100 })).toEqual({
      kind: "connect-failed",
      errno: "ETIMEDOUT",
      detail: "no WebSocket within 100 ms",
    });
    const [socket] = await accepted;
    socket.resume();
    await once(socket, "close");
  });

  test("a WebSocket terminated by the application, and one closed before", async () => {
    const server = createServer();
    const url = `ws://127.0.0.1:${await listening(server)}`;
    let ws: WebSocket | undefined;
    const options = {
      onSocket: (socket: WebSocket) => {
        ws = socket;
        setImmediate(() => socket.terminate());
      },
    };
    expect(await connectingTo(url, options)).toMatchObject({ kind: "connect-failed" });
    const heard = recordingListener();
    webSocketPing(ws!).open(heard);
    expect(await closing(heard)).toMatchObject({ kind: "connect-failed", errno: "ENOTCONN" });
  });
});

describe("an open link that ends", () => {
  async function open(): Promise<Opened & Pair> {
    const pair = await connectedPair();
    onTestFinished(pair.dispose);
    return { ...pair, ...(await opened(webSocketPing(pair.client))) };
  }

  test.each([1000, 1001, undefined])("by close code %s: orderly", async (code) => {
    const { peer, heard } = await open();
    peer.close(code);
    expect(await closing(heard)).toBe("orderly");
  });

  test("by this end's own closing handshake: orderly", async () => {
    const { client, heard } = await open();
    client.close();
    expect(await closing(heard)).toBe("orderly");
  });

  test("by another close code", async () => {
    const first = await open();
    first.peer.close(4001, "session expired");
    expect(await closing(first.heard)).toEqual({
      kind: "ended",
      by: "peer",
      code: 4001,
      detail: "session expired",
    });
    const second = await open();
    second.peer.close(1011);
    expect(await closing(second.heard)).toEqual({ kind: "ended", by: "peer", code: 1011 });
  });

  test("by FIN without a close frame", async () => {
    const { peer, heard } = await open();
    networkSocketOf(peer)?.end();
    expect(await closing(heard)).toEqual({ kind: "ended", by: "peer" });
  });

  test("by a reset", async () => {
    const { peer, heard } = await open();
    (networkSocketOf(peer) as unknown as { resetAndDestroy(): void }).resetAndDestroy();
    expect(await closing(heard)).toEqual({ kind: "reset", errno: "ECONNRESET" });
  });

  test("by terminate() in this process", async () => {
    const { client, heard } = await open();
    client.terminate();
    expect(await closing(heard)).toEqual({ kind: "ended", by: "local" });
  });

  test.each([
    ["a reserved opcode", [0x83, 0x00], "WS_ERR_INVALID_OPCODE"],
    ["a masked frame from a server", [0x82, 0x80, 0, 0, 0, 0], "WS_ERR_UNEXPECTED_MASK"],
    ["a control frame too long", [0x89, 126, 0, 126], "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH"],
    ["text that is no UTF-8", [0x81, 0x01, 0xff], "WS_ERR_INVALID_UTF8"],
  ])("by %s", async (_, octets, code) => {
    const { peer, heard } = await open();
    networkSocketOf(peer)?.write(Uint8Array.from(octets));
    expect(await closing(heard)).toMatchObject({ kind: "protocol", detail: expect.stringContaining(code) });
  });

  test("by a message longer than the server allows", async () => {
    const pair = await connectedPair({ server: { maxPayload: 100 } });
    onTestFinished(pair.dispose);
    const { heard } = await opened(webSocketPing(pair.peer));
    pair.client.send(new Uint8Array(101));
    expect(await closing(heard)).toMatchObject({
      kind: "protocol",
      detail: expect.stringContaining("WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"),
    });
  });
});

test("random octets in the stream end a link by type, in either role", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const pair = await connectedPair();
    const { heard } = await opened(webSocketPing(pair.client));
    const garbage = Uint8Array.from({ length: 500 }, (_, at) => ((seed + 1) * 2654435761 * (at + 7)) >>> 13);
    networkSocketOf(pair.peer)?.end(garbage);
    const reason = await closing(heard);
    expect(reason === "orderly" ? reason : reason.kind).toMatch(/^(protocol|ended|reset|orderly)$/);
    await pair.dispose();
  }
});

test("a TLS server's clients are watched like others", async () => {
  const https = createHttpsServer(SELF_SIGNED);
  const server = new WebSocketServer({ server: https });
  const url = `wss://localhost:${await listening(https)}`;
  const { link, heard } = await opened(
    webSocket({ url, via: "ping", options: { ca: SELF_SIGNED.cert, family: 4 } }),
  );
  link.send({ kind: "probe", seq: 1 });
  await heard.waitFor((l) => l.heartbeats.length === 1, { timeoutMs: 5000, what: "the echo" });
  const [peer] = [...server.clients];
  const gone = once(peer!, "close");
  link.send({ kind: "bye" });
  link.close();
  expect((await gone)[0]).toBe(1000);
});
