import { createServer } from "node:net";
import { tcp, tcpPeers } from "@heartwire/tcp";
import { respondPeers } from "heartwire";
import { carrying } from "./carrying.js";
import { expectOnConnection, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { expectHeartbeatMistakes } from "./heartbeat-mistakes.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import type { Subject } from "./subject.js";
import { checksInWords, policyOf, watchAsSet } from "./watch.js";

const anywhere = tcp({ host: "localhost", port: 1 });

/** Probes and echoes on a TCP connection. */
export const tcpHeartbeat: Subject = {
  name: "tcp",
  title: "TCP heartbeat",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: (settings) => checksInWords("probe", settings),

  carries: true,

  async peerEnd(context) {
    const server = createServer();
    respondPeers(tcpPeers(server), { health: isHealthy, ...carrying(context) }).subscribe();
    server.listen(0, context.address);
    return { ports: [await listeningPort(server)] };
  },

  async monitorEnd(context, report) {
    await openSpread(context, (link) => {
      const transport = tcp({ host: context.address, port: portOf(context, link) });
      watchAsSet(link, transport, context, report);
    });
    return { ports: [] };
  },

  expectDetection: (effect, settings) => expectOnConnection(effect, anywhere, policyOf(settings), true),
  expectMistakes: (effect, settings, watchedMs) =>
    expectHeartbeatMistakes(effect, anywhere, policyOf(settings), watchedMs),
  expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
};
