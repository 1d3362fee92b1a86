import { requireDurationMs } from "./checks.js";
import { type FixedPace, SlowedPace } from "./fixed-pace.js";
import { confirmingWaitMs } from "./pacing.js";
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

/** One field, for there may be very many: the pace is shared until the peer wants another. */
class FixedTimeout implements Policy {
  #pace: FixedPace;

  constructor(pace: FixedPace) {
    this.#pace = pace;
  }

  get name(): string {
    return "fixed-timeout";
  }

  get mode(): PolicyMode {
    return this.#pace.mode;
  }

  get demand(): boolean {
    return this.#pace.demand;
  }

  get intervalMs(): number {
    return this.#pace.intervalMs;
  }

  get suspectAfterMs(): number {
    return this.#pace.suspectAfterMs;
  }

  get deadAfterMs(): number {
    return this.#pace.deadAfterMs;
  }

  get confirmIntervalMs(): number {
    return this.#pace.confirmIntervalMs;
  }

  announced(intervalMs: number): void {
    const pace = this.#pace;
    // Echoes come at our own pace, whatever the peer beats besides. Zero promises nothing.
    if (pace.mode === "echo" || !(intervalMs > 0)) return;
    // One that keeps to what it is asked for needs no pace of its own.
    if (pace instanceof SlowedPace || intervalMs > pace.intervalMs) this.slowed().announced(intervalMs);
  }

  limited(minReceiveMs: number): void {
    this.slowed().limited(minReceiveMs);
  }

  private slowed(): SlowedPace {
    const pace = this.#pace instanceof SlowedPace ? this.#pace : new SlowedPace(this.#pace);
    this.#pace = pace;
    return pace;
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
  const pace = { mode, demand, intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs, maxIntervalMs };
  return () => new FixedTimeout(pace);
}
