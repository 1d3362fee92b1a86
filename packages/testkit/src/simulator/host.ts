import type { EventLoop, Timekeeper } from "@heartwire/core";
import type { Happening } from "./happening-queue.js";
import type { KeyedRandom } from "./keyed-random.js";

/** True time, which no process of the simulation can read. */
export interface World {
  readonly nowMs: number;
  schedule(atMs: number, happening: Happening): void;
}

/** What waits for a process to run: a frame in its socket's buffer, or work of its own. */
export interface Readable {
  /** The process runs, and has come to it. */
  read(): void;
}

/** What makes a host. */
export interface HostOptions {
  /** Of its monotonic clock: milliseconds of its own per true one. */
  readonly rate: number;
  /** What its monotonic clock says at the start: the time since its boot. */
  readonly startMs: number;
  readonly timerSlackMs: number;
  readonly receiveBufferFrames: number;
  readonly random: KeyedRandom;
  readonly keeper: (loop: EventLoop) => Timekeeper;
}

/** How long a turn of a busy event loop takes. */
export const TURN_MS = 0.2;
/** How many datagrams a turn reads of one socket, as libuv's uv__udp_recvmsg. */
const READS_PER_TURN = 32;

/**
 * A process and its event loop, in the order of Node's phases: timers, then what waits in the socket's buffer, then
 * immediates. While it is stalled, all of that waits; what comes after the buffer is full is lost.
 */
