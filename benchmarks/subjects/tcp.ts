import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tcp, tcpPeers } from "@heartwire/tcp";
import { fixedTimeout, monitor, respondPeers } from "heartwire";
import { expectOnConnection, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { openSpread, portOf, reportOf } from "./links.js";
import type { NominalSettings, Subject } from "./subject.js";

const policyOf = ({ intervalMs, misses }: NominalSettings) =>
  fixedTimeout({ intervalMs, detectMultiplier: misses });

const anywhere = tcp({ host: "localhost", port: 1 });

/** Probes and echoes on a TCP connection. */
export const tcpHeartbeat: Subject = {
  name: "tcp",
  title: "TCP heartbeat",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: ({ intervalMs, misses }) => `a probe every ${intervalMs / 1000} s, dead after ${misses}`,

  async peerEnd({ address }) {
    const server = createServer();
    respondPeers(tcpPeers(server), { health: isHealthy }).subscribe();
    server.listen(0, address);
    await once(server, "listening");
    return { ports: [(server.address() as AddressInfo).port] };
  },

  async monitorEnd(context, report) {
    await openSpread(context, (link) => {
      const transport = tcp({ host: context.address, port: portOf(context, link) });
      monitor(transport, policyOf(context.settings)).subscribe((event) => {
        const said = reportOf(link, event);
        if (said) report(said);
      });
    });
    return { ports: [] };
  },

  expectDetection: (effect, settings) => expectOnConnection(effect, anywhere, policyOf(settings), true),
  expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
};
