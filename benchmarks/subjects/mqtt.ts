import { createServer } from "node:net";
import type { MqttClient } from "mqtt";
import { expectPings, expectPingTraffic, LAB_PATH, type PingRhythm } from "./expectation.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import { expectPingMistakes } from "./ping-mistakes.js";
import { atWorst, budgetMs, type NominalSettings, type Subject } from "./subject.js";
import { verdictOfSocket } from "./verdict.js";

/** MQTT 3.1.1, sections 3.12 and 3.13: PINGREQ and PINGRESP are a fixed header and nothing else. */
const PING_OCTETS = 2;

/** A whole number of seconds, such that the longest wait for a verdict comes nearest to the nominal one. */
const keepaliveSeconds = (settings: NominalSettings): number =>
  Math.max(1, Math.round(budgetMs(settings) / 1.5 / 1000));

const rhythmOf = (keepaliveS: number): PingRhythm => ({
  intervalMs: keepaliveS * 1000,
  timeoutMs: keepaliveS * 500,
});

/** What it says when it gives up itself: onKeepaliveTimeout in build/lib/client.js. */
const GIVEN_UP = "Keepalive timeout";

/** `keepalive` in the default options of build/lib/client.js of mqtt 5. */
const DEFAULT_KEEPALIVE_S = 60;

/**
 * MQTT.js against the broker `aedes`. It sends a PINGREQ `keepalive` after the last answer, and gives up half
 * as much later: at the second and the third tick of a timer that each answer restarts
 * (build/lib/KeepaliveManager.js).
 */
export const mqtt: Subject = {
  name: "mqtt",
  title: "MQTT.js",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: (settings) => inWords(keepaliveSeconds(settings)),

  async peerEnd({ address }) {
    const { Aedes } = await import("aedes");
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => void broker.handle(socket));
    server.listen(0, address);
    return { ports: [await listeningPort(server)] };
  },

  async monitorEnd(context, report) {
    const { connect } = await import("mqtt");
    const keepalive = keepaliveSeconds(context.settings);
    const clients: MqttClient[] = [];
    const open = (link: number) => {
      const url = `mqtt://${context.address}:${portOf(context, link)}`;
      const client = connect(url, { keepalive, reconnectPeriod: 0 });
      let cause = "closed";
      client.on("connect", () => report({ type: "alive", link }));
      client.on("error", ({ message }) => {
        cause = message;
      });
      client.on("close", () => {
        const by = cause === GIVEN_UP ? "monitor" : verdictOfSocket(cause);
        report({ type: "dead", link, cause, by });
      });
      clients.push(client);
    };
    await openSpread(context, open, rhythmOf(keepalive).intervalMs);
    return {
      ports: [],
      writeApplicationData: () => clients.forEach((client) => void client.publish("topic", "data")),
    };
  },

  expectDetection: (effect, settings) => expectPings(effect, rhythmOf(keepaliveSeconds(settings))),
  // The broker gives up 1.5 × keepalive after the last packet: MQTT 3.1.1, section 3.1.2.10.
  expectMistakes: (effect, settings, watchedMs) =>
    expectPingMistakes(effect, rhythmOf(keepaliveSeconds(settings)), "watches", watchedMs),
  atDefaults: {
    settingsInWords: inWords(DEFAULT_KEEPALIVE_S),
    expectDetection: (effect) => expectPings(effect, rhythmOf(DEFAULT_KEEPALIVE_S)),
  },
  expectWire: (settings) =>
    expectPingTraffic({
      pingOctets: PING_OCTETS,
      answerOctets: PING_OCTETS,
      periodMs: rhythmOf(keepaliveSeconds(settings)).intervalMs + LAB_PATH.rttMs,
    }),
};

function inWords(keepaliveS: number): string {
  return atWorst(`keepalive ${keepaliveS} s, dead half as much later`, keepaliveS * 1500);
}
