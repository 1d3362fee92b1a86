import { udp, udpHub } from "@heartwire/udp";
import { respondPeers } from "heartwire";
import { expectAround, expectSilence, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { expectHeartbeatMistakes } from "./heartbeat-mistakes.js";
import { openSpread, portOf } from "./links.js";
import type { Subject } from "./subject.js";
import { checksInWords, policyOf, watch } from "./watch.js";

const anywhere = udp({ host: "localhost", port: 1 });

/**
 * A closed port answers the next probe with ICMP "port unreachable". But Linux sends one host only six of these
 * at once, and then one a second (icmp_ratelimit; XRLIM_BURST_FACTOR in net/ipv4/route.c): where more links
 * than that lose the same peer, some hear nothing before the silence is long enough.
 */
const REFUSED = {
  bestMs: 0,
  why: "the kernel sends one host at most one refusal a second after the first six",
};

/** Probes and echoes in datagrams. */
export const udpEcho: Subject = {
  name: "udp-echo",
  title: "UDP echo",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "udp",
  listensAt: "peer",
  settingsInWords: (settings) => checksInWords("probe", settings),

  async peerEnd({ address }) {
    const hub = udpHub({ address, port: 0 });
    respondPeers(hub.peers, { health: isHealthy }).subscribe();
    return { ports: [(await hub.bound).port] };
  },

  async monitorEnd(context, report) {
    await openSpread(context, (link) => {
      const transport = udp({ host: context.address, port: portOf(context, link) });
      watch(link, transport, policyOf(context.settings), report);
    });
    return { ports: [] };
  },

  expectDetection(effect, settings) {
    const silence = expectSilence(anywhere, policyOf(settings));
    return expectAround(effect, { ...silence, ...REFUSED }, silence, silence);
  },
  expectMistakes: (effect, settings, watchedMs) =>
    expectHeartbeatMistakes(effect, anywhere, policyOf(settings), watchedMs),
  expectWire: (settings) => expectTraffic(anywhere, policyOf(settings)),
};
