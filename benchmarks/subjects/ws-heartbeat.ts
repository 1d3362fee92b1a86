import { WebSocket, WebSocketServer } from "ws";
import { expectPingTraffic, expectSweeps } from "./expectation.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import { noMistake, notPredicted, slowestRoundTripMs } from "./mistake-expectation.js";
import { atWorst, budgetMs, type NominalSettings, type Subject } from "./subject.js";

/** As in its README. */
const PING = '{"kind":"ping"}';
const PONG = '{"kind":"pong"}';

/** How long `ws` waits for the answer to a closing handshake, unless told otherwise: lib/constants.js. */
const CLOSE_TIMEOUT_MS = 30_000;

/** A sweep condemns a peer at most two sweeps after its last sign of life. */
const sweepMsOf = (settings: NominalSettings) => budgetMs(settings) / 2;

/** `pingInterval` and `pingTimeout` in client.js of ws-heartbeat 1.3. */
const DEFAULTS = { intervalMs: 25_000, sweepMs: 60_000, closingMs: CLOSE_TIMEOUT_MS } as const;

/**
 * `ws-heartbeat`, its client watching its server. The client sends a message every `pingInterval`; every
 * `pingTimeout` it looks whether any came since it last looked, and if none did it calls `close()`: a closing
 * handshake, which a dead peer never answers, so that the application hears of it only when `ws` gives up. That wait
 * is `closeTimeout` of `ws`, no knob of this library, whose README does not mention it: it stays as it is, and the
 * library's own two are set as if there were no wait.
 */
export const wsHeartbeat: Subject = {
  name: "ws-heartbeat",
  title: "ws-heartbeat",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: (settings) => inWords(settings.intervalMs, sweepMsOf(settings)),

  async peerEnd({ address }) {
    const { setWsHeartbeat } = await import("ws-heartbeat/server.js");
    const server = new WebSocketServer({ host: address, port: 0 });
    server.on("connection", (socket) => socket.on("error", () => {}));
    // Its declarations name the server of an older `ws`.
    setWsHeartbeat(server as unknown as Parameters<typeof setWsHeartbeat>[0], (socket, data) => {
      // Unlike its README: since version 8, `ws` hands out text as a Buffer, which equals no string.
      if (String(data) === PING) socket.send(PONG);
    });
    return { ports: [await listeningPort(server)] };
  },

  async monitorEnd(context, report) {
    const { setWsHeartbeat } = await import("ws-heartbeat/client.js");
    const { intervalMs } = context.settings;
    const sweepMs = sweepMsOf(context.settings);
    const sockets: WebSocket[] = [];
    const open = (link: number) => {
      const socket = new WebSocket(`ws://${context.address}:${portOf(context, link)}`);
      let condemned = false;
      // Of the socket it uses no more than this; `ws` itself calls `close` too, when the other end has.
      const watched = {
        send: (message: string) => socket.send(message),
        addEventListener: socket.addEventListener.bind(socket),
        close() {
          condemned = true;
          socket.close();
        },
      };
      setWsHeartbeat(watched, PING, { pingInterval: intervalMs, pingTimeout: sweepMs });
      socket.on("open", () => report({ type: "alive", link }));
      socket.on("error", () => {});
      socket.on("close", (code) => {
        const by = condemned ? "monitor" : "other-end";
        report({ type: "dead", link, cause: `closed with ${code}`, by });
      });
      sockets.push(socket);
    };
    // Where its two timers stand to each other comes again only after two sweeps.
    await openSpread(context, open, 2 * sweepMs);
    return {
      ports: [],
      writeApplicationData: () => sockets.forEach((socket) => void socket.send("data")),
    };
  },

  expectDetection(effect, settings) {
    const { intervalMs } = settings;
    return expectSweeps(effect, {
      intervalMs,
      sweepMs: sweepMsOf(settings),
      closingMs: CLOSE_TIMEOUT_MS,
    });
  },
  expectMistakes(effect, settings) {
    const sweepMs = sweepMsOf(settings);
    switch (effect.by) {
      case "delay":
        return slowestRoundTripMs(effect) + settings.intervalMs < sweepMs
          ? noMistake("a message comes between any two sweeps")
          : notPredicted("a sweep may come before the message that is late");
      case "nat":
        return settings.intervalMs < (effect.forMs ?? 0)
          ? noMistake("a ping renews the mapping before it is forgotten")
          : notPredicted("the mapping may be forgotten between two pings");
      default:
        return notPredicted("it depends on how its two timers, which drift, stand to each other");
    }
  },
  atDefaults: {
    settingsInWords: inWords(DEFAULTS.intervalMs, DEFAULTS.sweepMs),
    expectDetection: (effect) => expectSweeps(effect, DEFAULTS),
  },

  // Headers of 2 octets, and 4 of masking from the client.
  expectWire: ({ intervalMs }) =>
    expectPingTraffic({
      pingOctets: 6 + PING.length,
      answerOctets: 2 + PONG.length,
      periodMs: intervalMs,
    }),
};

function inWords(intervalMs: number, sweepMs: number): string {
  const ours = `pingInterval ${intervalMs / 1000} s, pingTimeout ${sweepMs / 1000} s`;
  return atWorst(
    `${ours}, and ${CLOSE_TIMEOUT_MS / 1000} s of ws's own to close`,
    2 * sweepMs + CLOSE_TIMEOUT_MS,
  );
}
