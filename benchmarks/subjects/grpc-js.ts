import type { ClientDuplexStream, ServiceDefinition } from "@grpc/grpc-js";
import {
  expectNobodyAsks,
  expectPings,
  expectPingTraffic,
  LAB_PATH,
  type PingRhythm,
} from "./expectation.js";
import { openSpread, portOf } from "./links.js";
import { expectPingMistakes } from "./ping-mistakes.js";
import { atWorst, budgetMs, type NominalSettings, type Subject } from "./subject.js";
import { type VerdictBy, verdictOfSocket } from "./verdict.js";

/** RFC 9113, section 6.7: a frame header of 9 octets and 8 of opaque data, and the same back. */
const PING_OCTETS = 17;

const rhythmOf = (settings: NominalSettings): PingRhythm => ({
  intervalMs: settings.intervalMs,
  timeoutMs: budgetMs(settings) - settings.intervalMs,
});

const asIs = (octets: Buffer) => octets;

const TALK = {
  path: "/benchmark.Talk/Talk",
  requestStream: true,
  responseStream: true,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;

/**
 * The client of `@grpc/grpc-js`, with a long call on each channel, which ends with UNAVAILABLE when the
 * channel dies. It sends an HTTP/2 PING `keepalive_time` after the answer to the last one, and drops the
 * connection if `keepalive_timeout` later none has come (maybeSendPing in build/src/transport.js). Its server
 * sets no limit to pings that could be in the way.
 */
export const grpcJs: Subject = {
  name: "grpc-js",
  title: "gRPC keepalive",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords(settings) {
    const { intervalMs, timeoutMs } = rhythmOf(settings);
    const ours = `keepalive_time ${intervalMs / 1000} s, keepalive_timeout ${timeoutMs / 1000} s`;
    return atWorst(ours, intervalMs + timeoutMs);
  },

  async peerEnd({ address }) {
    const { Server, ServerCredentials } = await import("@grpc/grpc-js");
    const server = new Server();
    server.addService({ talk: TALK } satisfies ServiceDefinition, {
      talk(call: { write(answer: Buffer): void; on(event: string, listener: () => void): unknown }) {
        call.on("error", () => {});
        call.on("data", () => {});
        call.write(Buffer.from("welcome"));
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${address}:0`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return { ports: [port] };
  },

  async monitorEnd(context, report) {
    const { Client, credentials, status } = await import("@grpc/grpc-js");
    const { intervalMs, timeoutMs } = rhythmOf(context.settings);
    const calls: ClientDuplexStream<Buffer, Buffer>[] = [];
    await openSpread(context, (link) => {
      const address = `${context.address}:${portOf(context, link)}`;
      const client = new Client(address, credentials.createInsecure(), {
        "grpc.keepalive_time_ms": intervalMs,
        "grpc.keepalive_timeout_ms": timeoutMs,
        "grpc.keepalive_permit_without_calls": 1,
        // Clients of the same server would otherwise share one connection.
        "grpc.use_local_subchannel_pool": 1,
      });
      const call = client.makeBidiStreamRequest(TALK.path, asIs, asIs);
      call.once("data", () => report({ type: "alive", link }));
      call.on("data", () => {});
      call.on("error", () => {});
      call.on("status", ({ code, details }) => {
        report({ type: "dead", link, cause: `${status[code]}: ${details}`, by: verdictOfDetails(details) });
      });
      calls.push(call);
    });
    return {
      ports: [],
      writeApplicationData: () => calls.forEach((call) => void call.write(Buffer.from("data"))),
    };
  },

  expectDetection: (effect, settings) => expectPings(effect, rhythmOf(settings)),
  expectMistakes: (effect, settings, watchedMs) =>
    expectPingMistakes(effect, rhythmOf(settings), "only-answers", watchedMs),
  atDefaults: {
    // keepaliveTimeMs is -1 in build/src/transport.js unless the option is given.
    settingsInWords: "keepalive is off",
    expectDetection: expectNobodyAsks,
  },
  expectWire: (settings) =>
    expectPingTraffic({
      pingOctets: PING_OCTETS,
      answerOctets: PING_OCTETS,
      periodMs: rhythmOf(settings).intervalMs + LAB_PATH.rttMs,
    }),
};

/** It says the same whether a ping has gone unanswered or the connection has ended. Its server does not watch. */
function verdictOfDetails(details: string): VerdictBy {
  return details === "Connection dropped" ? "unknown" : verdictOfSocket(details);
}
