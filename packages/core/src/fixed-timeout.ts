import { requireDurationMs } from "./checks.js";
import { CONFIRMING_PROBES_WITHIN_LIMIT, confirmingWaitMs } from "./pacing.js";
import type { Policy, PolicyFactory, PolicyMode } from "./policy.js";

/** The longest interval a beat can announce: 2^32 - 1 ms, about 49.7 days. */
export const MAX_INTERVAL_MS = 0xffff_ffff;

/** Options of {@link fixedTimeout}. */
export interface FixedTimeoutOptions {
  /** Between our probes or beats; in mode `listen`, between the peer's. 1 to 2^32 - 1. */
  readonly intervalMs: number;
  /** Detection time = interval × this (RFC 5880, 6.8.4). More than 1; default 3. */
  readonly detectMultiplier?: number;
  /** Who sends what; default `echo`. */
  readonly mode?: PolicyMode;
  /**
   * Silence that makes the peer suspect. From one interval to the detection time; default half the detection
   * time, but not below 1.25 intervals, since a healthy peer is silent for one interval and a round trip.
   */
  readonly suspectAfterMs?: number;
  /**
   * While suspect, probe this often; default a fifteenth of the time from suspicion to death, but 20 ms, or where
   * that is shorter a quarter of that time. Infinity: no confirming probes.
   */
  readonly confirmIntervalMs?: number;
  /**
   * In modes `beat` and `listen` a peer may announce a longer interval than ours, in mode `echo` it may ask us for a
   * slower pace. We follow, and the thresholds with us, up to this interval: nobody can talk us out of detection, and
   * a peer that insists on less may refuse us. (In mode `beat` ours go out as rarely as the peer asks, since it alone
   * judges by them.) Default 10 × `intervalMs`.
   */
  readonly maxIntervalMs?: number;
  /**
   * In mode `echo`: send no probe while the peer is heard anyway, as by its application's octets. The bound on
   * detection stays. Default false.
   */
  readonly demand?: boolean;
}

interface Thresholds {
  readonly mode: PolicyMode;
  readonly intervalMs: number;
  readonly suspectAfterMs: number;
  readonly deadAfterMs: number;
  readonly confirmIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly demand: boolean;
}

class FixedTimeout implements Policy {
  readonly name = "fixed-timeout";
  readonly #base: Thresholds;
  /** How many times slower than asked heartbeats of the peer may come, be they beats or echoes: at least 1. */
  #slowness = 1;
  /** How many times slower than we would our own go out: at least 1. */
  #restraint = 1;
  /** Even in doubt a peer is not flooded that asked for a slower pace. */
  #leastConfirmMs = 0;

  constructor(base: Thresholds) {
    this.#base = base;
  }

  get mode(): PolicyMode {
    return this.#base.mode;
  }

  get demand(): boolean {
    return this.#base.demand;
  }

  get intervalMs(): number {
    const { mode, intervalMs } = this.#base;
    return intervalMs * (mode === "listen" ? this.#slowness : this.#restraint);
  }

  get suspectAfterMs(): number {
    return this.#base.suspectAfterMs * this.#slowness;
  }

  get deadAfterMs(): number {
    return this.#base.deadAfterMs * this.#slowness;
  }

  get confirmIntervalMs(): number {
    return Math.max(this.#base.confirmIntervalMs * this.#slowness, this.#leastConfirmMs);
  }

  announced(intervalMs: number): void {
    // Echoes come at our own pace, whatever the peer beats besides. Zero promises nothing.
    if (this.#base.mode !== "echo" && intervalMs > 0) this.#slowness = this.#times(intervalMs);
  }

  limited(minReceiveMs: number): void {
    const { mode, intervalMs, maxIntervalMs } = this.#base;
    // Echoes come at our own pace, and nobody can talk us out of detection; of our beats the peer may have as few as it
    // likes, since it alone judges by them.
    const followedMs = mode === "echo" ? Math.min(minReceiveMs, maxIntervalMs) : minReceiveMs;
    this.#restraint = Math.max(1, followedMs / intervalMs);
    this.#leastConfirmMs = followedMs / CONFIRMING_PROBES_WITHIN_LIMIT;
    if (mode === "echo") this.#slowness = this.#restraint;
  }

  #times(intervalMs: number): number {
    const { intervalMs: askedMs, maxIntervalMs } = this.#base;
    return Math.max(1, Math.min(intervalMs, maxIntervalMs) / askedMs);
  }
}

/**
 * The classic detector: dead after `intervalMs × detectMultiplier` of silence, suspect before, with quick
 * confirming probes in between. Worst-case detection: that product, plus half a round trip.
 *
 * @throws RangeError when an option cannot work, with its name and value.
 */
export function fixedTimeout(options: FixedTimeoutOptions): PolicyFactory {
  const { intervalMs, detectMultiplier = 3, mode = "echo" } = options;
  requireDurationMs("intervalMs", intervalMs, 1, MAX_INTERVAL_MS);
  if (!(detectMultiplier > 1) || !Number.isFinite(detectMultiplier)) {
    throw new RangeError(
      `detectMultiplier must be a finite number above 1, not ${detectMultiplier}: with a timeout of at most one interval every healthy peer would be called dead`,
    );
  }
  if (mode !== "echo" && mode !== "beat" && mode !== "listen") {
    throw new RangeError(`mode must be "echo", "beat" or "listen", not ${String(mode)}`);
  }
  const deadAfterMs = intervalMs * detectMultiplier;
  const suspectAfterMs =
    options.suspectAfterMs ?? Math.min(deadAfterMs, Math.max(1.25 * intervalMs, deadAfterMs / 2));
  requireDurationMs("suspectAfterMs", suspectAfterMs, intervalMs, deadAfterMs);
  const confirmIntervalMs = options.confirmIntervalMs ?? confirmingWaitMs(deadAfterMs - suspectAfterMs);
  requireDurationMs("confirmIntervalMs", confirmIntervalMs, 1, Number.POSITIVE_INFINITY);
  const maxIntervalMs = options.maxIntervalMs ?? Math.min(10 * intervalMs, MAX_INTERVAL_MS);
  requireDurationMs("maxIntervalMs", maxIntervalMs, intervalMs, MAX_INTERVAL_MS);
  const demand = options.demand ?? false;
  if (demand && mode !== "echo") {
    throw new RangeError(
      `demand needs mode "echo", not "${mode}": what beats is awaited, and cannot be left out`,
    );
  }
  const base = { mode, intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs, maxIntervalMs, demand };
  return () => new FixedTimeout(base);
}
