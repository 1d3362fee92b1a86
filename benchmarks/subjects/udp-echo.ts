import { udp, udpHub } from "@heartwire/udp";
import { fixedTimeout, monitor, respondPeers } from "heartwire";
import { expectAround, expectSilence, expectTraffic, LAB_PATH } from "./expectation.js";
import { isHealthy } from "./health.js";
import { openSpread, portOf, reportOf } from "./links.js";
import type { NominalSettings, Subject } from "./subject.js";

const policyOf = ({ intervalMs, misses }: NominalSettings) =>
  fixedTimeout({ intervalMs, detectMultiplier: misses });

const anywhere = udp({ host: "localhost", port: 1 });

/** Probes and echoes in datagrams. */
export const udpEcho: Subject = {
  name: "udp-echo",
  title: "UDP echo",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "udp",
  listensAt: "peer",
  settingsInWords: ({ intervalMs, misses }) => `a probe every ${intervalMs / 1000} s, dead after ${misses}`,

  async peerEnd({ address }) {
    const hub = udpHub({ address, port: 0 });
    respondPeers(hub.peers, { health: isHealthy }).subscribe();
    return { ports: [(await hub.bound).port] };
  },

  async monitorEnd(context, report) {
    await openSpread(context, (link) => {
      const transport = udp({ host: context.address, port: portOf(context, link) });
      monitor(transport, policyOf(context.settings)).subscribe((event) => {
        const said = reportOf(link, event);
        if (said) report(said);
      });
    });
    return { ports: [] };
  },

  expectDetection(effect, settings) {
    // A closed port answers the next probe with ICMP "port unreachable".
    const worstMs = settings.intervalMs + LAB_PATH.rttMs + 20;
    const whenRefused = { kind: "detected", bestMs: 0, worstMs } as const;
    const silence = expectSilence(anywhere, policyOf(settings));
    return expectAround(effect, whenRefused, silence, silence);
  },
  expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
};
