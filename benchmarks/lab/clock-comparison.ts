import { monotonicMs } from "./clock.js";
import { calls, succeed } from "./system-calls.js";

const CLOCK_REALTIME = 0;
const ATTEMPTS = 5;

/** Milliseconds since 1970, in a double, are no finer. */
const TIME_OF_DAY_GRAIN_MS = 2 ** -12;

/**
 * How much the time of day is ahead of the monotonic clock. It has to be asked again and again, because the
 * time of day is corrected now and then.
 */
export class ClockComparison {
  #offsetMs: number | undefined;
  #errorMs = 0;

  /** How far off any result so far may be: the error of comparing, and the drift since the one before. */
  get errorMs(): number {
    return this.#errorMs + TIME_OF_DAY_GRAIN_MS;
  }

  /**
   * Reads one clock between two readings of the other, some times over, and trusts the tightest.
   *
   * @returns what to subtract from a time of day, in ms
   */
  compare(): number {
    let [offsetMs, errorMs] = [0, Number.POSITIVE_INFINITY];
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const beforeMs = monotonicMs();
      const timeOfDayMs = readTimeOfDay();
      const afterMs = monotonicMs();
      if ((afterMs - beforeMs) / 2 < errorMs) {
        errorMs = (afterMs - beforeMs) / 2;
        offsetMs = timeOfDayMs - (beforeMs + afterMs) / 2;
      }
    }
    const driftMs = Math.abs(offsetMs - (this.#offsetMs ?? offsetMs));
    this.#errorMs = Math.max(this.#errorMs, driftMs + errorMs);
    this.#offsetMs = offsetMs;
    return offsetMs;
  }
}

function readTimeOfDay(): number {
  const time = new BigInt64Array(2);
  succeed("clock_gettime", calls.clock_gettime(CLOCK_REALTIME, time));
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
}
