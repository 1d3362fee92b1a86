import { webSocket, webSocketPeers } from "@heartwire/websocket";
import { respondPeers } from "heartwire";
import { type WebSocket, WebSocketServer } from "ws";
import { carrying } from "./carrying.js";
import { expectOnConnection, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { expectHeartbeatMistakes } from "./heartbeat-mistakes.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import type { Subject } from "./subject.js";
import { checksInWords, policyOf, watchAsSet } from "./watch.js";

/** What tells our two heartbeats over WebSocket apart. */
export interface WebSocketVariant extends Pick<Subject, "name" | "title"> {
  readonly via: "ping" | "messages";
  /** What it calls a probe. */
  readonly probe: string;
  /** Makes the peer answer when its application is healthy, where `ws` does not answer by itself. */
  readonly answer?: true;
}

/** A heartbeat of ours from a WebSocket client to its server. */
export function webSocketSubject({ via, probe, answer, ...names }: WebSocketVariant): Subject {
  const anywhere = webSocket({ url: "ws://localhost:1", via });
  return {
    ...names,
    kind: "heartwire",
    proves: anywhere.proves,
    protocol: "tcp",
    listensAt: "peer",
    settingsInWords: (settings) => checksInWords(probe, settings),

    carries: true,

    async peerEnd(context) {
      const server = new WebSocketServer({ host: context.address, port: 0 });
      server.on("connection", (socket) => socket.on("error", () => {}));
      if (answer === true || context.payloadOctets !== undefined) {
        respondPeers(webSocketPeers(server, { via }), {
          health: isHealthy,
          ...carrying(context),
        }).subscribe();
      }
      return { ports: [await listeningPort(server)] };
    },

    async monitorEnd(context, report) {
      const sockets: WebSocket[] = [];
      await openSpread(context, (link) => {
        const transport = webSocket({
          url: `ws://${context.address}:${portOf(context, link)}`,
          via,
          onSocket: (socket) => sockets.push(socket),
        });
        watchAsSet(link, transport, context, report);
      });
      return {
        ports: [],
        writeApplicationData: () => sockets.forEach((socket) => void socket.send("data")),
      };
    },

    expectDetection: (effect, settings) =>
      expectOnConnection(effect, anywhere, policyOf(settings), answer === true),
    expectMistakes: (effect, settings, watchedMs) =>
      expectHeartbeatMistakes(effect, anywhere, policyOf(settings), watchedMs),
    expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
  };
}
