import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";

/** Longer delays make setTimeout fire at once; the work then finds nothing due and is scheduled again. */
const MAX_TIMER_MS = 0x7fff_ffff;

class TimerAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  #cancel: (() => void) | undefined;

  constructor(work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#work = work;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel?.();
    this.#cancel = after(delayMs, () => {
      this.#cancel = undefined;
      this.#work.call(this, state);
      // The work may have scheduled itself again.
      if (this.#cancel === undefined) this.unsubscribe();
    });
    return this;
  }

  override unsubscribe(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    super.unsubscribe();
  }
}

function after(delayMs: number, run: () => void): () => void {
  // In Node setImmediate runs once pending I/O has been read; a timer of 0 ms may run before that.
  if (delayMs <= 0 && typeof setImmediate === "function") {
    const immediate = setImmediate(run);
    return () => clearImmediate(immediate);
  }
  const timer = setTimeout(run, Math.min(Math.ceil(delayMs), MAX_TIMER_MS));
  return () => clearTimeout(timer);
}

/**
 * RxJS's time source on the monotonic clock: `now()` is `performance.now()`, which no change of the wall
 * clock moves. Work without delay runs after pending I/O was read. A delay above 2^31 - 1 ms (24.8 days) is
 * cut to that.
 */
export const monotonicScheduler: SchedulerLike = {
  now: () => performance.now(),
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
    return new TimerAction(work).schedule(state, delayMs);
  },
};
