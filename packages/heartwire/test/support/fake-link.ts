import type { DeadlineSlot, Timed, Timekeeper } from "@heartwire/core";
import { timekeeperOf } from "../../src/scheduler-loop.js";
import { ManualScheduler } from "./manual-scheduler.js";

/** A link as the timekeeper sees it: a verdict `silenceMs` after the last sign of life. */
export class FakeLink implements Timed {
  queued: DeadlineSlot | undefined;
  readonly log: string[] = [];
  verdictMs: number;
  onTick: (() => void) | undefined;
  onStall: (() => void) | undefined;
  readonly #keeper: Timekeeper;
  readonly #silenceMs: number;
  #sendMs = Number.POSITIVE_INFINITY;
  #over = false;

  constructor(keeper: Timekeeper, silenceMs: number) {
    this.#keeper = keeper;
    this.#silenceMs = silenceMs;
    this.verdictMs = keeper.now() + silenceMs;
    keeper.add(this);
  }

  get deadlineMs(): number {
    return this.#over ? Number.POSITIVE_INFINITY : Math.min(this.#sendMs, this.verdictMs);
  }

  tick(nowMs: number): void {
    if (this.#over) return;
    if (nowMs >= this.verdictMs) {
      this.log.push(`${nowMs} judged`);
      this.verdictMs = Number.POSITIVE_INFINITY;
    } else if (nowMs >= this.#sendMs) {
      this.log.push(`${nowMs} sent`);
      this.#sendMs = Number.POSITIVE_INFINITY;
    } else this.log.push(`${nowMs} ticked for nothing`);
    this.onTick?.();
  }

  stalled(stalledMs: number, nowMs: number): void {
    if (this.#over) return;
    this.log.push(`${nowMs} stalled ${stalledMs}`);
    if (this.verdictMs < Number.POSITIVE_INFINITY) {
      this.verdictMs = Math.min(nowMs + this.#silenceMs, this.verdictMs + stalledMs);
    }
    this.onStall?.();
  }

  /** Input of the peer is read. */
  hear(): void {
    const nowMs = this.#keeper.now();
    this.#keeper.heard(nowMs);
    if (this.#over) return;
    this.log.push(`${nowMs} heard`);
    this.verdictMs = nowMs + this.#silenceMs;
    this.#keeper.update(this);
  }

  sendAt(sendMs: number): void {
    this.#sendMs = sendMs;
    this.#keeper.update(this);
  }

  remove(): void {
    this.#over = true;
    this.#keeper.remove(this);
  }
}

/** A timekeeper of its own, and its time. */
export function timekeeping(): { readonly scheduler: ManualScheduler; readonly keeper: Timekeeper } {
  const scheduler = new ManualScheduler();
  return { scheduler, keeper: timekeeperOf(scheduler) };
}
