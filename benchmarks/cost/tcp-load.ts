// The process that beats over any number of TCP connections.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { BEAT_OCTETS, encodeHeartbeat } from "@heartwire/core";
import { answerCalls } from "./calls.js";
import { type PaceReport, Pacer } from "./pacer.js";

/** What the process does when asked. */
export type TcpLoadCalls = {
  /** Connects, then beats on every connection once per interval. */
  start(port: number, peers: number, intervalMs: number): Promise<void>;
  /** How many beats have left between two instants, to a burst exactly. */
  sentBetween(fromMs: number, toMs: number): number;
  stop(): Promise<PaceReport>;
};

const AT_ONCE = 100;
let sockets: Socket[] = [];
let pacer: Pacer | undefined;

async function connectTo(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  socket.on("error", () => {});
  return socket;
}

/** In memory of its own: the kernel may read it later. */
function framed(seq: number, intervalMs: number): Buffer {
  const frame = Buffer.allocUnsafe(1 + BEAT_OCTETS);
  frame[0] = BEAT_OCTETS;
  encodeHeartbeat({ kind: "beat", seq, intervalMs }, frame, 1);
  return frame;
}

await answerCalls({
  async start(port, peers, intervalMs) {
    while (sockets.length < peers) {
      const count = Math.min(AT_ONCE, peers - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: count }, () => connectTo(port)))));
    }
    pacer = new Pacer((1000 * peers) / intervalMs, (slot) => {
      sockets[slot % peers]!.write(framed(Math.floor(slot / peers), intervalMs));
    });
    pacer.start();
  },
  sentBetween: (fromMs, toMs) => pacer!.sentBetween(fromMs, toMs),
  async stop() {
    const report = await pacer!.stop();
    for (const socket of sockets) socket.destroy();
    sockets = [];
    return report;
  },
} satisfies TcpLoadCalls);
