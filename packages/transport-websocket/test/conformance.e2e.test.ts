import { once } from "node:events";
import { createServer } from "node:net";
import type { Transport } from "@heartwire/core";
import { type LinkCapabilities, type LinkFixture, lateTransport, linkConformance } from "@heartwire/testkit";
import { describe, test } from "vitest";
import { WebSocket } from "ws";
import {
  type HeartbeatVia,
  MAX_PING_PAYLOAD_OCTETS,
  MESSAGE_MAGIC,
  webSocket,
  webSocketMessages,
  webSocketPeers,
  webSocketPing,
} from "../src/index.js";
import { connectedPair, listenersOn, startServer, stopServer, urlOf } from "./support.js";

type Wrap = (ws: WebSocket) => Transport;

const COMMON = {
  senders: "both",
  delivery: "reliable",
  order: "kept",
  burst: "all",
  peerAppears: "by-opening",
  injectsWire: "message",
  brokenAs: ["ended", "reset"],
  endedAs: ["orderly"],
  unreachableAs: ["refused"],
  sharedWithApplication: true,
  countsHandles: true,
} as const satisfies Partial<LinkCapabilities>;

const CAPABILITIES: Readonly<Record<HeartbeatVia, LinkCapabilities>> = {
  ping: {
    ...COMMON,
    carries: ["beat", "probe", "bye"],
    probesAnsweredBy: "link",
    maxPayloadOctets: MAX_PING_PAYLOAD_OCTETS,
    // A control frame cannot hold the 255 octets that the suite injects; ping.e2e.test.ts injects shorter ones.
    injectsFrames: false,
  },
  messages: {
    ...COMMON,
    carries: ["beat", "probe", "echo", "bye"],
    probesAnsweredBy: "listener",
    maxPayloadOctets: 255,
    injectsFrames: true,
  },
};

const WRAP: Readonly<Record<HeartbeatVia, Wrap>> = { ping: webSocketPing, messages: webSocketMessages };

/** A port where nobody listens: bound a moment ago, and given back. */
async function deadUrl(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return `ws://127.0.0.1:${port}`;
}

/** The hooks that act at the far end. */
function hooksOf(far: () => WebSocket, via: HeartbeatVia): Partial<LinkFixture> {
  return {
    injectWire: (octets) => far().send(octets),
    breakFar: () => far().terminate(),
    endFar: () => far().close(1000),
    sendApplicationData: () => far().send("news"),
    ...(via === "messages"
      ? { injectFrame: (octets: Uint8Array) => far().send(Uint8Array.of(...MESSAGE_MAGIC, ...octets)) }
      : {}),
  };
}

async function overExisting(via: HeartbeatVia, near: "client" | "peer"): Promise<LinkFixture> {
  const pair = await connectedPair();
  const ends = near === "client" ? ([pair.client, pair.peer] as const) : ([pair.peer, pair.client] as const);
  const url = await deadUrl();
  return {
    near: WRAP[via](ends[0]),
    far: WRAP[via](ends[1]),
    ...hooksOf(() => ends[1], via),
    nobody: {
      ...describeTransport(WRAP[via](ends[0])),
      open: (listener) => WRAP[via](new WebSocket(url)).open(listener),
    },
    openHandles: () => listenersOn(pair.client) + listenersOn(pair.peer),
    dispose: pair.dispose,
  };
}

async function overOwn(via: HeartbeatVia): Promise<LinkFixture> {
  const server = await startServer();
  const sockets: WebSocket[] = [];
  const near = webSocket({ url: urlOf(server), via, onSocket: (ws) => sockets.push(ws) });
  const far = lateTransport(near);
  let peer: WebSocket | undefined;
  const peers = webSocketPeers(server, { via }).listen({
    peer(arrived) {
      peer = arrived.handle;
      far.arrive(arrived.transport);
    },
    rejected() {},
    closed() {},
  });
  const theirs = (): WebSocket => {
    if (peer === undefined) throw new Error("no peer has arrived");
    return peer;
  };
  return {
    near,
    far: far.transport,
    ...hooksOf(theirs, via),
    nobody: webSocket({ url: await deadUrl(), via }),
    openHandles: () => sockets.filter((ws) => ws.readyState !== ws.CLOSED).length + server.clients.size,
    async dispose() {
      peers.close();
      await stopServer(server);
    },
  };
}

function describeTransport({ name, proves, wire }: Transport): Pick<Transport, "name" | "proves" | "wire"> {
  return { name, proves, wire };
}

for (const via of ["ping", "messages"] as const) {
  const ways = {
    "an existing client": () => overExisting(via, "client"),
    "an existing server's WebSocket": () => overExisting(via, "peer"),
    "a WebSocket of its own, with peers of a server": () => overOwn(via),
  };
  for (const [way, setup] of Object.entries(ways)) {
    describe(`mode ${via} over ${way}`, () => {
      for (const { name, run } of linkConformance(setup, CAPABILITIES[via])) test(name, run);
    });
  }
}
