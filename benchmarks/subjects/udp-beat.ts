import { udp, udpHub } from "@heartwire/udp";
import { fixedTimeout, monitorPeers, respond } from "heartwire";
import { expectAround, expectSilence, expectTraffic } from "./expectation.js";
import { isHealthy } from "./health.js";
import { expectHeartbeatMistakes } from "./heartbeat-mistakes.js";
import { openSpread, portOf } from "./links.js";
import type { NominalSettings, Subject } from "./subject.js";
import { checksInWords, reportEvent } from "./watch.js";

const listenPolicyOf = ({ intervalMs, misses }: NominalSettings) =>
  fixedTimeout({ intervalMs, detectMultiplier: misses, mode: "listen" });

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

  async monitorEnd({ address, settings }, report) {
    const hub = udpHub({ address, port: 0 });
    const links = new Map<string, number>();
    // A fault silences all links at once; measured is how soon each one is found.
    const watching = monitorPeers(hub.peers, listenPolicyOf(settings), { groupSilence: "off" });
    watching.subscribe(({ peer, event }) => {
      const link = links.get(peer.address) ?? links.size;
      links.set(peer.address, link);
      reportEvent(link, event, report);
    });
    return { ports: [(await hub.bound).port] };
  },

  async peerEnd(context) {
    await openSpread(context, (link) => {
      const transport = udp({ host: context.address, port: portOf(context, link) });
      respond(transport, { beatIntervalMs: context.settings.intervalMs, health: isHealthy }).subscribe();
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
