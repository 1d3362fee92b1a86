// The process in which one end of one subject runs: its CPU, its memory and its event loop are its own.

import type { EndCommand } from "../faults/index.js";
import { monotonicMs, openLabChannel } from "../lab/index.js";
import { setHealthy } from "./health.js";
import { controls, subjects } from "./index.js";
import type { FromEnd, ToEnd } from "./protocol.js";
import type { MonitorEnd, PeerEnd } from "./subject.js";

const ANSWER_MS = 20;
const channel = openLabChannel<ToEnd, FromEnd>();
let monitorEnd: MonitorEnd | undefined;

for await (const message of channel.messages) {
  if (message.type === "write") {
    monitorEnd?.writeApplicationData?.();
    channel.send({ type: "written" });
    continue;
  }
  if (message.type === "command") {
    obey(message.command);
    continue;
  }
  try {
    channel.send({ type: "started", ports: (await start(message)).ports });
  } catch (error) {
    channel.send({ type: "failed", why: error instanceof Error ? error.message : String(error) });
  }
}
process.exit();

function obey(command: EndCommand): void {
  // Soon, so that the answer is out before this process cannot send it any more.
  const atMs = monotonicMs() + ANSWER_MS;
  channel.send({ type: "obeyed", atMs });
  setTimeout(() => {
    while (monotonicMs() < atMs);
    carryOut(command);
  }, ANSWER_MS - 2);
}

function carryOut(command: EndCommand): void {
  switch (command.type) {
    case "exit":
      process.exit(0);
      break;
    case "block":
      // Waiting blocks the loop as computing does, and leaves the CPU to the others that are measured.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, command.forMs);
      break;
    case "health":
      setHealthy(command.healthy);
      break;
  }
}

async function start(message: Extract<ToEnd, { type: "start" }>): Promise<PeerEnd> {
  const subject = [...subjects, ...controls].find(({ name }) => name === message.subject);
  if (subject === undefined) throw new Error(`There is no subject "${message.subject}".`);
  if (message.end === "peer") return subject.peerEnd(message.context);
  monitorEnd = await subject.monitorEnd(message.context, (report) => {
    channel.send({ type: "report", report, atMs: monotonicMs() });
  });
  return monitorEnd;
}
