import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { monotonicMs } from "../lab/clock.js";
import { profiled } from "./profile.js";

/** What this process used between two instants. */
export interface CpuWindow {
  /** On the clock that all processes of the machine share. */
  readonly fromMs: number;
  readonly toMs: number;
  /** User and system time of all threads: the garbage collector's helpers are in it. */
  readonly cpuMs: number;
}

/** What this process holds once nothing is left to collect. */
export interface Memory {
  /** JavaScript objects, and the octets of buffers outside the heap. */
  readonly heapOctets: number;
  readonly rssOctets: number;
}

/** Measures the CPU that this process uses from now on. Nothing of the measurement runs within the window. */
export function measureCpu(durationMs: number): Promise<CpuWindow> {
  return profiled(async () => {
    const fromMs = monotonicMs();
    const before = process.cpuUsage();
    await delay(durationMs);
    const { user, system } = process.cpuUsage(before);
    return { fromMs, toMs: monotonicMs(), cpuMs: (user + system) / 1000 };
  });
}

let collect: (() => void) | undefined;

/** A full collection, twice: what the first one's finalizers let go needs a second. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  collect();
}

/** Collects garbage, then says what is left. */
export async function measureMemory(): Promise<Memory> {
  collectGarbage();
  // Buffers are given back in a later turn.
  await delay(20);
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapOctets: heapUsed + external, rssOctets: rss };
}
