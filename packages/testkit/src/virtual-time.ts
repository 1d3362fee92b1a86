import { requireDurationMs } from "@heartwire/core";
import type { Time } from "./time.js";

/** Time that passes only when told to; see {@link virtualTime}. */
export interface VirtualTime extends Time {
  /** How many works are scheduled and have neither run nor been cancelled. */
  readonly pending: number;
  /**
   * Lets `durationMs` pass: runs all that falls due, in order, also what is scheduled meanwhile, each at its
   * own moment.
   *
   * @throws RangeError when `durationMs` is no finite number from 0.
   * @throws Error when time stands still, for work of no delay keeps scheduling itself.
   */
  advance(durationMs: number): void;
  /**
   * Lets time pass from one due work to the next until `predicate` holds.
   *
   * @throws Error when it does not hold within `limitMs`; that much time has then passed.
   */
  runUntil(predicate: () => boolean, limitMs: number): void;
}

interface Entry {
  readonly dueMs: number;
  readonly work: () => void;
}

/** So many works at one moment can only be a loop. */
const WORKS_PER_MOMENT = 100_000;

/**
 * A clock for simulations and tests: an hour passes in no time, and every run is the same. What falls due at
 * one moment runs in the order in which it was scheduled. An exception of a work comes out of `advance`;
 * what was not run yet can still be run.
 *
 * ```ts
 * const time = virtualTime();
 * time.schedule(() => console.log(time.now()), 60_000);
 * time.advance(3_600_000); // 60000
 * ```
 *
 * @param startMs what `now()` says at first.
 */
export function virtualTime(startMs = 0): VirtualTime {
  requireDurationMs("startMs", startMs, 0, Number.MAX_SAFE_INTEGER);
  // By due time, then by age; the next one last, where it is cheap to take.
  const entries: Entry[] = [];
  let nowMs = startMs;

  /** Runs the next work if it is due by `endMs`, and says whether it was. */
  const runNext = (endMs: number): boolean => {
    const next = entries.at(-1);
    if (next === undefined || next.dueMs > endMs) return false;
    entries.pop();
    nowMs = next.dueMs;
    next.work();
    return true;
  };
  /** Runs works due by `endMs` until `done`, which is asked before the first and after each. */
  const run = (endMs: number, done: () => boolean): boolean => {
    let moment = nowMs;
    let works = 0;
    while (!done()) {
      if (!runNext(endMs)) {
        nowMs = endMs;
        return false;
      }
      works = nowMs === moment ? works + 1 : 0;
      moment = nowMs;
      if (works > WORKS_PER_MOMENT) throw new Error(`time stands still at ${nowMs} ms: work without end`);
    }
    return true;
  };

  return {
    now: () => nowMs,
    get pending() {
      return entries.length;
    },
    schedule(work, delayMs) {
      if (Number.isNaN(delayMs)) throw new RangeError("delayMs must be a number of milliseconds, not NaN");
      const entry = { dueMs: nowMs + Math.max(0, delayMs), work };
      entries.splice(insertionIndex(entries, entry.dueMs), 0, entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      };
    },
    advance(durationMs) {
      requireDurationMs("durationMs", durationMs, 0, Number.MAX_SAFE_INTEGER);
      run(nowMs + durationMs, () => false);
    },
    runUntil(predicate, limitMs) {
      requireDurationMs("limitMs", limitMs, 0, Number.MAX_SAFE_INTEGER);
      if (!run(nowMs + limitMs, predicate) && !predicate()) {
        throw new Error(`the condition did not hold within ${limitMs} ms of virtual time`);
      }
    },
  };
}

/** Where a new entry belongs: before all that fall due at the same moment, as these come last and run first. */
function insertionIndex(entries: readonly Entry[], dueMs: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.dueMs > dueMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