export class Host implements EventLoop {
  readonly keeper: Timekeeper;
  readonly #bornMs: number;
  readonly #buffer: Readable[] = [];
  readonly #turn: Happening = { happen: () => this.#turned() };
  #isTurnComing = false;
  #timer = 0;
  #isTimerDue = false;
  #isImmediateDue = false;
  #state: "running" | "stalled" | "suspended" | "down" = "running";
  #stall = 0;
  #stallBeganMs = 0;
  #stalledMs = 0;
  readonly #excusesMs: number[] = [];
  #excusedFromMs = 0;
  #stalls = 0;
  #pausedMs = 0;
  #pauseBeganMs = 0;
  #longestPauseMs = 0;
  /** What its clock has left out, in true time. */
  #stoodMs = 0;
  #standsSinceMs = Number.NaN;
  #wakesMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly world: World,
    private readonly options: HostOptions,
  ) {
    this.#bornMs = world.nowMs;
    this.keeper = options.keeper(this);
  }

  get state(): "running" | "stalled" | "suspended" | "down" {
    return this.#state;
  }

  /** How long it was stalled in all, up to now, by its own clock. */
  get stalledMs(): number {
    return this.#stalledMs + (this.#isPaused ? this.now() - this.#stallBeganMs : 0);
  }

  /** How long it did not run, in true time: stalled or suspended. */
  get pausedMs(): number {
    return this.#pausedMs + (this.#isPaused ? this.world.nowMs - this.#pauseBeganMs : 0);
  }

  /** True time, which its process cannot read: for what is checked beside it. */
  get trueMs(): number {
    return this.world.nowMs;
  }

  /** The longest time in a row that it did not run so far, in true time. */
  get longestPauseMs(): number {
    const pauseMs = this.#isPaused ? this.world.nowMs - this.#pauseBeganMs : 0;
    return Math.max(this.#longestPauseMs, pauseMs);
  }

  get timerSlackMs(): number {
    return this.options.timerSlackMs;
  }

  /** How often. */
  get stalls(): number {
    return this.#stalls;
  }

  /**
   * How much of each stall a driver can know of: from the instant at which its work was due, and only where that is
   * 50 ms or more.
   */
  get excusesMs(): readonly number[] {
    return this.#excusesMs;
  }

  /** What waits to be read. */
  get unread(): readonly Readable[] {
    return this.#buffer;
  }

  now(): number {
    const { nowMs } = this.world;
    const standsMs = Number.isNaN(this.#standsSinceMs) ? 0 : nowMs - this.#standsSinceMs;
    return this.options.startMs + (nowMs - this.#bornMs - this.#stoodMs - standsMs) * this.options.rate;
  }

  setTimer(dueMs: number): void {
    const timer = ++this.#timer;
    this.#isTimerDue = false;
    this.#wakesMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const { rate, timerSlackMs, random } = this.options;
    this.#wakesMs = Math.max(dueMs, this.now()) + timerSlackMs * random.next() * rate;
    this.#awaitTimer(timer);
  }

  #awaitTimer(timer: number): void {
    const waitMs = Math.max(0, this.#wakesMs - this.now()) / this.options.rate;
    this.world.schedule(this.world.nowMs + waitMs, { happen: () => this.#timerDue(timer) });
  }

  setTurn(): void {
    this.#isImmediateDue = true;
    this.#turnSoon();
  }

  clearTurn(): void {
    this.#isImmediateDue = false;
  }

  /** A frame reaches the socket. */
  arrive(frame: Readable): void {
    if (this.#state === "down" || this.#state === "suspended") return;
    if (this.#state === "running" && this.#buffer.length === 0) frame.read();
    else if (this.#buffer.length < this.options.receiveBufferFrames) this.#buffer.push(frame);
  }

  /** Work of the process's own: done now, or when it runs again. */
  run(work: Readable): void {
    if (this.#state === "running") work.read();
    else if (this.#isPaused) this.#buffer.push(work);
  }

  /** Stops the process for so long, in true time; if it is stopped already, nothing. */
  stall(lengthMs: number, excusedAboveMs: number): void {
    this.#pause("stalled", lengthMs, excusedAboveMs);
  }

  /**
   * Its machine sleeps for so long: what arrives is lost. When it wakes up, its clock has jumped, or knows nothing of
   * the time (as CLOCK_MONOTONIC on Linux), and timers wait for the rest of theirs.
   */
  suspend(lengthMs: number, clock: "jumps" | "stands", excusedAboveMs: number): void {
    if (this.#state === "running" && clock === "stands") this.#standsSinceMs = this.world.nowMs;
    this.#pause("suspended", lengthMs, excusedAboveMs);
  }

  get #isPaused(): boolean {
    return this.#state === "stalled" || this.#state === "suspended";
  }

  #pause(state: "stalled" | "suspended", lengthMs: number, excusedAboveMs: number): void {
    if (this.#state !== "running") return;
    this.#state = state;
    this.#pauseBeganMs = this.world.nowMs;
    this.#stalls += 1;
    this.#stallBeganMs = this.now();
    this.#excusedFromMs = Math.max(this.#stallBeganMs, this.keeper.dueMs);
    const stall = ++this.#stall;
    this.world.schedule(this.world.nowMs + lengthMs, {
      happen: () => {
        if (this.#isPaused && stall === this.#stall) this.#resume(excusedAboveMs);
      },
    });
  }

  /** The process is gone, with all that it had not read. */
  end(): void {
    this.#state = "down";
    this.#buffer.length = 0;
    this.#timer += 1;
  }

  #resume(excusedAboveMs: number): void {
    if (!Number.isNaN(this.#standsSinceMs)) this.#clockGoesOn();
    this.#pausedMs = this.pausedMs;
    this.#longestPauseMs = this.longestPauseMs;
    this.#stalledMs = this.stalledMs;
    const excusedMs = this.now() - this.#excusedFromMs;
    if (excusedMs >= excusedAboveMs) this.#excusesMs.push(excusedMs);
    this.#state = "running";
    this.#turned();
  }

  /** Its timer is a new one: the old one's time was reckoned without the sleep. */
  #clockGoesOn(): void {
    this.#stoodMs += this.world.nowMs - this.#standsSinceMs;
    this.#standsSinceMs = Number.NaN;
    if (this.#isTimerDue || this.#wakesMs === Number.POSITIVE_INFINITY) return;
    this.#timer += 1;
    this.#awaitTimer(this.#timer);
  }

  #timerDue(timer: number): void {
    if (timer !== this.#timer || this.#state === "down" || !Number.isNaN(this.#standsSinceMs)) return;
    this.#wakesMs = Number.POSITIVE_INFINITY;
    this.#isTimerDue = true;
    if (this.#state === "running") this.#fire();
  }

  #fire(): void {
    this.#isTimerDue = false;
    this.keeper.fired();
  }

  #turnSoon(): void {
    if (this.#isTurnComing) return;
    this.#isTurnComing = true;
    this.world.schedule(this.world.nowMs + TURN_MS, this.#turn);
  }

  #turned(): void {
    this.#isTurnComing = false;
    if (this.#state !== "running") return;
    if (this.#isTimerDue) this.#fire();
    for (const frame of this.#buffer.splice(0, READS_PER_TURN)) frame.read();
    const isImmediateDue = this.#isImmediateDue;
    this.#isImmediateDue = false;
    if (isImmediateDue) this.keeper.turned();
    if (this.#buffer.length > 0 || this.#isImmediateDue) this.#turnSoon();
  }
}
