import { execFile } from "node:child_process";
import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type CostRow, countRow } from "./row.js";
import type { Scale } from "./scale.js";
import { startUdpBench } from "./udp-bench.js";

/** A hundred thousand machines do not start within one second. */
const ARRIVAL_INTERVALS = 5;
const MIB = 1024 * 1024;

/**
 * A crowd of UDP peers, in earnest one beat a second each, watched by one process on one core: its CPU, its memory at the
 * worst, and how many of the living it calls dead, each judged for itself alone: group silence is off.
 */
export async function udpCrowd({
  crowd: { peers, intervalMs, windowMs },
}: Scale): Promise<readonly CostRow[]> {
  const bench = await startUdpBench();
  const receiver = bench.receivers.heartwire;
  try {
    const pinned = await separate(receiver.pid, bench.load.pid);
    const port = await receiver.call("open", {
      variant: "heartwire",
      intervalMs,
      detectMultiplier: 3,
    });
    await bench.load.call("start", {
      port,
      peers,
      intervalMs,
      arrivalIntervals: ARRIVAL_INTERVALS,
    });
    await delay(intervalMs * (ARRIVAL_INTERVALS + 2));
    const { fromMs, toMs, cpuMs } = await receiver.call("cpu", windowMs);
    const sent = await bench.load.call("sentBetween", fromMs, toMs);
    const { nowOctets, peakOctets } = await receiver.call("resident");
    const { maxLagMs, sent: total } = await bench.load.call("stop");
    const { alive, suspected, deaths, dropped, stalls } = await receiver.call("census");
    if (alive < peers) throw new Error(`${alive} of ${peers} peers were heard`);
    const seconds = (toMs - fromMs) / 1000;
    const how =
      `${(sent / seconds).toFixed(0)} beats a second for ${seconds.toFixed(0)} s after their arrival, ${pinned}; ` +
      `${dropped} of ${total} dropped by the kernel, ${suspected} suspicions, ${stalls.length} local stalls, sender at most ${maxLagMs.toFixed(0)} ms late`;
    const at = { peers, how };
    return [
      countRow(
        { ...at, name: "crowd-rss", title: "Memory at its peak, all of the process", unit: "MiB", bar: 256 },
        peakOctets / MIB,
      ),
      countRow({ ...at, name: "crowd-rss-now", title: "Memory at the end", unit: "MiB" }, nowOctets / MIB),
      countRow(
        { ...at, name: "crowd-mistakes", title: "Living peers called dead", unit: "count", bar: 0 },
        deaths.length,
      ),
      countRow(
        { ...at, name: "crowd-cpu", title: "CPU of the process", unit: "cores", bar: 1 },
        cpuMs / (toMs - fromMs),
      ),
    ];
  } finally {
    await bench.stop();
  }
}

/** Keeps the receiver on the first core and the load off it, and says whether that worked. */
async function separate(receiverPid: number, loadPid: number): Promise<string> {
  const run = promisify(execFile);
  const last = cpus().length - 1;
  if (last < 1) return "not pinned: the machine has one core";
  try {
    await run("taskset", ["-acp", "0", String(receiverPid)]);
    await run("taskset", ["-acp", `1-${last}`, String(loadPid)]);
    return "all its threads on one core";
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === "ENOENT"
        ? "taskset (Debian: util-linux) is missing"
        : String(error);
    return `not pinned: ${why}`;
  }
}
