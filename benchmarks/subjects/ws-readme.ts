import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { streamCost } from "@heartwire/core";
import { WebSocket, WebSocketServer } from "ws";
import { AT_ONCE, expectAround } from "./expectation.js";
import { openSpread, portOf } from "./links.js";
import type { EndContext, Expectation, LinkReport, Subject } from "./subject.js";

/** A ping from the server, empty, and its pong: headers of 2 octets, and 4 of masking from the client. */
const PING = streamCost({ probeOut: 2, echoIn: 6, beatOut: 2 });
const HOUR_MS = 3_600_000;

/**
 * What the README of `ws` recommends to detect broken connections, at the server: at every tick terminate
 * whoever has not answered the last ping, and ping the others. It has an interval but no number of misses:
 * the first missed pong is death. One server, with a sweep of its own, for each link, so that a fault finds
 * the sweeps in every phase.
 */
export const wsReadme: Subject = {
  name: "ws-readme",
  title: "ws README",
  kind: "rival",
  proves: "process",
  protocol: "tcp",
  listensAt: "monitor",
  settingsInWords: ({ intervalMs }) => `a sweep every ${intervalMs / 1000} s, dead after 1 (it has no other)`,

  async monitorEnd(context, report) {
    const servers: WebSocketServer[] = [];
    const ports: number[] = [];
    for (let link = 0; link < context.links; link++) {
      const server = new WebSocketServer({ host: context.address, port: 0 });
      await once(server, "listening");
      servers.push(server);
      ports.push((server.address() as AddressInfo).port);
    }
    sweepSpread(context, servers, report);
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

  expectDetection(effect, { intervalMs }) {
    return expectAround(effect, AT_ONCE, expectSweep(intervalMs));
  },

  atDefaults: {
    settingsInWords: "a sweep every 30 s",
    expectDetection: (effect) => expectAround(effect, AT_ONCE, expectSweep(30_000)),
  },

  expectWire({ intervalMs }) {
    const perHour = HOUR_MS / intervalMs;
    const sum = (octets: readonly number[]) => octets.reduce((total, each) => total + each, 0) * perHour;
    return {
      framesPerHour: { out: PING.probe.out.length * perHour, in: PING.probe.in.length * perHour },
      octetsPerHour: { out: sum(PING.probe.out), in: sum(PING.probe.in) },
    };
  },
};

/** The tick after the fault pings in vain, the next one terminates. */
function expectSweep(intervalMs: number): Expectation {
  return { kind: "detected", bestMs: intervalMs, worstMs: 2 * intervalMs + 22 };
}

async function sweepSpread(
  { settings, links }: EndContext,
  servers: readonly WebSocketServer[],
  report: (report: LinkReport) => void,
): Promise<void> {
  for (const [link, server] of servers.entries()) {
    sweep(server, settings.intervalMs, link, report);
    await delay(settings.intervalMs / links);
  }
}

function sweep(
  server: WebSocketServer,
  intervalMs: number,
  link: number,
  report: (report: LinkReport) => void,
): void {
  const answered = new WeakMap<WebSocket, boolean>();
  let cause = "closed";
  server.on("connection", (socket) => {
    answered.set(socket, true);
    socket.on("pong", () => answered.set(socket, true));
    socket.on("error", () => {});
    socket.on("close", () => report({ type: "dead", link, cause }));
    report({ type: "alive", link });
  });
  setInterval(() => {
    for (const socket of server.clients) {
      if (answered.get(socket) === false) {
        cause = "missed-pong";
        socket.terminate();
        continue;
      }
      answered.set(socket, false);
      socket.ping();
    }
  }, intervalMs);
}
