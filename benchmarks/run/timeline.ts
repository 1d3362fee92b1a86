import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "../faults/index.js";
import type { Lab } from "../lab/index.js";
import type { Timeline } from "../report/results.js";
import type { NominalSettings, Subject } from "../subjects/index.js";
import { startPair } from "../subjects/pair.js";
import { contextOf } from "./trial.js";

const START_LIMIT_MS = 30_000;
/** What is shown of the time before the fault. */
const BEFORE_MS = 3000;
/** And after the verdict: does it go on probing? */
const AFTER_MS = 1000;

/**
 * Records one link of one subject, frame by frame, from shortly before a fault until shortly after the verdict.
 *
 * @throws Error when the subject cannot start, or frames cannot be captured here
 */
export async function captureTimeline(
  lab: Lab,
  subject: Subject,
  fault: Fault,
  settings: NominalSettings,
  waitMs: number,
): Promise<Timeline> {
  await fault.prepare?.(lab);
  const pair = await startPair(lab, subject, 1, settings, { detour: fault.detour });
  await pair.allAlive(START_LIMIT_MS);
  await delay(settings.intervalMs);
  const capture = await lab.wire.capture();
  await delay(BEFORE_MS);
  const { atMs: faultMs } = await fault.strike(contextOf(lab, [pair]));
  await pair.allDead(AbortSignal.timeout(waitMs));
  await delay(AFTER_MS);
  const { frames } = await capture.stop();
  const [death] = pair.deaths;
  return {
    fault: fault.name,
    subject: subject.name,
    frames: frames
      .filter(({ atMs }) => atMs >= faultMs - BEFORE_MS)
      .map(({ atMs, direction, octets, summary }) => ({ atMs: atMs - faultMs, direction, octets, summary })),
    events:
      death === undefined
        ? []
        : [{ atMs: death.atMs - faultMs, what: `dead: ${death.cause}`, kind: "verdict" as const }],
  };
}
