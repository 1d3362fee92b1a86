import { requireDurationMs, requireInteger } from "./checks.js";
import { type FixedTimeoutOptions, fixedTimeout, MAX_INTERVAL_MS } from "./fixed-timeout.js";
import type { Policy, PolicyMode } from "./policy.js";

/**
 * What {@link AdaptiveOptions} shares with a fixed timeout, which judges until there is something to adapt
 * to.
 */
type SharedOptions = Pick<FixedTimeoutOptions, "intervalMs" | "detectMultiplier" | "mode" | "demand">;

/** Options of every policy that learns from the gaps between heartbeats. */
export interface AdaptiveOptions extends SharedOptions {
  /**
   * So many gaps are watched before they are believed; until then the fixed timeout applies. 2 to 10 000;
   * default 30.
   */
  readonly warmUpGaps?: number;
  /**
   * However regular the peer, it is not dead before so much silence. From `intervalMs` to `maxDetectionMs`;
   * default 2 × `intervalMs`, so that one lost heartbeat leaves time to confirm, but no more than the fixed
   * timeout.
   */
  readonly minDetectionMs?: number;
  /**
   * However irregular the peer, and whatever it announces or asks for, so much silence is death: nobody can
   * talk us out of detection. Finite, and at least the fixed timeout; default 3 times that. A peer that asks
   * for a slower pace is followed while so much is left of it that the fixed timeout fits.
   */
  readonly maxDetectionMs?: number;
  /**
   * While suspect, probe this often, 1 or more; default a fifteenth of the time from suspicion to death, as it
   * is then. Infinity: no confirming probes.
   */
  readonly confirmIntervalMs?: number;
}

/** {@link AdaptiveOptions}, checked and complete; one for all links of a factory. */
export interface AdaptiveSettings {
  readonly mode: PolicyMode;
  readonly demand: boolean;
  readonly intervalMs: number;
  /** The slowest pace of our own that the peer may ask for. */
  readonly slowestMs: number;
  readonly warmUpGaps: number;
  readonly warmUp: Pick<Policy, "suspectAfterMs" | "deadAfterMs">;
  readonly minDetectionMs: number;
  readonly maxDetectionMs: number;
  readonly confirmIntervalMs: number | undefined;
}

/** The most gaps that a window may hold. */
export const MAX_WINDOW_GAPS = 10_000;

/**
 * Checks what all adaptive policies have in common.
 *
 * @throws RangeError when an option cannot work, with its name and value.
 */
export function adaptiveSettings(options: AdaptiveOptions): AdaptiveSettings {
  const { intervalMs, detectMultiplier = 3, mode = "echo", demand = false } = options;
  const { warmUpGaps = 30, confirmIntervalMs } = options;
  const { suspectAfterMs, deadAfterMs } = fixedTimeout({ intervalMs, detectMultiplier, mode, demand })();
  requireInteger("warmUpGaps", warmUpGaps, 2, MAX_WINDOW_GAPS);
  const { maxDetectionMs = 3 * deadAfterMs } = options;
  requireDurationMs("maxDetectionMs", maxDetectionMs, deadAfterMs, Number.MAX_SAFE_INTEGER);
  const { minDetectionMs = Math.min(2 * intervalMs, deadAfterMs) } = options;
  requireDurationMs("minDetectionMs", minDetectionMs, intervalMs, maxDetectionMs);
  if (confirmIntervalMs !== undefined) {
    requireDurationMs("confirmIntervalMs", confirmIntervalMs, 1, Number.POSITIVE_INFINITY);
  }
  const slowestMs = Math.min(maxDetectionMs / detectMultiplier, MAX_INTERVAL_MS);
  const warmUp = { suspectAfterMs, deadAfterMs };
  const bounds = { minDetectionMs, maxDetectionMs, confirmIntervalMs };
  return { mode, demand, intervalMs, slowestMs, warmUpGaps, warmUp, ...bounds };
}
