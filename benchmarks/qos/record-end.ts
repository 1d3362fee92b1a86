// Runs in a host of the lab: the end that beats, or the end that listens and writes down when beats arrive. Each
// beat carries its number and the time at which it was sent.
import { udp, udpHub } from "@heartwire/udp";
import { fixedTimeout, monitorPeers, respond } from "heartwire";
import { monotonicMs, openLabChannel } from "../lab/index.js";
import type { Blocked, FromRecorder, HeardBeat, ToRecorder } from "./record-protocol.js";

/** Far from any verdict: here only the arrivals count. */
const PATIENCE = 1000;
const PAYLOAD_OCTETS = 12;

const channel = openLabChannel<ToRecorder, FromRecorder>();
const beats: HeardBeat[] = [];
const blocked: Blocked[] = [];

for await (const message of channel.messages) {
  if (message.type === "listen") await listen(message);
  else if (message.type === "beat") beat(message);
  else if (message.type === "block") block(message.forMs);
  else channel.send({ type: "heard", beats, blocked });
}
process.exit();

async function listen({ address, intervalMs }: Extract<ToRecorder, { type: "listen" }>): Promise<void> {
  const hub = udpHub({ address, port: 0 });
  const policy = fixedTimeout({ intervalMs, detectMultiplier: PATIENCE, mode: "listen" });
  monitorPeers(hub.peers, policy, { samples: true }).subscribe(({ event }) => {
    const arrivedMs = monotonicMs();
    if (event.type !== "heartbeat" || event.payload?.length !== PAYLOAD_OCTETS) return;
    const { buffer, byteOffset } = event.payload;
    const view = new DataView(buffer, byteOffset, PAYLOAD_OCTETS);
    beats.push({ seq: view.getUint32(0), sentMs: view.getFloat64(4), arrivedMs });
  });
  channel.send({ type: "listening", port: (await hub.bound).port });
}

/** As a long computation does. */
function block(forMs: number): void {
  const fromMs = monotonicMs();
  let nowMs = fromMs;
  while (nowMs < fromMs + forMs) nowMs = monotonicMs();
  blocked.push({ fromMs, toMs: nowMs });
}

function beat({ address, port, intervalMs }: Extract<ToRecorder, { type: "beat" }>): void {
  let seq = 0;
  const payload = () => {
    const octets = new Uint8Array(PAYLOAD_OCTETS);
    const view = new DataView(octets.buffer);
    view.setUint32(0, seq++);
    view.setFloat64(4, monotonicMs());
    return octets;
  };
  respond(udp({ host: address, port }), { beatIntervalMs: intervalMs, payload }).subscribe();
}
