import { once } from "node:events";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import type { CloseReason, FrameRejection, Link, Peer, PeerSourceListener } from "@heartwire/core";
import { listenerCount, recordingListener } from "@heartwire/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { webSocketPeers } from "../src/index.js";
import { networkSocketOf } from "../src/ws-internals.js";
import { pause, startServer, stopServer, until, urlOf } from "./support.js";

let server: WebSocketServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => stopServer(server));

interface Told extends PeerSourceListener<WebSocket> {
  readonly peers: Peer<WebSocket>[];
  readonly rejections: FrameRejection[];
  readonly closings: (CloseReason | "orderly")[];
}

function told(onPeer: (peer: Peer<WebSocket>) => void = () => {}): Told {
  const peers: Peer<WebSocket>[] = [];
  const rejections: FrameRejection[] = [];
  const closings: (CloseReason | "orderly")[] = [];
  return {
    peers,
    rejections,
    closings,
    peer(peer) {
      peers.push(peer);
      onPeer(peer);
    },
    rejected: (rejection) => rejections.push(rejection),
    closed: (reason) => closings.push(reason ?? "orderly"),
  };
}

async function connect(): Promise<{ client: WebSocket; peer: WebSocket }> {
  const arrival = once(server, "connection") as Promise<[WebSocket]>;
  const client = new WebSocket(urlOf(server));
  client.on("error", () => {});
  const [[peer]] = await Promise.all([arrival, once(client, "open")]);
  return { client, peer };
}

const HANDSHAKE =
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
const MASKED_BYE = Buffer.of(0x82, 0x85, 0, 0, 0, 0, 0xf0, 0x9f, 0x92, 0x93, 0x30);
const MASKED_TEXT = Buffer.of(0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69);

