import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { keepalive } from "@heartwire/tcp-keepalive";
import { type KeepaliveSettings, keepaliveDetection, monitor, trustKernel } from "heartwire";
import type { FaultEffect } from "../faults/index.js";
import { AT_ONCE, expectTraffic } from "./expectation.js";
import { openSpread, portOf, reportOf } from "./links.js";
import type { Expectation, NominalSettings, Subject } from "./subject.js";

const settingsOf = ({ intervalMs, misses }: NominalSettings): KeepaliveSettings => ({
  idleMs: intervalMs,
  intervalMs,
  probes: misses,
});

const wire = { probe: { out: [66], in: [66] }, beat: { out: [], in: [] }, loss: "delays" } as const;

/** The kernel probes; the application does nothing. */
export const tcpKeepalive: Subject = {
  name: "tcp-keepalive",
  title: "TCP keepalive",
  kind: "heartwire",
  proves: "connection",
  protocol: "tcp",
  listensAt: "peer",
  settingsInWords: ({ intervalMs, misses }) =>
    `idle ${intervalMs / 1000} s, interval ${intervalMs / 1000} s, ${misses} probes`,

  async peerEnd({ address }) {
    const server = createServer((socket) => socket.on("error", () => {}).resume());
    server.listen(0, address);
    await once(server, "listening");
    return { ports: [(server.address() as AddressInfo).port] };
  },

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
      monitor(transport, trustKernel(settings)).subscribe((event) => {
        const said = reportOf(link, event);
        if (said) report(said);
      });
    });
    return { ports: [], writeApplicationData: () => sockets.forEach((socket) => void socket.write("data")) };
  },

  expectDetection: (effect, settings) => expectKeepalive(effect, settingsOf(settings)),
  atDefaults: {
    settingsInWords: "idle 7200 s, interval 75 s, 9 probes: Linux, once switched on",
    expectDetection: (effect) =>
      expectKeepalive(effect, { idleMs: 7_200_000, intervalMs: 75_000, probes: 9 }),
  },
  expectWire: (settings) => expectTraffic({ wire }, trustKernel(settingsOf(settings))),
};

/** What the kernel notices, and when. */
function expectKeepalive(effect: FaultEffect, settings: KeepaliveSettings): Expectation {
  switch (effect.kind) {
    case "process-ended":
      return AT_ONCE;
    case "process-hung":
      return {
        kind: "never",
        why: "it proves that the peer's kernel holds the connection, not that the peer's program works",
      };
    case "application-unhealthy":
      return { kind: "never", why: "the kernel knows nothing of an application's health" };
    case "silent-behind-proxy":
      return { kind: "never", why: "its probes end at the proxy, whose kernel answers" };
    case "harmless":
      return { kind: "never", why: "the peer lives" };
    case "host-rebooted":
      // The reset answers the first probe.
      return { kind: "detected", bestMs: 0, worstMs: settings.idleMs * 1.125 + 20 };
    case "path-cut": {
      const { unacknowledgedData } = effect;
      const { best, worst } = keepaliveDetection(settings, { unacknowledgedData });
      return {
        kind: "detected",
        bestMs: best,
        worstMs: worst,
        ...(unacknowledgedData && { why: "the kernel does not probe while sent data is unacknowledged" }),
      };
    }
  }
}
