import { describe, expect, test } from "vitest";
import { virtualTime } from "../src/index.js";

describe("virtual time", () => {
  test("runs what falls due at its own moment, and nothing else", () => {
    const time = virtualTime(1000);
    const ran: string[] = [];
    const log = (name: string) => () => ran.push(`${name} at ${time.now()}`);
    time.schedule(log("late"), 30);
    time.schedule(log("early"), 10);
    time.schedule(log("middle"), 20.5);
    time.advance(20.5);
    expect(ran).toEqual(["early at 1010", "middle at 1020.5"]);
    expect([time.now(), time.pending]).toEqual([1020.5, 1]);
    time.advance(1000);
    expect(ran.at(-1)).toBe("late at 1030");
    expect([time.now(), time.pending]).toEqual([2020.5, 0]);
  });

  test("runs ties in the order in which they were scheduled, also what is scheduled meanwhile", () => {
    const time = virtualTime();
    const ran: string[] = [];
    time.schedule(() => {
      ran.push("a");
      time.schedule(() => ran.push("a's child"), 0);
    }, 5);
    time.schedule(() => ran.push("b"), 5);
    time.schedule(() => ran.push("c"), 5);
    time.advance(5);
    expect(ran).toEqual(["a", "b", "c", "a's child"]);
  });

  test("never runs work within schedule()", () => {
    const time = virtualTime();
    let ran = false;
    time.schedule(() => {
      ran = true;
    }, -5);
    expect(ran).toBe(false);
    time.advance(0);
    expect([ran, time.now()]).toEqual([true, 0]);
  });

  test("does not run what was cancelled, and cancelling again is harmless", () => {
    const time = virtualTime();
    const ran: string[] = [];
    const cancel = time.schedule(() => ran.push("cancelled"), 5);
    time.schedule(() => ran.push("kept"), 5);
    cancel();
    cancel();
    time.advance(5);
    cancel();
    expect(ran).toEqual(["kept"]);
  });

  test("lets an exception out, and goes on afterwards", () => {
    const time = virtualTime();
    const ran: string[] = [];
    time.schedule(() => {
      throw new Error("broken");
    }, 1);
    time.schedule(() => ran.push("next"), 2);
    expect(() => time.advance(5)).toThrow("broken");
    time.advance(1);
    expect(ran).toEqual(["next"]);
  });

  test("runs until a condition holds, and no further", () => {
    const time = virtualTime();
    let count = 0;
    const tick = (): void => {
      count++;
      time.schedule(tick, 10);
    };
    time.schedule(tick, 10);
    time.runUntil(() => count === 3, 1000);
    expect([count, time.now()]).toEqual([3, 30]);
    expect(() => time.runUntil(() => count === 100, 25)).toThrow("within 25 ms");
    expect([count, time.now()]).toEqual([5, 55]);
    time.runUntil(() => time.now() === 60, 5);
  });

  test("does not hang when time stands still", () => {
    const time = virtualTime();
    const again = (): void => {
      time.schedule(again, 0);
    };
    again();
    expect(() => time.advance(1)).toThrow("time stands still at 0 ms");
  });

  test("refuses durations that cannot be", () => {
    expect(() => virtualTime(Number.NaN)).toThrow(/startMs.*NaN/);
    expect(() => virtualTime().advance(-1)).toThrow(/durationMs.*-1/);
    expect(() => virtualTime().runUntil(() => true, Number.POSITIVE_INFINITY)).toThrow(/limitMs.*Infinity/);
    expect(() => virtualTime().schedule(() => {}, Number.NaN)).toThrow(/delayMs.*NaN/);
  });
});
