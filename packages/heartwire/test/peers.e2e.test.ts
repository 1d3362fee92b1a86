import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import type { PeerSource } from "@heartwire/core";
import { tcpPeers } from "@heartwire/tcp";
import { keepalivePeers } from "@heartwire/tcp-keepalive";
import { udpHub } from "@heartwire/udp";
import { webSocketPeers } from "@heartwire/websocket";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import {
  fixedTimeout,
  monitorPeers,
  PeerSourceError,
  type PolicyFactory,
  respondPeers,
  trustKernel,
} from "../src/index.js";
import { endChildren, startChild } from "./support/child.js";
import { Recording } from "./support/recording.js";
import { HOST, SETTINGS, type TransportName } from "./support/transports.js";

const OTHERS = 49;
const INTERVAL_MS = 200;

/** A server of any kind, listening. */
interface Listening {
  readonly source: PeerSource;
  readonly port: number;
  close(): unknown;
}

type Kind = { readonly policy: PolicyFactory; listen(port: number): Promise<Listening> };

/** The server is there, or has said why not: either is for the one who listens to its peers. */
const settled = (server: Server | WebSocketServer) =>
  Promise.race([once(server, "listening"), once(server, "error")]).catch(() => undefined);

function overTcp(peersOf: (server: Server) => PeerSource): Kind["listen"] {
  return async (port) => {
    const server = createServer();
    const source = peersOf(server);
    server.listen(port, HOST);
    if (port === 0) await settled(server);
    return {
      source,
      port: (server.address() as AddressInfo | null)?.port ?? port,
      close: () => server.close(),
    };
  };
}

function overWebSocket(via: "ping" | "messages"): Kind["listen"] {
  return async (port) => {
    const server = new WebSocketServer({ host: HOST, port });
    const source = webSocketPeers(server, { via });
    if (port === 0) await settled(server);
    const address = port === 0 ? (server.address() as AddressInfo).port : port;
    return { source, port: address, close: () => server.close() };
  };
}

const beats = fixedTimeout({ intervalMs: INTERVAL_MS, mode: "listen", detectMultiplier: 8 });
const echoes = fixedTimeout({ intervalMs: INTERVAL_MS, detectMultiplier: 8 });

const KINDS: Readonly<Record<TransportName, Kind>> = {
  tcp: { policy: beats, listen: overTcp(tcpPeers) },
  udp: {
    policy: beats,
    listen: async (port) => {
      const hub = udpHub({ address: HOST, port });
      return {
        source: hub.peers,
        port: port === 0 ? (await hub.bound).port : port,
        close: () => hub.close(),
      };
    },
  },
  "websocket-ping": { policy: echoes, listen: overWebSocket("ping") },
  "websocket-messages": { policy: beats, listen: overWebSocket("messages") },
  "tcp-keepalive": {
    policy: trustKernel(SETTINGS),
    listen: overTcp((server) => {
      // The sockets are the application's: it has to read them.
      server.on("connection", (socket) => socket.on("error", () => {}).resume());
      return keepalivePeers(server, SETTINGS);
    }),
  },
};
const NAMES = Object.keys(KINDS) as TransportName[];

afterEach(endChildren);

/** The same source, and somebody who notes the addresses of the peers that come. */
function observed(source: PeerSource, note: (address: string) => void): PeerSource {
  return {
    name: source.name,
    listen: (listener) =>
      source.listen({
        peer: (peer) => {
          note(peer.address);
          listener.peer(peer);
        },
        rejected: (rejection) => listener.rejected(rejection),
        closed: (reason) => listener.closed(reason),
      }),
  };
}

async function arrival(came: ReadonlySet<string>, count: number): Promise<void> {
  for (const endMs = performance.now() + 15_000; came.size < count; ) {
    if (performance.now() > endMs) throw new Error(`${came.size} of ${count} clients came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("among fifty clients of a server", () => {
  it.each(NAMES)(
    "exactly the one that was killed is dead, and the end of all completes, on %s",
    async (name) => {
      const { policy, listen } = KINDS[name];
      const server = await listen(0);
      const came = new Set<string>();
      const source = observed(server.source, (address) => came.add(address));
      const seen = new Recording(monitorPeers(source, policy));
      const victim = await startChild("clients", name, server.port, 1, INTERVAL_MS);
      await arrival(came, 1);
      const [victimAddress] = came;
      const others = await startChild("clients", name, server.port, OTHERS, INTERVAL_MS);
      await arrival(came, 1 + OTHERS);
      if (name !== "tcp-keepalive") {
        const alive = ({ values }: typeof seen) =>
          values.filter(({ event }) => event.type === "alive").length;
        await seen.until((all) => alive(all) >= 1 + OTHERS, "everybody alive");
      }
      const dead = () => seen.values.filter(({ event }) => event.type === "dead");

      victim.signal("SIGKILL");
      await seen.until(() => dead().length >= 1, "the verdict");
      // As long again as the verdict can take: nobody else.
      await new Promise((resolve) => setTimeout(resolve, 8 * INTERVAL_MS));
      expect(dead().map(({ peer }) => peer.address)).toEqual([victimAddress]);
      expect(seen.completed).toBe(false);

      others.signal("SIGKILL");
      await seen.until(() => dead().length >= 1 + OTHERS, "the others' verdicts");
      expect(new Set(dead().map(({ peer }) => peer.address))).toEqual(came);
      expect(seen.completed).toBe(false);
      server.close();
      await seen.until(({ completed }) => completed, "completion");
      expect(seen.error).toBeUndefined();
    },
  );
});

describe("a server that fails", () => {
  it.each(NAMES)("because its port is taken is an error of the stream, on %s", async (name) => {
    const { policy, listen } = KINDS[name];
    const first = await listen(0);
    for (const watch of [monitorPeers, (source: PeerSource) => respondPeers(source)]) {
      const second = await listen(first.port);
      const seen = new Recording(watch(second.source, policy));
      await seen.until(({ error }) => error !== undefined, "the error");
      expect(seen.error).toBeInstanceOf(PeerSourceError);
      expect(String(seen.error)).toContain("EADDRINUSE");
      second.close();
    }
    first.close();
  });
});
