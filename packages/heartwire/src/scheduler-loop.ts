import { type EventLoop, Timekeeper, WORK_PER_TURN } from "@heartwire/core";
import type { SchedulerLike, Subscription } from "rxjs";

const keepers = new WeakMap<SchedulerLike, Timekeeper>();

/** The one timekeeper of a scheduler: links share their timer and their stalls. */
export function timekeeperOf(scheduler: SchedulerLike): Timekeeper {
  let keeper = keepers.get(scheduler);
  if (keeper === undefined) {
    keeper = new SchedulerLoop(scheduler).keeper;
    keepers.set(scheduler, keeper);
  }
  return keeper;
}

/** The event loop as a scheduler of RxJS shows it. */
class SchedulerLoop implements EventLoop {
  /** A browser loses no input that waits, and in a background tab has a turn a second: there all is done at once. */
  readonly workPerTurn = typeof setImmediate === "function" ? WORK_PER_TURN : Number.POSITIVE_INFINITY;
  readonly keeper = new Timekeeper(this);
  readonly #scheduler: SchedulerLike;
  #timer: Subscription | undefined;
  #turn: Subscription | undefined;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  now(): number {
    return this.#scheduler.now();
  }

  setTimer(dueMs: number): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.max(0, dueMs - this.now());
    this.#timer = this.#scheduler.schedule(() => this.keeper.fired(), waitMs);
  }

  setTurn(): void {
    this.#turn = this.#scheduler.schedule(() => this.keeper.turned(), 0);
  }

  clearTurn(): void {
    this.#turn?.unsubscribe();
    this.#turn = undefined;
  }
}
