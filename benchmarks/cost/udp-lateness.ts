import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "simple-statistics";
import { type CostRow, countRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf } from "./statistics.js";
import { startUdpBench } from "./udp-bench.js";
import type { Silenced } from "./udp-load.js";
import type { Verdict } from "./udp-receiver.js";

const INTERVAL_MS = 1000;
const DETECT_MULTIPLIER = 3;
const BOUND_MS = INTERVAL_MS * DETECT_MULTIPLIER;

/**
 * How late verdicts are: many of a crowd fall silent at random moments; from each one's last beat, stamped just
 * before its sender gave it to the kernel, to the event in the application, minus the detection time.
 */
export async function udpLateness({ lateness }: Scale): Promise<readonly CostRow[]> {
  const { peers, silenced: count, withinMs } = lateness;
  const bench = await startUdpBench();
  const receiver = bench.receivers.heartwire;
  try {
    const order = {
      variant: "heartwire",
      intervalMs: INTERVAL_MS,
      detectMultiplier: DETECT_MULTIPLIER,
    } as const;
    const port = await receiver.call("open", order);
    await bench.load.call("start", { port, peers, intervalMs: INTERVAL_MS, arrivalIntervals: 1 });
    await delay(3.5 * INTERVAL_MS);
    const silenced = await bench.load.call("silence", count, withinMs);
    await delay(BOUND_MS + 500);
    const census = await receiver.call("census");
    const { maxLagMs } = await bench.load.call("stop");
    const how =
      `${count} fell silent at random within ${withinMs} ms; ${census.dropped} datagrams dropped by the kernel, ` +
      `sender at most ${maxLagMs.toFixed(0)} ms late, ${census.stalled / peers} local stalls`;
    return rowsOf(peers, silenced, census.deaths, how);
  } finally {
    await bench.stop();
  }
}

function rowsOf(
  peers: number,
  silenced: readonly Silenced[],
  deaths: readonly Verdict[],
  how: string,
): readonly CostRow[] {
  const verdicts = new Map(deaths.map((verdict) => [verdict.peer, verdict]));
  const found = silenced.flatMap(({ peer, lastBeatMs }) => {
    const verdict = verdicts.get(peer);
    return verdict === undefined
      ? []
      : [{ latencyMs: verdict.atMs - lastBeatMs, silentMs: verdict.silentMs }];
  });
  const lateMs = found.map(({ latencyMs }) => latencyMs - BOUND_MS);
  const early = found.filter(({ latencyMs, silentMs }) => latencyMs < BOUND_MS || silentMs < BOUND_MS);
  const at = { peers, how };
  const { n, spread, value } = figureOf(lateMs);
  return [
    rowOf(
      { ...at, name: "lateness-p99", title: "Verdict after its bound, p99", unit: "ms", bar: 5 },
      { value: quantile(lateMs, 0.99), n, spread },
    ),
    rowOf(
      { ...at, name: "lateness-median", title: "Verdict after its bound, median", unit: "ms" },
      { value, n, spread },
    ),
    countRow(
      { ...at, name: "lateness-early", title: "Verdicts before their bound", unit: "count", bar: 0 },
      early.length,
    ),
    countRow(
      { ...at, name: "lateness-missed", title: "Silent peers not called dead", unit: "count", bar: 0 },
      silenced.length - found.length,
    ),
    countRow(
      { ...at, name: "lateness-mistakes", title: "Living peers called dead", unit: "count", bar: 0 },
      deaths.length - found.length,
    ),
  ];
}
