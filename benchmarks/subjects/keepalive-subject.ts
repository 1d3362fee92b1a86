import { createServer, type Socket } from "node:net";
import { keepalive } from "@heartwire/tcp-keepalive";
import { type KeepaliveSettings, keepaliveBound, trustKernel } from "heartwire";
import { expectKeepalive, expectTraffic } from "./expectation.js";
import { expectKeepaliveMistakes } from "./keepalive-mistakes.js";
import { listeningPort, openSpread, portOf } from "./links.js";
import {
  atWorst,
  type EndContext,
  type NominalSettings,
  type PeerEnd,
  type Subject,
  type WireExpectation,
} from "./subject.js";
import { watch } from "./watch.js";

/** What the kernel does once keepalive is switched on and nothing is set: tcp(7), in milliseconds. */
export const KERNEL_DEFAULTS: KeepaliveSettings = { idleMs: 7_200_000, intervalMs: 75_000, probes: 9 };

/** The nominal settings as the kernel's, whose idle time is the first of the misses. */
export function kernelSettings({ intervalMs, misses }: NominalSettings): KeepaliveSettings {
  return { idleMs: intervalMs, intervalMs, probes: Math.max(1, misses - 1) };
}

/** The peer of every keepalive: it need do nothing but hold the connection, and throws away what it hears. */
export async function silentTcpPeer({ address }: EndContext): Promise<PeerEnd> {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  server.listen(0, address);
  return { ports: [await listeningPort(server)] };
}

/** A bare probe and a bare acknowledgement, as often as the connection is found idle. */
export function expectProbes(settings: KeepaliveSettings): WireExpectation {
  const { wire } = keepalive({ host: "localhost", port: 1, settings });
  return expectTraffic({ wire }, trustKernel(settings));
}

/** What tells our uses of keepalive apart. */
export interface KeepaliveVariant extends Pick<Subject, "name" | "title" | "atDefaults"> {
  settingsOf(settings: NominalSettings): KeepaliveSettings;
}

/** Keepalive as we set it and watch it: the kernel probes, and the application does nothing. */
export function keepaliveSubject({ settingsOf, ...about }: KeepaliveVariant): Subject {
  return {
    ...about,
    kind: "heartwire",
    proves: "connection",
    protocol: "tcp",
    listensAt: "peer",
    settingsInWords: (nominal) => nominalInWords(settingsOf(nominal)),
    peerEnd: silentTcpPeer,

    async monitorEnd(context, report) {
      const settings = settingsOf(context.settings);
      const sockets: Socket[] = [];
      await openSpread(context, (link) => {
        const transport = keepalive({
          host: context.address,
          port: portOf(context, link),
          settings,
          onSocket: (socket) => sockets.push(socket.resume()),
        });
        watch(link, transport, trustKernel(settings), report);
      });
      return {
        ports: [],
        writeApplicationData: () => sockets.forEach((socket) => void socket.write("data")),
      };
    },

    expectDetection: (effect, nominal) => expectKeepalive(effect, settingsOf(nominal)),
    expectMistakes: (effect, nominal, watchedMs) =>
      expectKeepaliveMistakes(effect, settingsOf(nominal), watchedMs),
    expectWire: (nominal) => expectProbes(settingsOf(nominal)),
  };
}

/** The same, and when the kernel gives up at the latest, its timers on time. */
export function nominalInWords(settings: KeepaliveSettings): string {
  const { schedule } = keepaliveBound(settings);
  return atWorst(inWords(settings), schedule.at(-1)!.atMs);
}

/** Keepalive's settings, as they stand in a table. */
export function inWords({ idleMs, intervalMs, probes, userTimeoutMs }: KeepaliveSettings): string {
  const usual = `idle ${idleMs / 1000} s, interval ${intervalMs / 1000} s, ${probes} probes`;
  return userTimeoutMs === undefined ? usual : `${usual}, user timeout ${userTimeoutMs / 1000} s`;
}
