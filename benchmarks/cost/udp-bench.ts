import { setTimeout as delay } from "node:timers/promises";
import { type Helper, startHelper } from "./calls.js";
import type { UdpLoadCalls } from "./udp-load.js";
import type { ReceiverOrder, UdpReceiverCalls } from "./udp-receiver.js";

/** What one round found out of one receiver. */
export interface UdpRound {
  readonly cpuUsPerBeat: number;
  /** Beats received in the window. */
  readonly beats: number;
  /** Datagrams that the kernel dropped in the window, as the receiver's socket was full. */
  readonly dropped: number;
  readonly suspected: number;
  readonly deaths: number;
  /** The longest time by which the sender was behind its schedule. */
  readonly maxLagMs: number;
}

/** The load process, and one receiving process for each variant: no variant's compiled code meets the other's. */
export interface UdpBench {
  readonly load: Helper<UdpLoadCalls>;
  readonly receivers: Readonly<Record<ReceiverOrder["variant"], Helper<UdpReceiverCalls>>>;
  stop(): Promise<void>;
}

/** Starts the processes. */
export async function startUdpBench(): Promise<UdpBench> {
  const load = await startHelper<UdpLoadCalls>("the UDP load", new URL("udp-load.js", import.meta.url));
  const receiver = (variant: string) =>
    startHelper<UdpReceiverCalls>(`the ${variant} UDP receiver`, new URL("udp-receiver.js", import.meta.url));
  const receivers = { bare: await receiver("bare"), heartwire: await receiver("heartwire") };
  return {
    load,
    receivers,
    async stop() {
      await Promise.all([load, receivers.bare, receivers.heartwire].map((helper) => helper.stop()));
    },
  };
}

/** The time after which a silent peer is dead, at the least: a sender that stumbles must not kill. */
const LEAST_DETECTION_MS = 1000;
const SETTLE_MS = 300;

/**
 * One round: the receiver starts, the peers arrive, then beat in another order than they came in; only then its
 * CPU is measured. The same beats for both variants, and both start anew, for a peer that is not beaten for
 * would be dead in the next round.
 *
 * @throws Error when the sender did not keep the rate, or not all peers were heard
 */
export async function udpRound(
  { load, receivers }: UdpBench,
  variant: ReceiverOrder["variant"],
  { peers, beatsPerSecond, windowMs }: { peers: number; beatsPerSecond: number; windowMs: number },
): Promise<UdpRound> {
  const receiver = receivers[variant];
  const intervalMs = (1000 * peers) / beatsPerSecond;
  const detectMultiplier = Math.max(3, LEAST_DETECTION_MS / intervalMs);
  const port = await receiver.call("open", { variant, intervalMs, detectMultiplier });
  await load.call("start", { port, peers, intervalMs, arrivalIntervals: 1 });
  await delay(variant === "bare" ? SETTLE_MS : SETTLE_MS + 2 * intervalMs);
  const before = await receiver.call("census");
  const { fromMs, toMs, cpuMs } = await receiver.call("cpu", windowMs);
  const after = await receiver.call("census");
  const sent = await load.call("sentBetween", fromMs, toMs);
  const { maxLagMs } = await load.call("stop");
  await receiver.call("close");
  const due = ((toMs - fromMs) / 1000) * beatsPerSecond;
  if (sent < 0.9 * due) throw new Error(`the sender managed ${sent} of ${Math.round(due)} beats: too slow`);
  if (variant === "heartwire" && after.alive < peers)
    throw new Error(`${after.alive} of ${peers} peers were heard`);
  const dropped = after.dropped - before.dropped;
  return {
    cpuUsPerBeat: (1000 * cpuMs) / (sent - dropped),
    beats: sent - dropped,
    dropped,
    suspected: after.suspected - before.suspected,
    deaths: after.deaths.length,
    maxLagMs,
  };
}
