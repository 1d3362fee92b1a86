import { createServer } from "node:http";
import type { Socket } from "engine.io";
import { expectPings, expectPingTraffic, LAB_PATH, type PingRhythm } from "./expectation.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import { expectPingMistakes } from "./ping-mistakes.js";
import { atWorst, budgetMs, type NominalSettings, type Subject } from "./subject.js";
import type { VerdictBy } from "./verdict.js";

const TRANSPORTS = ["websocket"] as const;

const rhythmOf = (settings: NominalSettings): PingRhythm => ({
  intervalMs: settings.intervalMs,
  timeoutMs: budgetMs(settings) - settings.intervalMs,
});

/** The defaults of `ServerOptions` in build/server.js of engine.io 6.6. */
const DEFAULTS: PingRhythm = { intervalMs: 25_000, timeoutMs: 20_000 };

/**
 * What carries Socket.IO. The server pings `pingInterval` after each pong, and closes if `pingTimeout` later
 * none has come (schedulePing and resetPingTimeout in build/socket.js); each client has timers of its own.
 */
export const engineIo: Subject = {
  name: "engine.io",
  title: "engine.io",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "monitor",
  settingsInWords(settings) {
    const { intervalMs, timeoutMs } = rhythmOf(settings);
    const ours = `pingInterval ${intervalMs / 1000} s, pingTimeout ${timeoutMs / 1000} s`;
    return atWorst(ours, intervalMs + timeoutMs);
  },

  async monitorEnd({ address, settings }, report) {
    const { attach } = await import("engine.io");
    const { intervalMs, timeoutMs } = rhythmOf(settings);
    const http = createServer();
    const engine = attach(http, {
      transports: [...TRANSPORTS],
      pingInterval: intervalMs,
      pingTimeout: timeoutMs,
    });
    const sockets: Socket[] = [];
    engine.on("connection", (socket: Socket) => {
      const link = sockets.push(socket) - 1;
      socket.on("close", (reason: string) =>
        report({ type: "dead", link, cause: reason, by: verdictOfReason(reason) }),
      );
      report({ type: "alive", link });
    });
    http.listen(0, address);
    return {
      ports: [await listeningPort(http)],
      writeApplicationData: () => sockets.forEach((socket) => void socket.send("data")),
    };
  },

  async peerEnd(context) {
    const { Socket } = await import("engine.io-client");
    await openSpread(context, (link) => {
      new Socket(`ws://${context.address}:${portOf(context, link)}`, { transports: [...TRANSPORTS] });
    });
    return { ports: [] };
  },

  expectDetection: (effect, settings) => expectPings(effect, rhythmOf(settings)),
  // The client gives up `pingInterval + pingTimeout` after the last ping: _resetPingTimeout in its build/esm/socket.js.
  expectMistakes: (effect, settings, watchedMs) =>
    expectPingMistakes(effect, rhythmOf(settings), "watches", watchedMs),
  atDefaults: {
    settingsInWords: `pingInterval ${DEFAULTS.intervalMs / 1000} s, pingTimeout ${DEFAULTS.timeoutMs / 1000} s`,
    expectDetection: (effect) => expectPings(effect, DEFAULTS),
  },

  // "2" and "3" in WebSocket messages: headers of 2 octets, and 4 of masking from the client.
  expectWire: (settings) =>
    expectPingTraffic({
      pingOctets: 3,
      answerOctets: 7,
      periodMs: rhythmOf(settings).intervalMs + LAB_PATH.rttMs,
    }),
};

/** Its client closes its transport when it gives up: all that is told here then is that the transport ended. */
function verdictOfReason(reason: string): VerdictBy {
  return reason.startsWith("transport ") ? "other-end" : "monitor";
}
