import { setTimeout as delay } from "node:timers/promises";
import { type Lab, monotonicMs } from "../lab/index.js";
import type { CarriedRow } from "../report/results.js";
import type { NominalSettings, Subject } from "../subjects/index.js";
import { startPair } from "../subjects/pair.js";

/** How long beats are counted: some dozen of each link. */
export const CARRIED_WINDOW_MS = 10_000;
/** What each carries: as much as fits every transport of ours, and more than fits the smallest frame. */
export const PAYLOAD_OCTETS = 64;

const START_LIMIT_MS = 30_000;

/**
 * Lets the peer's application say something with each beat, and counts the beats with which all of it arrives in the
 * monitor's application.
 *
 * @throws Error when the subject cannot start, or fewer beats came than must have
 */
export async function measureCarried(
  lab: Lab,
  subject: Subject,
  settings: NominalSettings,
  links: number,
): Promise<CarriedRow> {
  const pair = await startPair(lab, subject, links, settings, { payloadOctets: PAYLOAD_OCTETS });
  await pair.allAlive(START_LIMIT_MS);
  const [sinceMs, before] = [monotonicMs(), { ...pair.carried }];
  await delay(CARRIED_WINDOW_MS);
  const seconds = (monotonicMs() - sinceMs) / 1000;
  const beats = pair.carried.beats - before.beats;
  const intact = pair.carried.intact - before.intact;
  // None comes later than its interval; the first may have been on its way already.
  const least = links * Math.floor((1000 * seconds) / settings.intervalMs - 1);
  if (beats < least) throw new Error(`${beats} beats came in ${seconds.toFixed(1)} s instead of ${least}`);
  return { subject: subject.name, payloadOctets: PAYLOAD_OCTETS, seconds, beats, intact };
}
