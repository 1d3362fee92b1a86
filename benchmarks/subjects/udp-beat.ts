import { udp, udpHub } from "@heartwire/udp";
import { monitorPeers, respond } from "heartwire";
import { carrying, listenPolicyOf } from "./carrying.js";
import { expectAround, expectSilence, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { expectHeartbeatMistakes } from "./heartbeat-mistakes.js";
import { openSpread, portOf } from "./links.js";
import type { Subject } from "./subject.js";
import { checksInWords, reportEvent } from "./watch.js";

const anywhere = udp({ host: "localhost", port: 1 });

/** One-way beats in datagrams: the peer speaks, the monitor listens, and asks only when in doubt. */
export const udpBeat: Subject = {
  name: "udp-beat",
  title: "UDP beat",
  kind: "heartwire",
  proves: anywhere.proves,
  protocol: "udp",
  listensAt: "monitor",
  settingsInWords: (settings) => checksInWords("beat", settings),

  carries: true,

  async monitorEnd({ address, settings, payloadOctets }, report) {
    const hub = udpHub({ address, port: 0 });
    const links = new Map<string, number>();
    // A fault silences all links at once; measured is how soon each one is found.
    const watching = monitorPeers(hub.peers, listenPolicyOf(settings), {
      groupSilence: "off",
      samples: payloadOctets !== undefined,
    });
    watching.subscribe(({ peer, event }) => {
      const link = links.get(peer.address) ?? links.size;
      links.set(peer.address, link);
      reportEvent(link, event, report, payloadOctets);
    });
    return { ports: [(await hub.bound).port] };
  },

  async peerEnd(context) {
    await openSpread(context, (link) => {
      const transport = udp({ host: context.address, port: portOf(context, link) });
      const beatIntervalMs = context.settings.intervalMs;
      respond(transport, { beatIntervalMs, health: isHealthy, ...carrying(context) }).subscribe();
    });
    return { ports: [] };
  },

  expectDetection(effect, settings) {
    if (effect.kind === "path-cut" && effect.directions === "to-peer") {
      return { kind: "never", why: "the peer's beats still arrive" };
    }
    const silence = expectSilence(anywhere, listenPolicyOf(settings));
    return expectAround(effect, silence, silence, silence);
  },
  expectMistakes: (effect, settings, watchedMs) =>
    expectHeartbeatMistakes(effect, anywhere, listenPolicyOf(settings), watchedMs),
  expectWire: (settings) => expectTraffic(anywhere, listenPolicyOf(settings)),
};
