import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { webSocket } from "@heartwire/websocket";
import { fixedTimeout, monitor } from "heartwire";
import { type WebSocket, WebSocketServer } from "ws";
import { expectOnConnection, expectTraffic } from "./expectation.js";
import { openSpread, portOf, reportOf } from "./links.js";
import type { NominalSettings, Subject } from "./subject.js";

const policyOf = ({ intervalMs, misses }: NominalSettings) =>
  fixedTimeout({ intervalMs, detectMultiplier: misses });

const anywhere = webSocket({ url: "ws://localhost:1", via: "ping" });

/** The protocol's own ping, answered by any WebSocket peer. */
export const webSocketPing: Subject = {
  name: "websocket-ping",
  title: "WebSocket ping",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: ({ intervalMs, misses }) => `a ping every ${intervalMs / 1000} s, dead after ${misses}`,

  async peerEnd({ address }) {
    const server = new WebSocketServer({ host: address, port: 0 });
    server.on("connection", (socket) => socket.on("error", () => {}));
    await once(server, "listening");
    return { ports: [(server.address() as AddressInfo).port] };
  },

  async monitorEnd(context, report) {
    const sockets: WebSocket[] = [];
    await openSpread(context, (link) => {
      const transport = webSocket({
        url: `ws://${context.address}:${portOf(context, link)}`,
        via: "ping",
        onSocket: (socket) => sockets.push(socket),
      });
      monitor(transport, policyOf(context.settings)).subscribe((event) => {
        const said = reportOf(link, event);
        if (said) report(said);
      });
    });
    return { ports: [], writeApplicationData: () => sockets.forEach((socket) => void socket.send("data")) };
  },

  expectDetection: (effect, settings) => expectOnConnection(effect, anywhere, policyOf(settings), false),
  expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
};
