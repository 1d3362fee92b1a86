import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { PeerSource } from "@heartwire/core";
import { tcpPeers } from "@heartwire/tcp";
import { udpHub } from "@heartwire/udp";
import { webSocketPeers } from "@heartwire/websocket";
import { expect, it } from "vitest";
import { WebSocketServer } from "ws";
import {
  fixedTimeout,
  type LivenessEvent,
  monitor,
  monitorPeers,
  type PeerEvent,
  respondPeers,
} from "../src/index.js";
import { CLIENTS, HOST } from "./support/transports.js";

const OWN_MS = 20;
const ASKED_MS = 200;
const FOR_MS = 1500;

interface Server {
  readonly source: PeerSource;
  readonly port: number;
  close(): unknown;
}

const SERVERS: Readonly<Record<"tcp" | "udp" | "websocket-messages", () => Promise<Server>>> = {
  async tcp() {
    const server = createServer();
    const source = tcpPeers(server);
    server.listen(0, HOST);
    await once(server, "listening");
    return { source, port: (server.address() as AddressInfo).port, close: () => server.close() };
  },
  async udp() {
    const hub = udpHub({ address: HOST });
    return { source: hub.peers, port: (await hub.bound).port, close: () => hub.close() };
  },
  async "websocket-messages"() {
    const server = new WebSocketServer({ host: HOST, port: 0 });
    await once(server, "listening");
    return {
      source: webSocketPeers(server, { via: "messages" }),
      port: (server.address() as AddressInfo).port,
      close: () => server.close(),
    };
  },
};

/** What is heard of a client that would send each 20 ms, by itself and by its server, for a while. */
async function meeting(name: keyof typeof SERVERS, mode: "echo" | "beat") {
  const server = await SERVERS[name]();
  const atClient: LivenessEvent[] = [];
  const atServer: PeerEvent[] = [];
  const options = { minReceiveMs: ASKED_MS, samples: true };
  const peers =
    mode === "echo"
      ? respondPeers(server.source, options)
      : monitorPeers(server.source, fixedTimeout({ intervalMs: ASKED_MS, mode: "beat" }), options);
  const serving = peers.subscribe(({ event }) => atServer.push(event));
  const policy = fixedTimeout({ intervalMs: OWN_MS, detectMultiplier: 20, mode, maxIntervalMs: 1000 });
  const watching = monitor(CLIENTS[name](server.port), policy).subscribe((event) => atClient.push(event));
  await new Promise((resolve) => setTimeout(resolve, FOR_MS));
  watching.unsubscribe();
  serving.unsubscribe();
  await server.close();
  return { atClient, atServer };
}

it.each(Object.keys(SERVERS) as (keyof typeof SERVERS)[])(
  "over %s a client follows its server's wish, without a reconnect",
  async (name) => {
    const [echoing, beating] = await Promise.all([meeting(name, "echo"), meeting(name, "beat")]);
    // At its own pace there would be 75 and more; some go out before the wish is heard, and confirm a doubt.
    const most = FOR_MS / (0.75 * ASKED_MS) + 10;
    const samples = (events: readonly PeerEvent[]) =>
      events.filter(({ type }) => type === "heartbeat").length;
    expect(samples(echoing.atClient)).toBeGreaterThan(2);
    expect(samples(echoing.atClient)).toBeLessThan(most);
    expect(samples(beating.atServer)).toBeGreaterThan(2);
    expect(samples(beating.atServer)).toBeLessThan(most);
    const all = [...echoing.atClient, ...beating.atClient, ...beating.atServer].map(({ type }) => type);
    expect(all).not.toContain("dead");
    expect(all.filter((type) => type === "alive").length).toBeGreaterThanOrEqual(3);
  },
);
