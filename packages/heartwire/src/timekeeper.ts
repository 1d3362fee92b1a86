import { type Deadlined, DeadlineQueue, ProbeBudget } from "@heartwire/core";
import type { SchedulerLike, Subscription } from "rxjs";

/** Something that is ticked at its deadline, and judged only after pending input was let in. */
export interface Timed extends Deadlined {
  /** When the next tick would judge the peer's silence. */
  readonly verdictMs: number;
  tick(nowMs: number): void;
  /** This process did not run for `stalledMs`. Comes before the input that waited meanwhile is judged. */
  stalled(stalledMs: number, nowMs: number): void;
}

/** A timer later than this is a stall of ours. Above what garbage collection and a busy turn usually take. */
export const STALL_THRESHOLD_MS = 50;

/**
 * How many turns of the event loop a verdict waits at most while input keeps coming in. A turn reads at least
 * 32 datagrams of each socket, so this empties a receive buffer of 8192.
 */
const MAX_DRAIN_TURNS = 256;

/** And how long: where a turn takes long (a browser's throttled tab), input of others must not acquit anybody. */
const MAX_DRAIN_MS = 250;

/**
 * Keeps the deadlines of all links on one scheduler with one timer, notices when this process stalled, and
 * lets pending input in before anybody is judged: in Node timers run before I/O, so after a stall an expired
 * deadline fires while the peer's beats still wait in the socket's buffer.
 */
export class Timekeeper {
  static readonly #byScheduler = new WeakMap<SchedulerLike, Timekeeper>();

  /** The one timekeeper of a scheduler: links share their timer and their stalls. */
  static of(scheduler: SchedulerLike): Timekeeper {
    let keeper = Timekeeper.#byScheduler.get(scheduler);
    if (keeper === undefined) {
      keeper = new Timekeeper(scheduler);
      Timekeeper.#byScheduler.set(scheduler, keeper);
    }
    return keeper;
  }

  /** What all its links together may spend on confirming probes. */
  readonly probeBudget = new ProbeBudget();
  readonly #scheduler: SchedulerLike;
  readonly #queue = new DeadlineQueue<Timed>();
  /** Those whose verdict waits for pending input. */
  readonly #accused = new Set<Timed>();
  #timer: Subscription | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #drain: Subscription | undefined;
  #drainDueMs = Number.POSITIVE_INFINITY;
  /** Stalls up to here are told. */
  #accountedMs = Number.NEGATIVE_INFINITY;
  #inputs = 0;

  private constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  now(): number {
    return this.#scheduler.now();
  }

  /** Input arrived at `nowMs`, about to be handled. */
  heard(nowMs: number): void {
    this.#inputs += 1;
    this.#noticeStall(nowMs);
  }

  /** Takes a new entry. A stall up to now is told to the others: it was before its time. */
  add(entry: Timed): void {
    this.#noticeStall(this.now());
    this.update(entry);
  }

  /** Tells of an entry whose deadline may have moved. */
  update(entry: Timed): void {
    this.#queue.update(entry);
    if (this.#queue.nextMs < this.#timerDueMs) this.#arm();
  }

  /** Forgets an entry; with the last one the timer goes too. */
  remove(entry: Timed): void {
    this.#queue.remove(entry);
    this.#accused.delete(entry);
    if (this.#accused.size === 0) {
      this.#endDrain();
      if (this.#queue.nextMs === Number.POSITIVE_INFINITY) this.#disarm();
    }
  }

  #arm(): void {
    this.#disarm();
    const nextMs = this.#queue.nextMs;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timerDueMs = nextMs;
    this.#timer = this.#scheduler.schedule(() => this.#fired(), Math.max(0, nextMs - this.now()));
  }

  #disarm(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  #fired(): void {
    const nowMs = this.now();
    this.#noticeStall(nowMs);
    const due = this.#queue.popDue(nowMs);
    // All of them before any tick: an observer may unsubscribe others while being told.
    for (const entry of due) if (entry.verdictMs <= nowMs) this.#accused.add(entry);
    for (const entry of due) if (entry.verdictMs > nowMs) this.#tick(entry, nowMs);
    if (this.#accused.size > 0 && this.#drain === undefined) this.#letInputIn(1, nowMs);
    this.#arm();
  }

  #tick(entry: Timed, nowMs: number): void {
    entry.tick(nowMs);
    this.#queue.update(entry);
  }

  /** Waits a turn of the event loop, and again as long as turns bring input, then judges. */
  #letInputIn(turn: number, sinceMs: number): void {
    const inputsBefore = this.#inputs;
    this.#drainDueMs = this.now();
    this.#drain = this.#scheduler.schedule(() => {
      // Whatever else ran in this turn may have blocked it.
      const nowMs = this.now();
      this.#noticeStall(nowMs);
      if (this.#accused.size === 0) return;
      const mayGoOn = turn < MAX_DRAIN_TURNS && nowMs - sinceMs < MAX_DRAIN_MS;
      if (this.#inputs !== inputsBefore && mayGoOn) {
        this.#letInputIn(turn + 1, sinceMs);
        return;
      }
      this.#endDrain();
      this.#judge();
    }, 0);
  }

  #endDrain(): void {
    this.#drain?.unsubscribe();
    this.#drain = undefined;
    this.#drainDueMs = Number.POSITIVE_INFINITY;
  }

  #judge(): void {
    const nowMs = this.now();
    const accused = [...this.#accused];
    this.#accused.clear();
    for (const entry of accused) this.#tick(entry, nowMs);
    if (this.#queue.nextMs < this.#timerDueMs) this.#arm();
  }

  /** Tells all links of a stall, if work that was due ran this late and the time is not told already. */
  #noticeStall(nowMs: number): void {
    const dueMs = Math.min(this.#timerDueMs, this.#drainDueMs);
    const stalledMs = nowMs - Math.max(dueMs, this.#accountedMs);
    if (stalledMs < STALL_THRESHOLD_MS) return;
    // Telling 100 000 links takes long itself: counted as the next stall, it would never end.
    this.#accountedMs = Number.POSITIVE_INFINITY;
    // Copied: an observer may unsubscribe while being told. A set: the accused may have been queued again.
    for (const entry of new Set([...this.#queue, ...this.#accused])) entry.stalled(stalledMs, nowMs);
    this.#accountedMs = this.now();
  }
}
