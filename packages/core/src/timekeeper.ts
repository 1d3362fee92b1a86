import { BeatLedger, type LedgerEntry, type Routine } from "./beat-ledger.js";
import { type Deadlined, DeadlineQueue } from "./deadline-queue.js";
import { ProbeBudget } from "./probe-budget.js";
import { Timetable } from "./timetable.js";

/** Something that is ticked at its deadline, and judged only after pending input was let in. */
export interface Timed extends Deadlined {
  /** When the next tick would judge the peer's silence. */
  readonly verdictMs: number;
  tick(nowMs: number): void;
  /** This process did not run for `stalledMs`. Comes before the input that waited meanwhile is judged. */
  stalled(stalledMs: number, nowMs: number): void;
}

/** The little of an event loop that a {@link Timekeeper} needs. */
export interface EventLoop {
  /** How many entries are worked on in a turn, of each kind. Default {@link WORK_PER_TURN}; Infinity: all that are due. */
  readonly workPerTurn?: number;
  /** Monotonic. */
  now(): number;
  /** Calls {@link Timekeeper.fired} once, at `dueMs` or later; replaces the last such wish. Infinity: never. */
  setTimer(dueMs: number): void;
  /** Calls {@link Timekeeper.turned} once, after the loop has read what there is to read. */
  setTurn(): void;
  /** It need not any more. */
  clearTurn(): void;
}

/** A timer later than this is a stall of ours. Above what garbage collection and a busy turn usually take. */
export const STALL_THRESHOLD_MS = 50;

/**
 * How many turns of the event loop a verdict waits at most while input keeps coming in. A turn reads at least
 * 32 datagrams of each socket, so this empties a receive buffer of 8192.
 */
export const MAX_DRAIN_TURNS = 256;

/** And how long: where a turn takes long (a browser's throttled tab), input of others must not acquit anybody. */
export const MAX_DRAIN_MS = 250;

/**
 * How many entries are recalled, ticked and judged in a turn at most, of each kind: a turn of Node reads 32 datagrams of a
 * socket, and more work than that would leave unread the very input that acquits others. Probing 10 000 suspects in one
 * go takes 100 ms, in which a socket drops 10 000 beats at 100 000 a second, and makes as many suspects again.
 */
export const WORK_PER_TURN = 16;

/**
 * Keeps the deadlines of all links of one event loop with one timer, notices when this process stalled, and
 * lets pending input in before anybody is judged: in Node timers run before I/O, so after a stall an expired
 * deadline fires while the peer's beats still wait in the socket's buffer.
 */
export class Timekeeper {
  /** What all its links together may spend on confirming probes. */
  readonly probeBudget = new ProbeBudget();
  /** When its links send. */
  readonly timetable = new Timetable();
  readonly #loop: EventLoop;
  readonly #workPerTurn: number;
  readonly #queue = new DeadlineQueue<Timed>();
  /** Those who need not be asked for their deadline, as long as they are heard. */
  readonly #ledger = new BeatLedger();
  /** Those whose verdict waits for pending input. */
  #accused = new Set<Timed>();
  /** Those for whom it was let in. */
  #heardOut = new Set<Timed>();
  #timerDueMs = Number.POSITIVE_INFINITY;
  #turnDueMs = Number.POSITIVE_INFINITY;
  /** More was due than one turn may do: turns go on with it, no timer is set. */
  #isBehind = false;
  #drainSinceMs = 0;
  #drainTurn = 0;
  #inputsBefore = 0;
  #inputs = 0;
  /** Stalls up to here are told. */
  #accountedMs = Number.NEGATIVE_INFINITY;

  constructor(loop: EventLoop) {
    this.#loop = loop;
    this.#workPerTurn = loop.workPerTurn ?? WORK_PER_TURN;
  }

  now(): number {
    return this.#loop.now();
  }

