// The process in which one end of one subject runs: its CPU, its memory and its event loop are its own.
import { monotonicMs, openLabChannel } from "../lab/index.js";
import { subjects } from "./index.js";
import type { FromEnd, ToEnd } from "./protocol.js";
import type { MonitorEnd, PeerEnd } from "./subject.js";

const channel = openLabChannel<ToEnd, FromEnd>();
let monitorEnd: MonitorEnd | undefined;

for await (const message of channel.messages) {
  if (message.type === "write") {
    monitorEnd?.writeApplicationData?.();
    channel.send({ type: "written" });
    continue;
  }
  try {
    channel.send({ type: "started", ports: (await start(message)).ports });
  } catch (error) {
    channel.send({ type: "failed", why: error instanceof Error ? error.message : String(error) });
  }
}
process.exit();

async function start(message: Extract<ToEnd, { type: "start" }>): Promise<PeerEnd> {
  const subject = subjects.find(({ name }) => name === message.subject);
  if (subject === undefined) throw new Error(`There is no subject "${message.subject}".`);
  if (message.end === "peer") return subject.peerEnd(message.context);
  monitorEnd = await subject.monitorEnd(message.context, (report) => {
    channel.send({ type: "report", report, atMs: monotonicMs() });
  });
  return monitorEnd;
}
