import { WebSocket, WebSocketServer } from "ws";
import type { FaultEffect } from "../faults/index.js";
import { AT_ONCE, expectAround, expectPingTraffic, withSlack } from "./expectation.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import { expectPingMistakes } from "./ping-mistakes.js";
import { expectStreamLoss } from "./stream-mistakes.js";
import { atWorst, budgetMs, type Expectation, type NominalSettings, type Subject } from "./subject.js";
import type { Report } from "./watch.js";

/** Between two sweeps: the verdict falls at the second one after the fault, at the latest. */
const sweepMsOf = (settings: NominalSettings) => budgetMs(settings) / 2;

/**
 * What the README of `ws` recommends to detect broken connections, at the server: at every tick terminate
 * whoever has not answered the last ping, and ping the others. It has an interval but no number of misses:
 * the first missed pong is death. So its interval is set to half of the common budget. One server, with a sweep of its own, for each link, so that a fault finds
 * the sweeps in every phase.
 */
export const wsReadme: Subject = {
  name: "ws-readme",
  title: "ws README",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "monitor",
  settingsInWords(settings) {
    const sweepMs = sweepMsOf(settings);
    return atWorst(`a sweep every ${sweepMs / 1000} s, dead after 1 (it has no other)`, 2 * sweepMs);
  },

  async monitorEnd(context, report) {
    const servers: WebSocketServer[] = [];
    const ports: number[] = [];
    for (let count = context.oneServer ? 1 : context.links; count > 0; count--) {
      const server = new WebSocketServer({ host: context.address, port: 0 });
      servers.push(server);
      ports.push(await listeningPort(server));
    }
    // Each server is ready for its client at once; only the sweeps begin one after the other.
    const sweeps = servers.map((server, link) => sweeper(server, link, report));
    const sweepMs = sweepMsOf(context.settings);
    const each = { ...context, links: sweeps.length };
    void openSpread(each, (server) => setInterval(sweeps[server]!, sweepMs), sweepMs);
    const writeApplicationData = () => {
      for (const server of servers) for (const socket of server.clients) socket.send("data");
    };
    return { ports, writeApplicationData };
  },

  async peerEnd(context) {
    await openSpread(context, (link) => {
      const socket = new WebSocket(`ws://${context.address}:${portOf(context, link)}`);
      socket.on("error", () => {});
    });
    return { ports: [] };
  },

  expectDetection: (effect, settings) => expectSweep(effect, sweepMsOf(settings)),
  // Each tick pings, and asks for the answer to the tick before.
  expectMistakes(effect, settings, watchedMs) {
    const sweepMs = sweepMsOf(settings);
    if (effect.by === "loss") {
      const why = "an answer after the next sweep is too late";
      return expectStreamLoss({ kind: "sweep", sweepMs }, effect, watchedMs, why);
    }
    return expectPingMistakes(effect, { intervalMs: sweepMs, timeoutMs: sweepMs }, "only-answers", watchedMs);
  },
  atDefaults: {
    settingsInWords: "a sweep every 30 s",
    expectDetection: (effect) => expectSweep(effect, 30_000),
  },

  // An empty ping and its pong: headers of 2 octets, and 4 of masking from the client.
  expectWire: (settings) =>
    expectPingTraffic({ pingOctets: 2, answerOctets: 6, periodMs: sweepMsOf(settings) }),
};

/** The tick after the fault pings in vain, the next one terminates. */
function expectSweep(effect: FaultEffect, intervalMs: number): Expectation {
  return expectAround(effect, AT_ONCE, withSlack(intervalMs, 2 * intervalMs));
}

/** Watches the clients of one server, numbered from `firstLink` on; what it returns is one sweep over them. */
function sweeper(server: WebSocketServer, firstLink: number, report: Report): () => void {
  const answered = new WeakMap<WebSocket, boolean>();
  const condemned = new WeakSet<WebSocket>();
  let nextLink = firstLink;
  server.on("connection", (socket) => {
    const link = nextLink++;
    answered.set(socket, true);
    socket.on("pong", () => answered.set(socket, true));
    socket.on("error", () => {});
    socket.on("close", () =>
      report(
        condemned.has(socket)
          ? { type: "dead", link, cause: "missed-pong", by: "monitor" }
          : { type: "dead", link, cause: "closed", by: "other-end" },
      ),
    );
    report({ type: "alive", link });
  });
  return () => {
    for (const socket of server.clients) {
      if (answered.get(socket) === false) {
        condemned.add(socket);
        socket.terminate();
        continue;
      }
      answered.set(socket, false);
      socket.ping();
    }
  };
}