  /** When the earliest work is due that waits for time to pass; Infinity: none. */
  get dueMs(): number {
    return Math.min(this.#timerDueMs, this.#turnDueMs);
  }

  /** Input arrived at `nowMs`, about to be handled. */
  heard(nowMs: number): void {
    this.#inputs += 1;
    this.noticeStall(nowMs);
  }

  /** Takes a new entry. A stall up to now is told to the others: it was before its time. */
  add(entry: Timed): void {
    this.noticeStall(this.now());
    this.update(entry);
  }

  /** Tells of an entry whose deadline may have moved. */
  update(entry: Timed): void {
    this.#queue.update(entry);
    this.#hasten();
  }

  /**
   * Enters somebody into the ledger of beats: instead of its deadline, all that is asked is whether it was heard. It is
   * recalled when its patience is nearly over.
   *
   * @returns its place, for {@link takeBeat} and {@link recall}
   */
  enter(entry: LedgerEntry, routine: Routine): number {
    // Not in the queue any more, nor accused: two places would judge it by two silences.
    this.#forget(entry);
    const place = this.#ledger.enter(entry, routine, this.now());
    this.#hasten();
    return place;
  }

  /**
   * Takes the beat of somebody in the ledger. False: it is not what was expected, and is to be handed to whoever
   * listens, as ever.
   */
  takeBeat(place: number, seq: number, intervalMs: number): boolean {
    const nowMs = this.now();
    this.heard(nowMs);
    return this.#ledger.take(place, seq, intervalMs, nowMs);
  }

  /** Ends an entry in the ledger, and tells it so; {@link update} or {@link remove} comes next. */
  recall(place: number): void {
    this.#ledger.recall(place);
  }

  /** Forgets an entry; with the last one timer and turn go too. */
  remove(entry: Timed): void {
    this.#forget(entry);
    if (this.#nextMs === Number.POSITIVE_INFINITY) this.#arm();
  }

  /** The timer's callback. */
  fired(): void {
    const nowMs = this.now();
    this.noticeStall(nowMs);
    this.#work(nowMs);
  }

  /** The turn's callback. */
  turned(): void {
    // Whatever else ran in this turn may have blocked it.
    const nowMs = this.now();
    this.noticeStall(nowMs);
    this.#turnDueMs = Number.POSITIVE_INFINITY;
    if (this.#heardOut.size > 0) {
      this.judge(nowMs);
    } else if (this.#accused.size > 0) {
      const mayGoOn = this.#drainTurn < MAX_DRAIN_TURNS && nowMs - this.#drainSinceMs < MAX_DRAIN_MS;
      if (this.#inputs !== this.#inputsBefore && mayGoOn) this.drain(this.#drainTurn + 1, this.#drainSinceMs);
      else this.judge(this.now());
    }
    if (this.#isBehind) this.#work(this.now());
  }

  /** Waits a turn of the event loop; again as long as turns bring input, see {@link turned}. */
  protected drain(turn: number, sinceMs: number): void {
    this.#drainTurn = turn;
    this.#drainSinceMs = sinceMs;
    this.#inputsBefore = this.#inputs;
    this.#takeTurn();
  }

  /** Judges the accused, as many as a turn may. Who is accused meanwhile has to be heard out first. */
  protected judge(nowMs: number): void {
    if (this.#heardOut.size === 0) [this.#accused, this.#heardOut] = [this.#heardOut, this.#accused];
    let left = this.#workPerTurn;
    for (const entry of this.#heardOut) {
      if (left-- === 0) break;
      this.#heardOut.delete(entry);
      this.#tick(entry, nowMs);
    }
    if (this.#heardOut.size > 0) this.#takeTurn();
    else if (this.#accused.size > 0) this.drain(1, nowMs);
    this.#hasten();
  }

  /** Tells all links of a stall, if work that was due ran this late and the time is not told already. */
  protected noticeStall(nowMs: number): void {
    const stalledMs = nowMs - Math.max(this.dueMs, this.#accountedMs);
    if (stalledMs < STALL_THRESHOLD_MS) return;
    // Telling 100 000 links takes long itself: counted as the next stall, it would never end.
    this.#accountedMs = Number.POSITIVE_INFINITY;
    this.#ledger.excuse(stalledMs, nowMs);
    // Copied: an observer may unsubscribe while being told. A set: the accused may have been queued again.
    const all = new Set([...this.#queue, ...this.#accused, ...this.#heardOut, ...this.#ledger]);
    for (const entry of all) entry.stalled(stalledMs, nowMs);
    this.#accountedMs = this.now();
  }

  get #nextMs(): number {
    return Math.min(this.#queue.nextMs, this.#ledger.sweepMs);
  }

  /** What is due, as much as a turn may do. */
  #work(nowMs: number): void {
    if (this.#ledger.sweepMs <= nowMs) {
      for (const entry of this.#ledger.sweep(nowMs, this.#workPerTurn)) this.#queue.update(entry);
    }
    const due = this.#queue.popDue(nowMs, this.#workPerTurn);
    const mayStart = this.#accused.size === 0 && this.#heardOut.size === 0;
    // All of them before any tick: an observer may unsubscribe others while being told.
    for (const entry of due) if (entry.verdictMs <= nowMs) this.#accused.add(entry);
    for (const entry of due) if (entry.verdictMs > nowMs) this.#tick(entry, nowMs);
    if (mayStart && this.#accused.size > 0) this.drain(1, nowMs);
    this.#arm();
  }

  #tick(entry: Timed, nowMs: number): void {
    entry.tick(nowMs);
    this.#queue.update(entry);
  }

  #forget(entry: Timed): void {
    this.#queue.remove(entry);
    this.#accused.delete(entry);
    this.#heardOut.delete(entry);
    this.#endIdleTurn();
  }

  /** Arms for what may now be due earlier. */
  #hasten(): void {
    if (!this.#isBehind && this.#nextMs < this.#timerDueMs) this.#arm();
  }

  #arm(): void {
    const nextMs = this.#nextMs;
    this.#isBehind = nextMs <= this.now();
    this.#timerDueMs = this.#isBehind ? Number.POSITIVE_INFINITY : nextMs;
    this.#loop.setTimer(this.#timerDueMs);
    if (this.#isBehind) this.#takeTurn();
    else this.#endIdleTurn();
  }

  #takeTurn(): void {
    if (this.#turnDueMs < Number.POSITIVE_INFINITY) return;
    this.#turnDueMs = this.now();
    this.#loop.setTurn();
  }

  #endIdleTurn(): void {
    if (this.#turnDueMs === Number.POSITIVE_INFINITY) return;
    if (this.#isBehind || this.#accused.size > 0 || this.#heardOut.size > 0) return;
    this.#turnDueMs = Number.POSITIVE_INFINITY;
    this.#loop.clearTurn();
  }
}
