import { tcp } from "@heartwire/tcp";
import { keepalive } from "@heartwire/tcp-keepalive";
import { udp } from "@heartwire/udp";
import { webSocket } from "@heartwire/websocket";
import type { KeepaliveSettings, Transport } from "../../src/index.js";

export const HOST = "127.0.0.1";
/** Keepalive's shortest: two seconds. */
export const SETTINGS: KeepaliveSettings = { idleMs: 1000, intervalMs: 1000, probes: 1 };

/** By its name: a transport to a port of this host. */
export const CLIENTS = {
  tcp: (port: number): Transport => tcp({ host: HOST, port }),
  udp: (port: number): Transport => udp({ host: HOST, port }),
  "websocket-ping": (port: number): Transport => webSocket({ url: `ws://${HOST}:${port}`, via: "ping" }),
  "websocket-messages": (port: number): Transport =>
    webSocket({ url: `ws://${HOST}:${port}`, via: "messages" }),
  "tcp-keepalive": (port: number): Transport => keepalive({ host: HOST, port, settings: SETTINGS }),
};

export type TransportName = keyof typeof CLIENTS;
