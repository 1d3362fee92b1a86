// Servers and clients of every transport, for child processes. Plain JavaScript on the packages as they are
// built, since a child process has no test runner that could read TypeScript: `npm test` builds first.
import { once } from "node:events";
import { createServer } from "node:net";
import { tcp, tcpPeers } from "@heartwire/tcp";
import { keepalive, keepalivePeers } from "@heartwire/tcp-keepalive";
import { udp, udpHub } from "@heartwire/udp";
import { webSocket, webSocketPeers } from "@heartwire/websocket";
import { WebSocketServer } from "ws";

const HOST = "127.0.0.1";
export const SETTINGS = { idleMs: 1000, intervalMs: 1000, probes: 1 };

async function netServer(peersOf) {
  const server = createServer();
  const source = peersOf(server);
  server.listen(0, HOST);
  await once(server, "listening");
  return { source, port: server.address().port };
}

async function webSocketServer(via) {
  const server = new WebSocketServer({ host: HOST, port: 0 });
  const source = webSocketPeers(server, { via });
  await once(server, "listening");
  return { source, port: server.address().port };
}

async function udpServer() {
  const hub = udpHub({ address: HOST });
  return { source: hub.peers, port: (await hub.bound).port };
}

/** By the name of the transport: a peer source that listens already, and its port. */
export const servers = {
  tcp: () => netServer(tcpPeers),
  udp: udpServer,
  "websocket-ping": () => webSocketServer("ping"),
  "websocket-messages": () => webSocketServer("messages"),
  "tcp-keepalive": () =>
    netServer((server) => {
      // The sockets are the application's: it has to read them.
      server.on("connection", (socket) => socket.on("error", () => {}).resume());
      return keepalivePeers(server, SETTINGS);
    }),
};

/** By the name of the transport: a transport to a port of this host. */
export const clients = {
  tcp: (port) => tcp({ host: HOST, port }),
  udp: (port) => udp({ host: HOST, port }),
  "websocket-ping": (port) => webSocket({ url: `ws://${HOST}:${port}`, via: "ping" }),
  "websocket-messages": (port) => webSocket({ url: `ws://${HOST}:${port}`, via: "messages" }),
  "tcp-keepalive": (port) => keepalive({ host: HOST, port, settings: SETTINGS }),
};
