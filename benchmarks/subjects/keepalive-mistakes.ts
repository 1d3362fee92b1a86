import { KERNEL_TIMER_LATENESS } from "@heartwire/core";
import { type KeepaliveSettings, keepaliveBound } from "heartwire";
import { mistakeShare, noMistake, notPredicted, slowestRoundTripMs } from "./mistake-expectation.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";

/**
 * What share of its links the kernel should take for dead, where it probes and nothing else is sent. A probe round
 * fails when the probe or its acknowledgement is lost, on its own with q = 1 - (1 - lossRate)². The kernel gives up
 * after so many rounds failed in a row; one answer, and it counts from zero.
 *
 * @param watchedMs from the beginning of the fault
 */
export function expectKeepaliveMistakes(
  effect: HarmlessEffect,
  settings: KeepaliveSettings,
  watchedMs: number,
): MistakeExpectation {
  const { by, lossRate = 0, forMs = 0 } = effect;
  const failures = failuresToDeath(settings);
  const inARow = failures === 1 ? "one lost probe or answer" : `${failures} lost probes or answers in a row`;
  const everyMs = roundMs(settings);
  // A timer on time, and one as late as the kernel's may be.
  const rounds = [everyMs, everyMs * (1 + KERNEL_TIMER_LATENESS)];
  switch (by) {
    case "loss": {
      const lost = 1 - (1 - lossRate) ** 2;
      // The verdict comes a round after the last failure.
      const shares = rounds.map((ms) => runOfFailures(lost, failures, Math.floor(watchedMs / ms) - 1));
      return mistakeShare(shares, `${inARow} are death`);
    }
    case "outage": {
      // Of all phases, those that put so many rounds into the outage.
      const shares = rounds.map((ms) => (forMs - (failures - 1) * ms) / ms);
      return mistakeShare(shares, `${inARow} are death, and an outage takes all within it`);
    }
    case "delay":
      return slowestRoundTripMs(effect) < everyMs
        ? noMistake("every answer comes before the next probe")
        : notPredicted("answers come later than the next probe");
    case "stall":
      return noMistake("the kernel asks and listens while the process does not");
    case "nat":
      return everyMs < forMs
        ? noMistake("a probe renews the mapping before it is forgotten")
        : notPredicted("the mapping may be forgotten between two probes");
  }
}

/**
 * The rounds that must fail: the number of probes, or with a user timeout those that fit before it. Counted after
 * data was heard, and so for an idle time no shorter than the interval; see `keepaliveBound` of the core.
 */
function failuresToDeath(settings: KeepaliveSettings): number {
  const { schedule, omittedSteps } = keepaliveBound(settings);
  return schedule.filter(({ what }) => what === "probe").length + omittedSteps;
}

/** From one probe of an idle living peer to the next; the kernel counts whole seconds. */
function roundMs({ idleMs, intervalMs }: KeepaliveSettings): number {
  return Math.ceil(Math.max(idleMs, intervalMs) / 1000) * 1000;
}

/**
 * How probable it is that among `rounds` rounds, each failing on its own, there are `length` failures in a row
 * (success runs: Feller, An Introduction to Probability Theory, volume 1, XIII.7). Exact: followed round by round,
 * by how many failures the newest run has.
 */
export function runOfFailures(failure: number, length: number, rounds: number): number {
  let dead = 0;
  let runs: readonly number[] = [1, ...new Array<number>(length - 1).fill(0)];
  for (let round = 0; round < rounds; round++) {
    dead += runs[length - 1]! * failure;
    const alive = runs.reduce((sum, each) => sum + each, 0);
    runs = [alive * (1 - failure), ...runs.slice(0, -1).map((each) => each * failure)];
  }
  return dead;
}