describe("webSocketPeers", () => {
  test("tells of those already there, then of each that comes, once", async () => {
    const first = await connect();
    const listener = told();
    const subscription = webSocketPeers(server, { via: "ping" }).listen(listener);
    expect(listener.peers).toEqual([]);
    const second = await connect();
    expect(listener.peers.map(({ handle }) => handle)).toEqual([first.peer, second.peer]);
    server.emit("connection", second.peer);
    expect(listener.peers).toHaveLength(2);
    const socket = networkSocketOf(first.peer);
    expect(listener.peers[0]?.address).toBe(`127.0.0.1:${socket?.remotePort}`);
    subscription.close();
  });

  test("a peer's transport opens one link, and no other after that", async () => {
    const listener = told();
    webSocketPeers(server, { via: "ping" }).listen(listener);
    await connect();
    const { transport } = listener.peers[0]!;
    const link = transport.open(recordingListener());
    expect(() => transport.open(recordingListener())).toThrow("open already");
    link.close();
    link.close();
    expect(() => transport.open(recordingListener())).toThrow("opens only once");
  });

  test("a peer has its address still when it is gone, whoever ended it", async () => {
    const listener = told();
    const subscription = webSocketPeers(server, { via: "ping" }).listen(listener);
    for (const end of [
      ({ peer }: { peer: WebSocket }) => peer.terminate(),
      ({ client }: { client: WebSocket }) => client.terminate(),
      ({ client }: { client: WebSocket }) => client.close(),
    ]) {
      const both = await connect();
      const port = (networkSocketOf(both.client) as { localPort?: number }).localPort;
      const closed = once(both.peer, "close");
      end(both);
      await closed;
      expect(listener.peers.at(-1)?.address).toBe(`127.0.0.1:${port}`);
    }
    subscription.close();
  });

  for (const via of ["ping", "messages"] as const) {
    test(`a peer's transport, opened at once, loses nothing (${via})`, async () => {
      const heard = recordingListener();
      const listener = told(({ transport }) => {
        transport.open(heard);
      });
      webSocketPeers(server, { via }).listen(listener);
      const client = new WebSocket(urlOf(server));
      // Sent with the first octets that the client may send at all.
      client.on("open", () => client.send("at once"));
      await until(heard, (l) => l.count("active") > 0, "evidence");
      expect(heard.calls.map(({ call }) => call).slice(0, 2)).toEqual(["opened", "active"]);
      expect(listener.peers[0]?.transport).toMatchObject({
        name: `websocket-${via}`,
        proves: via === "ping" ? "process" : "application",
      });
      client.terminate();
    });
  }

  for (const [what, closes, expected] of [
    ["is heard, and after opened()", false, ["opened", "received"]],
    ["is not heard when opened() closed the link", true, ["opened"]],
  ] as const) {
    test(`what comes in one segment with the handshake ${what}`, async () => {
      const messages: string[] = [];
      let link: Link | undefined;
      const heard = recordingListener(({ call }) => {
        if (closes && call === "opened") link?.close();
      });
      webSocketPeers(server, { via: "messages" }).listen(
        told(({ transport, handle }) => {
          link = transport.open(heard);
          handle.on("message", (data) => messages.push(String(data)));
        }),
      );
      const { port } = server.address() as { port: number };
      const socket = createConnection(port, "127.0.0.1");
      socket.write(Buffer.concat([Buffer.from(HANDSHAKE), MASKED_BYE, MASKED_TEXT]));
      for (let turn = 0; turn < 500 && messages.length < (closes ? 2 : 1); turn++) await pause(2);
      expect(heard.calls.map(({ call }) => call).slice(0, 2)).toEqual(expected);
      expect(messages.at(-1)).toBe("hi");
      socket.destroy();
    });
  }

  test("those beyond maxPeers are rejected and stay connected; a place that is left is given again", async () => {
    const listener = told();
    const subscription = webSocketPeers(server, { via: "ping", maxPeers: 1 }).listen(listener);
    const first = await connect();
    const second = await connect();
    expect(listener.peers).toHaveLength(1);
    expect(listener.rejections).toEqual([{ kind: "too-many-peers", limit: 1 }]);
    expect(second.client.readyState).toBe(WebSocket.OPEN);
    first.client.terminate();
    await once(first.peer, "close");
    const third = await connect();
    expect(listener.peers.map(({ handle }) => handle)).toEqual([first.peer, third.peer]);
    subscription.close();
  });

  test("close() stops, detaches, and leaves server and clients alone", async () => {
    const { peer, client } = await connect();
    const before = [listenerCount(server), listenerCount(peer)];
    const listener = told();
    const subscription = webSocketPeers(server, { via: "ping" }).listen(listener);
    await pause(0);
    expect([listenerCount(server), listenerCount(peer)]).not.toEqual(before);
    subscription.close();
    subscription.close();
    expect([listenerCount(server), listenerCount(peer)]).toEqual(before);
    await connect();
    expect(listener.peers).toHaveLength(1);
    expect(client.readyState).toBe(WebSocket.OPEN);
  });

  test("close() in the turn of listen(), or within peer(), is the last word", async () => {
    await connect();
    await connect();
    const early = told();
    webSocketPeers(server, { via: "ping" }).listen(early).close();
    const within = told(() => subscription.close());
    const subscription = webSocketPeers(server, { via: "ping" }).listen(within);
    await pause(10);
    expect([early.peers.length, within.peers.length]).toEqual([0, 1]);
    expect(listenerCount(server)).toBe(0);
  });

  test("the server's end closes the source, before or after listen()", async () => {
    const other = await startServer();
    const before = told();
    webSocketPeers(other, { via: "ping" }).listen(before);
    await stopServer(other);
    const after = told();
    webSocketPeers(other, { via: "ping" }).listen(after);
    expect(after.closings).toEqual([]);
    await pause(10);
    expect([before.closings, after.closings]).toEqual([["orderly"], ["orderly"]]);
    expect(listenerCount(other)).toBe(0);
  });

  test("a server that never listens closes the source with the cause", async () => {
    const { port } = server.address() as { port: number };
    const second = new WebSocketServer({ host: "127.0.0.1", port });
    const listener = told();
    webSocketPeers(second, { via: "ping" }).listen(listener);
    await once(second, "error");
    expect(listener.closings).toMatchObject([{ kind: "connect-failed", errno: "EADDRINUSE" }]);
  });

  test("works where the application upgrades by itself and tracks nobody", async () => {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const own = new WebSocketServer({ noServer: true, clientTracking: false });
    http.on("upgrade", (request, socket, head) => {
      own.handleUpgrade(request, socket, head, (ws) => own.emit("connection", ws, request));
    });
    const heard = recordingListener();
    webSocketPeers(own, { via: "messages" }).listen(
      told(({ transport }) => {
        transport.open(heard);
      }),
    );
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as { port: number }).port}`);
    client.on("open", () => client.send("hello"));
    await until(heard, (l) => l.count("active") > 0, "evidence");
    client.terminate();
    own.close();
    await new Promise((resolve) => http.close(resolve));
  });

  test("refuses what cannot work", () => {
    for (const maxPeers of [0, -1, 1.5, Number.NaN]) {
      expect(() => webSocketPeers(server, { via: "ping", maxPeers })).toThrow(/maxPeers/);
    }
    expect(() => webSocketPeers(server, { via: "x" as never })).toThrow(/via/);
  });
});
