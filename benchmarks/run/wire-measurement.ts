import { setTimeout as delay } from "node:timers/promises";
import { type Capture, type FrameTotals, type Lab, monotonicMs, totalsOf } from "../lab/index.js";
import type { WireRow } from "../report/results.js";
import type { NominalSettings, Subject } from "../subjects/index.js";
import { startPair } from "../subjects/pair.js";

const HOUR_MS = 3_600_000;
const START_LIMIT_MS = 30_000;

/** What passed in a window of time, both ways. */
interface Traffic {
  readonly seconds: number;
  readonly out: Omit<FrameTotals, "paddedOctets"> & Partial<FrameTotals>;
  readonly in: Omit<FrameTotals, "paddedOctets"> & Partial<FrameTotals>;
}

/**
 * Counts the frames and octets that watching idle, healthy peers puts on the monitor's link, and divides by
 * the number of links. From captured frames where this machine can capture, else from the link's counters,
 * which do not tell what the Ethernet minimum adds.
 *
 * @throws Error when the subject cannot start
 */
export async function measureWire(
  lab: Lab,
  subject: Subject,
  settings: NominalSettings,
  links: number,
  windowMs: number,
): Promise<WireRow> {
  const pair = await startPair(lab, subject, links, settings);
  await pair.allAlive(START_LIMIT_MS);
  await delay(2 * settings.intervalMs);
  const traffic = await trafficDuring(lab, windowMs);
  const { seconds } = traffic;
  const per = (of: (direction: "out" | "in") => number, by: number) => ({
    out: of("out") / by,
    in: of("in") / by,
  });
  const padded = (direction: "out" | "in") => traffic[direction].paddedOctets ?? Number.NaN;
  return {
    subject: subject.name,
    seconds,
    frames: per((direction) => traffic[direction].frames, links),
    octets: per((direction) => traffic[direction].octets, links),
    minimumFrameOctets: traffic.out.paddedOctets === undefined ? null : per(padded, links),
    perHour: per((direction) => traffic[direction].octets, (links * seconds * 1000) / HOUR_MS),
    predictedPerHour: subject.expectWire(settings).octetsPerHour,
  };
}

async function trafficDuring(lab: Lab, windowMs: number): Promise<Traffic> {
  const capture = await captureOrNothing(lab);
  if (capture !== undefined) {
    await delay(windowMs);
    const { frames, sinceMs, untilMs } = await capture.stop();
    return { seconds: (untilMs - sinceMs) / 1000, ...totalsOf(frames) };
  }
  const startMs = monotonicMs();
  const before = await lab.wire.counters();
  await delay(windowMs);
  const after = await lab.wire.counters();
  const during = (direction: "out" | "in") => ({
    frames: after[direction].frames - before[direction].frames,
    octets: after[direction].octets - before[direction].octets,
  });
  return { seconds: (monotonicMs() - startMs) / 1000, out: during("out"), in: during("in") };
}

/** Undefined where this machine cannot capture; the result then says so by its null. */
async function captureOrNothing(lab: Lab): Promise<Capture | undefined> {
  try {
    return await lab.wire.capture();
  } catch {
    return undefined;
  }
}
