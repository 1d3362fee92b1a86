import { setTimeout as delay } from "node:timers/promises";
import { type Lab, monotonicMs, type WireCounters } from "./lab/index.js";
import type { WireRow } from "./report/results.js";
import type { NominalSettings, Subject } from "./subjects/index.js";
import { startPair } from "./subjects/pair.js";

const HOUR_S = 3600;
const START_LIMIT_MS = 20_000;

/**
 * Counts the frames and octets that watching idle, healthy peers puts on the monitor's link, and divides by
 * the number of links.
 *
 * @throws Error when the subject cannot start.
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
  const startMs = monotonicMs();
  const before = await lab.wire.counters();
  await delay(windowMs);
  const after = await lab.wire.counters();
  const seconds = (monotonicMs() - startMs) / 1000;
  const octets = perLink(before, after, links, "octets");
  const perHour = { out: (octets.out / seconds) * HOUR_S, in: (octets.in / seconds) * HOUR_S };
  return {
    subject: subject.name,
    seconds,
    frames: perLink(before, after, links, "frames"),
    octets,
    minimumFrameOctets: null,
    perHour,
    predictedPerHour: subject.expectWire(settings).octetsPerHour,
  };
}

function perLink(
  before: WireCounters,
  after: WireCounters,
  links: number,
  unit: "frames" | "octets",
): { out: number; in: number } {
  return {
    out: (after.out[unit] - before.out[unit]) / links,
    in: (after.in[unit] - before.in[unit]) / links,
  };
}
