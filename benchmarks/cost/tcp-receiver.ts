// The process that receives TCP beats: the one whose CPU is measured.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { decodeHeartbeat } from "@heartwire/core";
import { tcpPeers } from "@heartwire/tcp";
import { fixedTimeout, monitorPeers } from "heartwire";
import { answerCalls } from "./calls.js";
import { type CpuWindow, collectGarbage, measureCpu } from "./usage.js";

/** What the process does when asked. */
export type TcpReceiverCalls = {
  /** Starts to receive beats of that interval, and returns the port. */
  open(variant: "bare" | "heartwire", intervalMs: number): Promise<number>;
  cpu(durationMs: number): Promise<CpuWindow>;
  census(): { readonly suspected: number; readonly died: number; readonly malformed: number };
  close(): Promise<void>;
};

let server: Server | undefined;
const sockets = new Set<Socket>();
let suspected = 0;
let died = 0;
let malformed = 0;

/** The same decoding as ours, and nothing else: a length octet and a frame, again and again. */
function countBeats(chunk: Buffer): void {
  for (let at = 0; at < chunk.length; ) {
    const end = at + 1 + chunk[at]!;
    if (decodeHeartbeat(chunk, at + 1, end).kind !== "beat") malformed += 1;
    at = end;
  }
}

await answerCalls({
  async open(variant, intervalMs) {
    collectGarbage();
    suspected = died = malformed = 0;
    server = createServer();
    server.on("connection", (socket) => {
      sockets.add(socket);
      if (variant === "heartwire") return;
      socket.on("error", () => {});
      socket.on("data", countBeats);
    });
    if (variant === "heartwire") {
      const policy = fixedTimeout({ intervalMs, mode: "listen" });
      monitorPeers(tcpPeers(server), policy, { onRejected: () => (malformed += 1) }).subscribe(
        ({ event }) => {
          if (event.type === "suspect") suspected += 1;
          else if (event.type === "dead" && event.cause.kind === "silence") died += 1;
          else if (event.type === "rejected") malformed += 1;
        },
      );
    }
    server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 });
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
  cpu: measureCpu,
  census: () => ({ suspected, died, malformed }),
  async close() {
    const closed = new Promise((resolve) => server!.close(resolve));
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
  },
} satisfies TcpReceiverCalls);
