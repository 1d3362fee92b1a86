import { chooseConfiguration } from "./configuration-search.js";
import { apparentOutageMs } from "./evidence-chance.js";
import { fixedTimeout, MAX_INTERVAL_MS } from "./fixed-timeout.js";
import { heartbeatBound, lateEvidenceMs } from "./heartbeat-bound.js";
import { MAX_OUTSTANDING_PROBES } from "./outstanding-probes.js";
import type { PolicyMode } from "./policy.js";
import { type Candidate, type Configuration, checkRequirements, type Requirements } from "./requirements.js";

/** {@link Requirements} of heartbeats. */
export interface HeartbeatRequirements extends Requirements {
  /** Who sends what; default `echo`, where the peer need only answer. In `listen` and `beat` it must beat as often. */
  readonly mode?: PolicyMode;
}

/** Of `fixedTimeout`, all that differs from its defaults. */
export interface HeartbeatSettings {
  readonly mode: PolicyMode;
  readonly intervalMs: number;
  readonly detectMultiplier: number;
}

/** From one heartbeat and its confirmation to 64 in a row. */
const MULTIPLIERS = [
  1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56,
  64,
];

/**
 * From requirements to a policy: the `fixedTimeout` with the longest interval, and so the fewest octets, that meets
 * them on this path; or which of them cannot be met, why, and the nearest settings that can.
 *
 * After the configurator of Chen, Toueg, Aguilera, On the Quality of Service of Failure Detectors, IEEE Transactions
 * on Computers 51(5), 2002, sections 4 and 5: T_D^U, T_MR^L and a path known by loss, mean and variance of its delay
 * give the longest interval η that keeps both. It is searched among detection times of 1.5 to 64 intervals, rounded
 * down to three digits, each judged with its confirming probes. Their T_M^U, how long a mistake lasts, is not asked
 * for: our verdict of death is final, and a new link undoes it.
 *
 * The figures hold for independent losses and delays. Real ones come in bursts: `path.outageMs` says how long.
 *
 * Measured: below 1 ms with a time to detect within, 4 to 40 ms where that is searched for. Worst case 1100 predictions of at
 * most 64 heartbeats each.
 *
 * @throws RangeError for a figure that cannot be; TypeError if nothing is asked, or for a field that is missing or unknown.
 */
export function policyFor(requirements: HeartbeatRequirements): Configuration<HeartbeatSettings> {
  checkRequirements(requirements, ["mode"]);
  return chooseConfiguration(requirements, (detectWithinMs) =>
    heartbeatsWithin(detectWithinMs, requirements),
  );
}

function heartbeatsWithin(
  detectWithinMs: number,
  { path, transport, mode = "echo" }: HeartbeatRequirements,
): Candidate<HeartbeatSettings>[] {
  const { rttMs, timerSlackMs = 2, forgetsAfterMs } = path;
  const outageMs = apparentOutageMs(transport.wire.loss, path);
  const lateMs = lateEvidenceMs(transport.wire, path);
  const silenceMs = detectWithinMs - rttMs / 2 - lateMs - timerSlackMs;
  const longestMs = Math.min(MAX_INTERVAL_MS, (forgetsAfterMs ?? Number.POSITIVE_INFINITY) / 2);
  // An echo to a probe that was forgotten would be no evidence.
  const shortestMs = Math.max(1, (rttMs + lateMs) / (MAX_OUTSTANDING_PROBES / 2));
  return MULTIPLIERS.flatMap((detectMultiplier) => {
    const intervalMs = threeDigits(Math.min(silenceMs / detectMultiplier, longestMs));
    if (intervalMs < shortestMs) return [];
    const options = { mode, intervalMs, detectMultiplier };
    const policy = fixedTimeout(options);
    const { suspectAfterMs, confirmIntervalMs, deadAfterMs } = policy();
    // A new link is silent until its first answer. And where an outage begins just before a heartbeat, the first
    // confirming probe after it must be answered in time.
    const askedAgainMs =
      outageMs > 0 ? Math.max(suspectAfterMs, intervalMs + outageMs + confirmIntervalMs) : 0;
    const askedMs = Math.max(intervalMs, askedAgainMs);
    if (deadAfterMs <= askedMs + rttMs + lateMs + timerSlackMs) return [];
    return [{ policy, options, prediction: heartbeatBound(transport, policy(), path) }];
  });
}

/** Rounded down, so that people can read it; whole milliseconds from 100 on. */
function threeDigits(ms: number): number {
  if (!(ms >= 1)) return 0;
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ms)) - 2);
  return Math.floor(ms / unit) * unit;
}
