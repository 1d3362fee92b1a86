import { type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";

class ManualAction<T> extends Subscription implements SchedulerAction<T> {
  dueMs = 0;
  state: T | undefined;
  readonly #scheduler: ManualScheduler;
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;

  constructor(scheduler: ManualScheduler, work: (this: SchedulerAction<T>, state?: T) => void) {
    super();
    this.#scheduler = scheduler;
    this.#work = work;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    this.state = state;
    this.dueMs = this.#scheduler.now() + delayMs;
    this.#scheduler.actions.add(this as ManualAction<unknown>);
    return this;
  }

  run(): void {
    this.#scheduler.actions.delete(this as ManualAction<unknown>);
    this.#work.call(this, this.state as T);
  }

  override unsubscribe(): void {
    this.#scheduler.actions.delete(this as ManualAction<unknown>);
    super.unsubscribe();
  }
}

/**
 * Time in the hands of a test, as a process really lives it: time may pass while nothing runs
 * ({@link freeze}), and then what is due runs late, one turn of the event loop after the other.
 */
export class ManualScheduler implements SchedulerLike {
  readonly actions = new Set<ManualAction<unknown>>();
  #nowMs = 0;

  now(): number {
    return this.#nowMs;
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
    return new ManualAction(this, work).schedule(state, delayMs);
  }

  /** How many timers and turns are waited for. */
  get pending(): number {
    return this.actions.size;
  }

  /** Time passes and the process does not run. */
  freeze(ms: number): void {
    this.#nowMs += ms;
  }

  /** One turn: runs what is due by now, but not what that schedules in its course. Returns how much ran. */
  turn(): number {
    const due = [...this.actions].filter((action) => action.dueMs <= this.#nowMs);
    due.sort((a, b) => a.dueMs - b.dueMs);
    for (const action of due) if (this.actions.has(action)) action.run();
    return due.length;
  }

  /** Turns until nothing is due. */
  settle(): void {
    for (let turns = 0; this.turn() > 0; turns++) {
      if (turns > 10_000)
        throw new Error("does not settle: something schedules itself without delay for ever");
    }
  }

  /** Time passes and the process runs: everything runs at its own time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    this.settle();
    for (;;) {
      const nextMs = Math.min(...[...this.actions].map((action) => action.dueMs));
      if (nextMs > endMs) break;
      this.#nowMs = nextMs;
      this.settle();
    }
    this.#nowMs = endMs;
  }
}
