import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { NOMINAL, type Subject } from "../subjects/index.js";
import { type Helper, startHelper } from "./calls.js";
import type { ContenderEndCalls } from "./contender-end.js";
import { type CostRow, countRow, rowOf } from "./row.js";
import type { Scale } from "./scale.js";
import { figureOf } from "./statistics.js";
import type { CpuWindow, Memory } from "./usage.js";

type End = Helper<ContenderEndCalls>;

const HOUR_MS = 3_600_000;
const START_LIMIT_MS = 20_000;
/** Every link has been checked by then, and its first time is over. */
const SETTLE_MS = 2.2 * NOMINAL.intervalMs;
/** Of the frames that its checks take, so many must have passed, or it did not make its checks. */
const LEAST_SHARE = 0.85;

/** Why the CPU of one check cannot be told. */
export const KERNELS_WORK =
  "its checks are the kernel's work, in no process; the whole machine's CPU is measured beside heartbeats";

/** What was seen of one contender. */
interface Found {
  readonly windows: readonly CpuWindow[];
  /** Of the monitor's process: with a few links, and with all. */
  readonly few: Memory;
  readonly all: Memory;
  /** Frames that passed in the windows, of those that the checks of its links take. */
  readonly share: number;
}

/**
 * What one contender costs the process that watches: CPU per heartbeat and memory per peer, its settings and its two
 * processes those of the comparison. A few links come first and stay: what is loaded and compiled once is not the
 * peers'. (What is resident is told as a whole: pages that the loading has left free take in the first thousand
 * links, and a difference would count them as free of charge.) How many heartbeats it makes follows from its settings, and the frames that passed bear it out.
 *
 * @throws Error with what went wrong, if it cannot carry so many links
 */
export async function contenderCost(
  subject: Subject,
  { contenders: scale }: Scale,
): Promise<readonly CostRow[]> {
  const found = await watchCrowd(subject, scale);
  const { links, fewLinks } = scale;
  const checksPerMs = (links * subject.expectWire(NOMINAL).checksPerHour) / HOUR_MS;
  const how =
    `${subject.settingsInWords(NOMINAL)}; the monitor is the ${subject.listensAt === "monitor" ? "listening" : "connecting"} end; ` +
    `${Math.round(100 * found.share)} % of the frames that its checks take have passed`;
  const row = { peers: links, subject: subject.name, how } as const;
  const heapOctets = found.all.heapOctets - found.few.heapOctets;
  const memory = [
    countRow(
      {
        ...row,
        name: "contender-heap",
        title: "Heap and buffers of the monitor's process per peer",
        unit: "octets",
      },
      heapOctets / (links - fewLinks),
    ),
    countRow(
      {
        ...row,
        name: "contender-rss",
        title: "Resident memory of the monitor's whole process, divided by its peers",
        unit: "octets",
      },
      found.all.rssOctets / links,
    ),
  ];
  if (subject.proves === "connection") return memory;
  const usPerCheck = found.windows.map(
    ({ cpuMs, fromMs, toMs }) => (1000 * cpuMs) / (checksPerMs * (toMs - fromMs)),
  );
  const cpu = rowOf(
    { ...row, name: "contender-cpu", title: "CPU of the monitor's process per heartbeat", unit: "µs" },
    figureOf(usPerCheck),
  );
  return [cpu, ...memory];
}

async function watchCrowd(subject: Subject, scale: Scale["contenders"]): Promise<Found> {
  const { links, fewLinks, windowMs, rounds } = scale;
  const start = (end: string) =>
    startHelper<ContenderEndCalls>(
      `the ${end} of ${subject.name}`,
      new URL("contender-end.js", import.meta.url),
    );
  const [monitor, peer] = await Promise.all([start("monitor"), start("peer")]);
  try {
    await open(subject, monitor, peer, fewLinks);
    await alive(monitor, fewLinks);
    await delay(SETTLE_MS);
    const few = await monitor.call("memory");
    await open(subject, monitor, peer, links - fewLinks);
    await alive(monitor, links);
    await delay(SETTLE_MS);
    const before = loopbackFrames();
    const windows: CpuWindow[] = [];
    for (let round = 0; round < rounds; round++) windows.push(await monitor.call("cpu", windowMs));
    const passed = loopbackFrames() - before;
    const { framesPerHour } = subject.expectWire(NOMINAL);
    const spanMs = windows.at(-1)!.toMs - windows[0]!.fromMs;
    const due = (links * (framesPerHour.out + framesPerHour.in) * spanMs) / HOUR_MS;
    const all = await monitor.call("memory");
    const { dead } = await monitor.call("count");
    if (dead > 0) throw new Error(`${dead} of ${links} living peers were called dead`);
    const share = passed / due;
    if (share < LEAST_SHARE) {
      throw new Error(
        `with ${links} links it falls behind: ${Math.round(100 * share)} % of the frames its checks take`,
      );
    }
    return { windows, few, all, share };
  } finally {
    await Promise.all([monitor.stop(), peer.stop()]);
  }
}

/** The listening end first. */
async function open(subject: Subject, monitor: End, peer: End, links: number): Promise<void> {
  const { name, listensAt } = subject;
  const [first, second] = listensAt === "monitor" ? [monitor, peer] : [peer, monitor];
  const other = listensAt === "monitor" ? "peer" : "monitor";
  const ports = await first.call("begin", name, listensAt, links, []);
  await second.call("begin", name, other, links, ports);
}

async function alive(monitor: End, links: number): Promise<void> {
  const startMs = performance.now();
  for (;;) {
    const count = await monitor.call("count");
    if (count.alive >= links) return;
    if (performance.now() - startMs > START_LIMIT_MS) {
      throw new Error(`${count.alive} of ${links} links came to life in ${START_LIMIT_MS} ms`);
    }
    await delay(50);
  }
}

/** Frames that the loopback of this network namespace has carried. */
function loopbackFrames(): number {
  const line = readFileSync("/proc/net/dev", "utf8")
    .split("\n")
    .find((each) => each.trim().startsWith("lo:"));
  return Number(line?.trim().split(/\s+/)[2]);
}
