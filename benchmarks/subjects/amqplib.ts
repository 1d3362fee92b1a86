import type { Channel } from "amqplib";
import type { FaultEffect } from "../faults/index.js";
import { type BeatRhythm, expectBeatMistakes } from "./beat-mistakes.js";
import { AT_ONCE, expectAround, expectBeatTraffic, LAB_PATH, withSlack } from "./expectation.js";
import { openSpread, portOf } from "./links.js";
import { missingForBroker, startBroker } from "./rabbitmq-broker.js";
import type { Expectation, NominalSettings, Subject } from "./subject.js";

/** AMQP 0-9-1, sections 4.2.3 and 4.2.7: type, channel, size and end of a frame that carries nothing. */
const BEAT_OCTETS = 8;

/** A whole number of seconds, such that the longest wait for a verdict comes nearest to the nominal one. */
const heartbeatSeconds = ({ intervalMs, misses }: NominalSettings): number =>
  Math.max(1, Math.round((intervalMs * misses) / 3 / 1000));

/**
 * Either end looks once an interval whether it has heard anything, and gives up at the second look in a row that
 * finds nothing. The broker beats every half interval. The client too has a timer of half an interval, but beats
 * only if it has sent nothing since that went off last, and counts its own beats: so every second time.
 */
const rhythmOf = (heartbeatS: number): BeatRhythm => ({
  lookMs: heartbeatS * 1000,
  theirBeatMs: heartbeatS * 500,
  ourBeatMs: heartbeatS * 1000,
});

/** What RabbitMQ suggests unless configured (`heartbeat` in the environment of rabbit.app), and amqplib takes. */
const DEFAULT_HEARTBEAT_S = 60;

/**
 * amqplib against the broker that it is made for, RabbitMQ. For amqplib see lib/heartbeat.js and checkSend and
 * checkRecv in lib/connection.js; for RabbitMQ rabbit_heartbeat.erl in its rabbit_common, and
 * https://www.rabbitmq.com/docs/heartbeats.
 */
export const amqplib: Subject = {
  name: "amqplib",
  title: "amqplib",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "peer",
  missing: missingForBroker,
  peerCannot: {
    block:
      "the broker has no event loop that could be blocked: the Erlang VM takes turns between its processes by force",
  },
  settingsInWords: (settings) => inWords(heartbeatSeconds(settings)),

  async peerEnd({ address }) {
    const { port, pid, halt } = await startBroker(address);
    return { ports: [port], pids: [pid], exit: halt };
  },

  async monitorEnd(context, report) {
    const { connect } = await import("amqplib");
    const heartbeat = heartbeatSeconds(context.settings);
    const channels: Channel[] = [];
    const open = async (link: number) => {
      const connection = await connect(
        `amqp://${context.address}:${portOf(context, link)}?heartbeat=${heartbeat}`,
      );
      let cause = "closed";
      connection.on("error", ({ message }) => {
        cause = message;
      });
      connection.on("close", () => report({ type: "dead", link, cause }));
      channels.push(await connection.createChannel());
      report({ type: "alive", link });
    };
    // Who does not come to life is reported as that.
    await openSpread(context, (link) => void open(link).catch(() => {}), rhythmOf(heartbeat).lookMs);
    return {
      ports: [],
      // The default exchange drops what is for a queue that does not exist.
      writeApplicationData: () =>
        channels.forEach((channel) => void channel.publish("", "nobody", Buffer.from("data"))),
    };
  },

  expectDetection: (effect, settings) => expectLooks(effect, rhythmOf(heartbeatSeconds(settings))),
  expectMistakes: (effect, settings, watchedMs) =>
    expectBeatMistakes(effect, rhythmOf(heartbeatSeconds(settings)), watchedMs),
  atDefaults: {
    settingsInWords: inWords(DEFAULT_HEARTBEAT_S),
    expectDetection: (effect) => expectLooks(effect, rhythmOf(DEFAULT_HEARTBEAT_S)),
  },
  expectWire(settings) {
    const { ourBeatMs, theirBeatMs } = rhythmOf(heartbeatSeconds(settings));
    return expectBeatTraffic({ octets: BEAT_OCTETS, outMs: ourBeatMs, inMs: theirBeatMs });
  },
};

function expectLooks(effect: FaultEffect, { lookMs, theirBeatMs, ourBeatMs }: BeatRhythm): Expectation {
  // Where only the broker hears nothing it is the broker that gives up, and resets the connection.
  const deaf = effect.kind === "path-cut" && effect.directions === "to-peer";
  const beatMs = deaf ? ourBeatMs : theirBeatMs;
  // At best the fault strikes just before a beat would have come, and that just before a look.
  return expectAround(effect, AT_ONCE, withSlack(2 * lookMs - beatMs - LAB_PATH.rttMs, 3 * lookMs));
}

function inWords(heartbeatS: number): string {
  const [soonest, latest] = [2 * heartbeatS, 3 * heartbeatS];
  return `heartbeat ${heartbeatS} s, dead at the second look in a row in vain, ${soonest} s to ${latest} s after the last beat`;
}
