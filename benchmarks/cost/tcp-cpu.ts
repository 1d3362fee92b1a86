import { setTimeout as delay } from "node:timers/promises";
import { type Helper, startHelper } from "./calls.js";
import { alternate } from "./rounds.js";
import { type CostRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf, ratioOf } from "./statistics.js";
import type { TcpLoadCalls } from "./tcp-load.js";
import type { TcpReceiverCalls } from "./tcp-receiver.js";

const SETTLE_MS = 500;

/** CPU per TCP beat received, by our server and by a bare 'data' listener that decodes the same. */
export async function tcpCpu({ tcp }: Scale): Promise<readonly CostRow[]> {
  const load = await startHelper<TcpLoadCalls>("the TCP load", new URL("tcp-load.js", import.meta.url));
  const receiver = (variant: string) =>
    startHelper<TcpReceiverCalls>(`the ${variant} TCP receiver`, new URL("tcp-receiver.js", import.meta.url));
  const receivers = { bare: await receiver("bare"), heartwire: await receiver("heartwire") };
  try {
    const rounds = await alternate(tcp.rounds, {
      bare: () => tcpRound(load, receivers.bare, "bare", tcp),
      heartwire: () => tcpRound(load, receivers.heartwire, "heartwire", tcp),
    });
    const { peers, intervalMs, windowMs } = tcp;
    const how = `rounds in turn, ${windowMs} ms each, every peer beats each ${intervalMs} ms`;
    const at = { peers, how };
    return [
      rowOf(
        {
          ...at,
          name: "tcp-cpu-ratio",
          title: "TCP beat, full detector ÷ bare 'data' listener",
          unit: "ratio",
        },
        ratioOf(rounds.heartwire, rounds.bare),
      ),
      rowOf(
        { ...at, name: "tcp-cpu-heartwire", title: "TCP beat, full detector", unit: "µs" },
        figureOf(rounds.heartwire),
      ),
      rowOf(
        { ...at, name: "tcp-cpu-bare", title: "TCP beat, bare 'data' listener", unit: "µs" },
        figureOf(rounds.bare),
      ),
    ];
  } finally {
    await Promise.all([load, receivers.bare, receivers.heartwire].map((helper) => helper.stop()));
  }
}

/** One round; returns the CPU per beat in µs. */
async function tcpRound(
  load: Helper<TcpLoadCalls>,
  receiver: Helper<TcpReceiverCalls>,
  variant: "bare" | "heartwire",
  { peers, intervalMs, windowMs }: Scale["tcp"],
): Promise<number> {
  const port = await receiver.call("open", variant, intervalMs);
  await load.call("start", port, peers, intervalMs);
  await delay(SETTLE_MS);
  const { fromMs, toMs, cpuMs } = await receiver.call("cpu", windowMs);
  const sent = await load.call("sentBetween", fromMs, toMs);
  const { died, malformed } = await receiver.call("census");
  await load.call("stop");
  await receiver.call("close");
  const due = ((toMs - fromMs) / intervalMs) * peers;
  if (sent < 0.9 * due) throw new Error(`the sender managed ${sent} of ${Math.round(due)} beats: too slow`);
  if (died + malformed > 0) throw new Error(`${died} peers died, ${malformed} frames were malformed`);
  return (1000 * cpuMs) / sent;
}
