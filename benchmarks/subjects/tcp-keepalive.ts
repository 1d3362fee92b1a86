import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { keepalive } from "@heartwire/tcp-keepalive";
import { type KeepaliveSettings, keepaliveDetection, monitor, trustKernel } from "heartwire";
import { AT_ONCE, expectTraffic } from "./expectation.js";
import { openSpread, portOf, reportOf } from "./links.js";
import type { NominalSettings, Subject } from "./subject.js";

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

  expectDetection(effect, settings) {
    if (effect.silences === "process") {
      return effect.sockets === "closed"
        ? AT_ONCE
        : {
            kind: "never",
            why: "it proves that the peer's kernel holds the connection, not that the peer's program works",
          };
    }
    const { unacknowledgedData } = effect;
    const { best, worst } = keepaliveDetection(settingsOf(settings), { unacknowledgedData });
    return {
      kind: "detected",
      bestMs: best,
      worstMs: worst,
      ...(unacknowledgedData && { why: "the kernel does not probe while sent data is unacknowledged" }),
    };
  },

  expectWire: (settings) => expectTraffic({ wire }, trustKernel(settingsOf(settings))),
};
