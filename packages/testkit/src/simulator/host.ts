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
  #state: "running" | "stalled" | "down" = "running";
  #stall = 0;
  #stallBeganMs = 0;
  #stalledMs = 0;
  readonly #excusesMs: number[] = [];
  #excusedFromMs = 0;
  #stalls = 0;

  constructor(
    private readonly world: World,
    private readonly options: HostOptions,
  ) {
    this.#bornMs = world.nowMs;
    this.keeper = options.keeper(this);
  }

  get state(): "running" | "stalled" | "down" {
    return this.#state;
  }

  /** How long it was stalled in all, up to now, by its own clock. */
  get stalledMs(): number {
    return this.#stalledMs + (this.#state === "stalled" ? this.now() - this.#stallBeganMs : 0);
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
    return this.options.startMs + (this.world.nowMs - this.#bornMs) * this.options.rate;
  }

  setTimer(dueMs: number): void {
    const timer = ++this.#timer;
    this.#isTimerDue = false;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const { rate, timerSlackMs, random } = this.options;
    const waitMs = Math.max(0, dueMs - this.now()) / rate + timerSlackMs * random.next();
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
    if (this.#state === "down") return;
    if (this.#state === "running" && this.#buffer.length === 0) frame.read();
    else if (this.#buffer.length < this.options.receiveBufferFrames) this.#buffer.push(frame);
  }

  /** Work of the process's own: done now, or when it runs again. */
  run(work: Readable): void {
    if (this.#state === "running") work.read();
    else if (this.#state === "stalled") this.#buffer.push(work);
  }

  /** Stops the process for so long, in true time; if it is stopped already, nothing. */
  stall(lengthMs: number, excusedAboveMs: number): void {
    if (this.#state !== "running") return;
    this.#state = "stalled";
    this.#stalls += 1;
    this.#stallBeganMs = this.now();
    this.#excusedFromMs = Math.max(this.#stallBeganMs, this.keeper.dueMs);
    const stall = ++this.#stall;
    this.world.schedule(this.world.nowMs + lengthMs, {
      happen: () => {
        if (this.#state === "stalled" && stall === this.#stall) this.#resume(excusedAboveMs);
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
    this.#stalledMs = this.stalledMs;
    const excusedMs = this.now() - this.#excusedFromMs;
    if (excusedMs >= excusedAboveMs) this.#excusesMs.push(excusedMs);
    this.#state = "running";
    this.#turned();
  }

  #timerDue(timer: number): void {
    if (timer !== this.#timer || this.#state === "down") return;
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
