import { Detector, type Input, type Policy } from "@heartwire/core";
import type { Judge, JudgeFactory } from "../../src/index.js";

/** A detector with one method of its own. */
export function judging(
  change: (
    real: Judge,
    policy: Policy,
  ) => Partial<Pick<Judge, "handle" | "state" | "verdictMs" | "deadlineMs">>,
): JudgeFactory {
  return (given, ...rest) => {
    const real = new Detector(given, ...rest);
    const own = Object.getOwnPropertyDescriptors(change(real, given));
    return Object.defineProperties(Object.create(null), {
      state: { get: () => real.state },
      verdictMs: { get: () => real.verdictMs },
      deadlineMs: { get: () => real.deadlineMs },
      hastened: { get: () => real.hastened },
      confirmPhaseMs: { get: () => real.confirmPhaseMs },
      handle: { value: (input: Input, nowMs: number) => real.handle(input, nowMs) },
      ...own,
    });
  };
}

/** A policy that follows nothing: what it is at the start it stays. */
export function plain(given: Policy): Policy {
  const { name, mode, intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs } = given;
  return { name, mode, intervalMs, suspectAfterMs, deadAfterMs, confirmIntervalMs };
}

/** The same, but for a pace that it is asked for. */
export function unmoved(given: Policy): Policy {
  return {
    name: given.name,
    mode: given.mode,
    get intervalMs() {
      return given.intervalMs;
    },
    get suspectAfterMs() {
      return given.suspectAfterMs;
    },
    get deadAfterMs() {
      return given.deadAfterMs;
    },
    get confirmIntervalMs() {
      return given.confirmIntervalMs;
    },
    announced: (intervalMs) => given.announced?.(intervalMs),
  };
}
