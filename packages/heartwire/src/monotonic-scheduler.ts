import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";

/** A longer delay would make setTimeout fire at once, so it is waited for in parts. */
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
    this.#wait(delayMs, state);
    return this;
  }

  #wait(delayMs: number, state: T | undefined): void {
    this.#cancel = after(Math.min(delayMs, MAX_TIMER_MS), () => {
      if (delayMs > MAX_TIMER_MS) this.#wait(delayMs - MAX_TIMER_MS, state);
      else this.#run(state);
    });
  }

  #run(state: T | undefined): void {
    this.#cancel = undefined;
    try {
      this.#work.call(this, state);
    } finally {
      // The work may have scheduled itself again.
      if (this.#cancel === undefined) this.unsubscribe();
    }
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
  const timer = setTimeout(run, Math.ceil(delayMs));
  return () => clearTimeout(timer);
}

/**
 * RxJS's time source on the monotonic clock: `now()` is `performance.now()`, which no change of the wall
 * clock moves. Work without delay runs after pending I/O was read; a delay may be as long as it likes.
 */
export const monotonicScheduler: SchedulerLike = {
  now: () => performance.now(),
  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
    return new TimerAction(work).schedule(state, delayMs);
  },
};
