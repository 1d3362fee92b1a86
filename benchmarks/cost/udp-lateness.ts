import { setTimeout as delay } from "node:timers/promises";
import { quantile } from "simple-statistics";
import { type CostRow, countRow, type RowHead, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf } from "./statistics.js";
import { startUdpBench } from "./udp-bench.js";
import type { Silenced } from "./udp-load.js";
import type { Stall, Verdict } from "./udp-receiver.js";

const DETECT_MULTIPLIER = 3;

/**
 * How late verdicts are: many of a crowd fall silent at random moments; from each one's last beat, stamped just
 * before its sender gave it to the kernel, to the event in the application, minus the detection time. What the
 * detectors were told this process could not run is taken out, as the bound counts time that we ran. Group silence is
 * off: it is the bound of the policy alone that verdicts are compared with.
 */
export async function udpLateness({ lateness }: Scale): Promise<readonly CostRow[]> {
  const { peers, intervalMs, silenced: count, withinMs } = lateness;
  const boundMs = intervalMs * DETECT_MULTIPLIER;
  const bench = await startUdpBench();
  const receiver = bench.receivers.heartwire;
  try {
    const order = {
      variant: "heartwire",
      intervalMs,
      detectMultiplier: DETECT_MULTIPLIER,
    } as const;
    const port = await receiver.call("open", order);
    await bench.load.call("start", { port, peers, intervalMs, arrivalIntervals: 1 });
    await delay(3.5 * intervalMs);
    const silenced = await bench.load.call("silence", count, withinMs);
    await delay(boundMs + 500);
    const census = await receiver.call("census");
    const { maxLagMs } = await bench.load.call("stop");
    const how =
      `${count} fell silent at random within ${withinMs} ms; ${census.dropped} datagrams dropped by the kernel, ` +
      `sender at most ${maxLagMs.toFixed(0)} ms late, ${inWords(census.stalls)}`;
    return rowsOf({ peers, how }, boundMs, silenced, census);
  } finally {
    await bench.stop();
  }
}

function rowsOf(
  at: Pick<RowHead, "peers" | "how">,
  boundMs: number,
  silenced: readonly Silenced[],
  { deaths, stalls }: { readonly deaths: readonly Verdict[]; readonly stalls: readonly Stall[] },
): readonly CostRow[] {
  const verdicts = new Map(deaths.map((verdict) => [verdict.peer, verdict]));
  const found = silenced.flatMap(({ peer, lastBeatMs }) => {
    const verdict = verdicts.get(peer);
    if (verdict === undefined) return [];
    const latencyMs = verdict.atMs - lastBeatMs;
    return [{ latencyMs, ranMs: latencyMs - stalledBetween(stalls, lastBeatMs, verdict.atMs), ...verdict }];
  });
  const lateMs = found.map(({ ranMs }) => ranMs - boundMs);
  const early = found.filter(({ latencyMs, silentMs }) => latencyMs < boundMs || silentMs < boundMs);
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

function stalledBetween(stalls: readonly Stall[], fromMs: number, toMs: number): number {
  const within = stalls.filter(({ atMs }) => atMs > fromMs && atMs <= toMs);
  return within.reduce((sum, { stalledMs }) => sum + stalledMs, 0);
}

function inWords(stalls: readonly Stall[]): string {
  const totalMs = stalls.reduce((sum, { stalledMs }) => sum + stalledMs, 0);
  return `${stalls.length} local stalls, ${totalMs.toFixed(0)} ms together`;
}
