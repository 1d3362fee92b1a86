import { chooseConfiguration } from "./configuration-search.js";
import {
  apparentOutageMs,
  type MeasuredPath,
  missChance,
  retransmissionTimeoutMs,
} from "./evidence-chance.js";
import { keepaliveBound } from "./keepalive-bound.js";
import { KERNEL_TIMER_LATENESS, unansweredProbes } from "./keepalive-timing.js";
import type { KeepaliveSettings } from "./policy.js";
import { predict } from "./prediction.js";
import { type Candidate, type Configuration, checkRequirements, type Requirements } from "./requirements.js";
import { RTO_LEAST_MS, RTO_MAX_MS } from "./retransmission.js";
import { MAX_KEEPALIVE_TIME_MS, trustKernel } from "./trust-kernel.js";

/** Settings of keepalive; the user timeout is always among them. */
export type FullKeepaliveSettings = Required<KeepaliveSettings>;

const INTERVALS_S = [1, 2, 3, 5, 10, 15, 30, 75, 300, 1800];
/** One lost frame is no death: two at least. */
const PROBES = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20];
const HOUR_MS = 3_600_000;

/**
 * From requirements to keepalive settings: those with the longest idle time, and so the fewest octets, or which of
 * the requirements cannot be met. The time to detect holds for an idle connection and for one with unacknowledged
 * data, where the user timeout decides; it is set to idle + interval × probes, so that it cuts no probes.
 *
 * Mistakes are as many as there are idle times in an hour, times the chance that as many probes (or their answers) as
 * late timers leave at least are all lost or too late; losses and delays are independent.
 *
 * Of a peer whose kernel still acknowledges, however hung its process, no settings tell.
 *
 * @throws RangeError for a figure that cannot be; TypeError if nothing is asked, or for a field that is missing or unknown.
 */
export function keepaliveFor(requirements: Requirements): Configuration<FullKeepaliveSettings> {
  checkRequirements(requirements);
  return chooseConfiguration(requirements, (detectWithinMs) => settingsWithin(detectWithinMs, requirements));
}

function settingsWithin(
  detectWithinMs: number,
  { path, transport }: Requirements,
): Candidate<FullKeepaliveSettings>[] {
  const { rttMs, jitterMs = 0, outageMs = 0, forgetsAfterMs = Number.POSITIVE_INFINITY } = path;
  const longestIdleS = Math.floor(Math.min(MAX_KEEPALIVE_TIME_MS, forgetsAfterMs / 2) / 1000);
  const seemsMs = apparentOutageMs(transport.wire.loss, path);
  const rtoMs = Math.min(RTO_MAX_MS, Math.max(RTO_LEAST_MS, retransmissionTimeoutMs(rttMs, jitterMs)));
  const silenceMs = detectWithinMs / (1 + KERNEL_TIMER_LATENESS) - 2 * rtoMs;
  return INTERVALS_S.flatMap((intervalS) =>
    PROBES.flatMap((probes) => {
      const confirmS = intervalS * probes;
      const idleS = Math.min(longestIdleS, Math.floor(silenceMs / 1000) - confirmS);
      // Where the interval is longer, the kernel looks only so often, whatever the idle time.
      if (idleS < intervalS || intervalS * 1000 <= rttMs) return [];
      const userTimeoutMs = (idleS + confirmS) * 1000;
      const options = { idleMs: idleS * 1000, intervalMs: intervalS * 1000, probes, userTimeoutMs };
      const sent = unansweredProbes(options).fewest;
      // The outage begins just before a probe; the last one comes after it. Data is sent again in time, too.
      const sitsOut = (sent - 1) * options.intervalMs >= outageMs && userTimeoutMs >= seemsMs;
      if (sent < PROBES[0]! || !sitsOut) return [];
      const policy = trustKernel(options);
      const predicted = predict(transport, policy, path);
      const worst = Math.max(
        predicted.detectionMs.worst,
        keepaliveBound(options, { unacknowledgedData: true, rtoMs }).detectionMs.worst,
      );
      const detectionMs = { ...predicted.detectionMs, worst };
      const mistakesPerHour = mistakes(options, path);
      return [{ policy, options, prediction: { ...predicted, detectionMs, mistakesPerHour } }];
    }),
  );
}

function mistakes(
  settings: FullKeepaliveSettings,
  { rttMs, jitterMs = 0, lossRate = 0 }: MeasuredPath,
): number {
  const { idleMs, intervalMs } = settings;
  const way = { meanMs: rttMs, varianceMs2: jitterMs ** 2, loss: 1 - (1 - lossRate) ** 2 };
  let chance = 1;
  for (let left = unansweredProbes(settings).fewest; left > 0; left--) {
    chance *= missChance(left * intervalMs - rttMs, way);
  }
  return (HOUR_MS / idleMs) * chance;
}
