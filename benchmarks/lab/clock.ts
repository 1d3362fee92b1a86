/**
 * The time of day for a whole machine: CLOCK_MONOTONIC, which every process shares, so that an instant
 * stamped in one process can be subtracted from an instant stamped in another.
 *
 * @returns milliseconds since an arbitrary moment (on Linux: the boot), with fractions down to the nanosecond
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** When something happened, as precisely as is known. */
export interface Instant {
  /** The middle of the span in which it happened, on the clock of {@link monotonicMs}. */
  readonly atMs: number;
  /** It happened at most this much before or after `atMs`. */
  readonly uncertaintyMs: number;
}

/**
 * Acts, and says when.
 *
 * @param act what to do; it must have taken effect by the time it returns
 * @returns the instant of its effect: between the call and the return
 */
export function stamp(act: () => void): Instant {
  const beforeMs = monotonicMs();
  act();
  const afterMs = monotonicMs();
  return { atMs: (beforeMs + afterMs) / 2, uncertaintyMs: (afterMs - beforeMs) / 2 };
}
