import { asyncScheduler, delay, of, type SchedulerAction, take, timeout, timer } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { monotonicScheduler as scheduler } from "../src/index.js";

const MAX_TIMER_MS = 2 ** 31 - 1;

describe("monotonicScheduler's clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is not moved by changes of the wall clock", () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const [monotonicMs, wallMs] = [scheduler.now(), asyncScheduler.now()];
    vi.setSystemTime(Date.now() + 86_400_000);
    expect(asyncScheduler.now() - wallMs).toBeGreaterThanOrEqual(86_400_000);
    expect(scheduler.now() - monotonicMs).toBeLessThan(60_000);
    vi.setSystemTime(0);
    expect(scheduler.now()).toBeGreaterThanOrEqual(monotonicMs);
  });

  it("is performance.now()", () => {
    const before = performance.now();
    const now = scheduler.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(performance.now());
  });
});

describe("monotonicScheduler's work", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("runs after its delay, once, with its state and its action", () => {
    const calls: unknown[] = [];
    const action = scheduler.schedule<string>(
      function (state) {
        calls.push(state, this === action);
      },
      100,
      "state",
    );
    vi.advanceTimersByTime(99);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(calls).toEqual(["state", true]);
    expect(action.closed).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(calls).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("never runs before schedule has returned, not even without delay", () => {
    const calls: string[] = [];
    scheduler.schedule(() => calls.push("run"));
    scheduler.schedule(() => calls.push("run"), -5);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(calls).toEqual(["run", "run"]);
  });

  it("rounds a broken delay up, never down", () => {
    let runs = 0;
    scheduler.schedule(() => {
      runs += 1;
    }, 10.01);
    vi.advanceTimersByTime(10);
    expect(runs).toBe(0);
    vi.advanceTimersByTime(1);
    expect(runs).toBe(1);
  });

  it("can schedule itself again, with new state and delay, as often as it likes", () => {
    const states: (number | undefined)[] = [];
    const action = scheduler.schedule<number>(
      function (state = 0) {
        states.push(state);
        if (state < 3) this.schedule(state + 1, 10 * (state + 1));
      },
      10,
      0,
    );
    vi.advanceTimersByTime(10);
    expect(states).toEqual([0]);
    expect(action.closed).toBe(false);
    vi.advanceTimersByTime(10 + 20 + 29);
    expect(states).toEqual([0, 1, 2]);
    vi.advanceTimersByTime(1);
    expect(states).toEqual([0, 1, 2, 3]);
    expect(action.closed).toBe(true);
  });

  it("scheduled again before it ran moves, and runs once", () => {
    const states: (string | undefined)[] = [];
    const action = scheduler.schedule<string>((state) => states.push(state), 10, "first");
    (action as SchedulerAction<string>).schedule("second", 50);
    vi.advanceTimersByTime(49);
    expect(states).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(states).toEqual(["second"]);
  });

  it.each([0, 10])("does not run once unsubscribed, with a delay of %i", (delayMs) => {
    let runs = 0;
    const action = scheduler.schedule(() => {
      runs += 1;
    }, delayMs);
    action.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    expect(runs).toBe(0);
    expect((action as SchedulerAction<unknown>).schedule().closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("unsubscribed while it runs cannot schedule itself again", () => {
    let runs = 0;
    scheduler.schedule(function () {
      runs += 1;
      this.unsubscribe();
      this.schedule(undefined, 10);
    }, 10);
    vi.advanceTimersByTime(1000);
    expect(runs).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is over when it throws, and the error is not swallowed", () => {
    const action = scheduler.schedule(() => {
      throw new Error("a bug");
    }, 10);
    expect(() => vi.advanceTimersByTime(10)).toThrow("a bug");
    expect(action.closed).toBe(true);
  });

  it("with a delay that no timer holds does not run early", () => {
    let runs = 0;
    const delayMs = 3 * MAX_TIMER_MS + 5;
    const action = scheduler.schedule(() => {
      runs += 1;
    }, delayMs);
    vi.advanceTimersByTime(delayMs - 1);
    expect(runs).toBe(0);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect(runs).toBe(1);
    expect(action.closed).toBe(true);
  });

  it("with an infinite delay never runs, and can be unsubscribed at any stage", () => {
    let runs = 0;
    const action = scheduler.schedule(() => {
      runs += 1;
    }, Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(5 * MAX_TIMER_MS);
    expect(runs).toBe(0);
    action.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("drives RxJS's own operators", async () => {
    const log: string[] = [];
    timer(10, 5, scheduler)
      .pipe(take(3))
      .subscribe({ next: (n) => log.push(`tick ${n}`), complete: () => log.push("complete") });
    of("late")
      .pipe(delay(17, scheduler))
      .subscribe((value) => log.push(value));
    timer(1000)
      .pipe(timeout({ each: 30, scheduler }))
      .subscribe({ error: (error: Error) => log.push(error.name) });
    vi.advanceTimersByTime(100);
    expect(log).toEqual(["tick 0", "tick 1", "late", "tick 2", "complete", "TimeoutError"]);
  });

  it("falls back to timers where there is no setImmediate", () => {
    vi.stubGlobal("setImmediate", undefined);
    try {
      let runs = 0;
      scheduler.schedule(() => {
        runs += 1;
      });
      expect(runs).toBe(0);
      vi.advanceTimersByTime(1);
      expect(runs).toBe(1);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
