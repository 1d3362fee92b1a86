import { type Deadlined, DeadlineQueue, ProbeBudget } from "@heartwire/core";

/** What a {@link Keeper} keeps the deadlines of: one link's watch. */
export interface Timed extends Deadlined {
  /** When the next tick would judge the peer's silence. */
  readonly verdictMs: number;
  tick(nowMs: number): void;
  /** This process did not run for `stalledMs`. */
  stalled(stalledMs: number, nowMs: number): void;
}

/** The little of an event loop that a {@link Keeper} needs. Times are its process's monotonic clock's. */
export interface EventLoop {
  now(): number;
  /** Calls {@link Keeper.fired} once, at `dueMs` or later; replaces the last such wish. Infinity: never. */
  setTimer(dueMs: number): void;
  /** Calls {@link Keeper.turned} once, after the loop has read what there is to read. */
  setImmediate(): void;
}

/** As STALL_THRESHOLD_MS of the driver that is modelled. */
export const STALL_THRESHOLD_MS = 50;
/** As MAX_DRAIN_TURNS there. */
const MAX_DRAIN_TURNS = 256;
/** As MAX_DRAIN_MS there. */
export const MAX_DRAIN_MS = 250;

/**
 * The driver of all links of one process, as package `heartwire` has it in src/timekeeper.ts, without RxJS. It
 * mirrors, method by method: one timer for one queue (#arm); a timer 50 ms late or more is a stall, told to all
 * before anything else and counted once (#noticeStall, also called by each input and each new link); who has
 * nothing to be judged for is ticked at once, the accused wait until a turn of the loop brought no input, 256
 * turns or 250 ms at most (#fired, #letInputIn), and only then are judged (#judge). Where the two differ, that
 * one is right.
 */
export class Keeper {
  readonly probeBudget = new ProbeBudget();
  readonly #loop: EventLoop;
  readonly #queue = new DeadlineQueue<Timed>();
  /** Those whose verdict waits for pending input. */
  protected readonly accused = new Set<Timed>();
  #timerDueMs = Number.POSITIVE_INFINITY;
  #drainDueMs = Number.POSITIVE_INFINITY;
  #drainSinceMs = 0;
  #drainTurn = 0;
  #inputsBefore = 0;
  /** Stalls up to here are told. */
  #accountedMs = Number.NEGATIVE_INFINITY;
  #inputs = 0;

  constructor(loop: EventLoop) {
    this.#loop = loop;
  }

  /** When the earliest work is due that this driver waits for. */
  get dueMs(): number {
    return Math.min(this.#timerDueMs, this.#drainDueMs);
  }

  /** Input arrived at `nowMs`, about to be handled. */
  heard(nowMs: number): void {
    this.#inputs += 1;
    this.noticeStall(nowMs);
  }

  add(entry: Timed): void {
    this.noticeStall(this.#loop.now());
    this.update(entry);
  }

  update(entry: Timed): void {
    this.#queue.update(entry);
    if (this.#queue.nextMs < this.#timerDueMs) this.#arm();
  }

  remove(entry: Timed): void {
    this.#queue.remove(entry);
    this.accused.delete(entry);
    if (this.accused.size > 0) return;
    this.#drainDueMs = Number.POSITIVE_INFINITY;
    if (this.#queue.nextMs === Number.POSITIVE_INFINITY) this.#arm();
  }

  /** The timer's callback. */
  fired(): void {
    const nowMs = this.#loop.now();
    this.noticeStall(nowMs);
    const due = this.#queue.popDue(nowMs);
    for (const entry of due) if (entry.verdictMs <= nowMs) this.accused.add(entry);
    for (const entry of due) if (entry.verdictMs > nowMs) this.#tick(entry, nowMs);
    if (this.accused.size > 0 && this.#drainDueMs === Number.POSITIVE_INFINITY) this.drain(1, nowMs);
    this.#arm();
  }

  /** The immediate's callback. */
  turned(): void {
    // A drain that has ended meanwhile: its immediate was cancelled.
    if (this.#drainDueMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#loop.now();
    this.noticeStall(nowMs);
    if (this.accused.size === 0) return;
    const mayGoOn = this.#drainTurn < MAX_DRAIN_TURNS && nowMs - this.#drainSinceMs < MAX_DRAIN_MS;
    if (this.#inputs !== this.#inputsBefore && mayGoOn) {
      this.drain(this.#drainTurn + 1, this.#drainSinceMs);
      return;
    }
    this.#drainDueMs = Number.POSITIVE_INFINITY;
    this.judge(nowMs);
  }

  /** Lets one turn of the loop pass. */
  protected drain(turn: number, sinceMs: number): void {
    this.#drainTurn = turn;
    this.#drainSinceMs = sinceMs;
    this.#inputsBefore = this.#inputs;
    this.#drainDueMs = this.#loop.now();
    this.#loop.setImmediate();
  }

  protected judge(nowMs: number): void {
    const accused = [...this.accused];
    this.accused.clear();
    for (const entry of accused) this.#tick(entry, nowMs);
    if (this.#queue.nextMs < this.#timerDueMs) this.#arm();
  }

  protected noticeStall(nowMs: number): void {
    const stalledMs = nowMs - Math.max(this.dueMs, this.#accountedMs);
    if (stalledMs < STALL_THRESHOLD_MS) return;
    this.#accountedMs = Number.POSITIVE_INFINITY;
    for (const entry of new Set([...this.#queue, ...this.accused])) entry.stalled(stalledMs, nowMs);
    this.#accountedMs = this.#loop.now();
  }

  #tick(entry: Timed, nowMs: number): void {
    entry.tick(nowMs);
    this.#queue.update(entry);
  }

  #arm(): void {
    this.#timerDueMs = this.#queue.nextMs;
    this.#loop.setTimer(this.#timerDueMs);
  }
}
