/** The little that this package needs to know of time, so that it works in virtual time as well. */
export interface Time {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /**
   * Runs `work` once after `delayMs`, never before `schedule` has returned. Works of one due time run in the
   * order in which they were scheduled.
   *
   * @returns a function that cancels it; harmless when it has run already.
   */
  schedule(work: () => void, delayMs: number): () => void;
}

/** The machine's own monotonic time. Without a delay, work runs in the event loop's next turn. */
export const systemTime: Time = {
  now: () => performance.now(),
  schedule(work, delayMs) {
    if (delayMs <= 0) {
      const immediate = setImmediate(work);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};
