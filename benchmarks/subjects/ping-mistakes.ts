import { LAB_PATH, type PingRhythm } from "./expectation.js";
import { mistakeShare, noMistake, notPredicted, slowestRoundTripMs } from "./mistake-expectation.js";
import { expectStreamLoss } from "./stream-mistakes.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";
import { lastCopyWithinMs } from "./tcp-copies.js";

/** Whether the other end gives up too when it is not pinged for an interval and a timeout. */
export type OtherEnd = "watches" | "only-answers";

/**
 * What share of its links a heartbeat of two timers on a TCP connection should call dead: one ping at a time, and
 * its answer must come within the timeout.
 *
 * @param watchedMs from the beginning of the fault
 */
export function expectPingMistakes(
  effect: HarmlessEffect,
  { intervalMs, timeoutMs }: PingRhythm,
  otherEnd: OtherEnd,
  watchedMs: number,
): MistakeExpectation {
  const { by, forMs = 0 } = effect;
  const periodMs = intervalMs + LAB_PATH.rttMs;
  const limitMs = timeoutMs - LAB_PATH.rttMs;
  switch (by) {
    case "loss":
      return expectStreamLoss(
        { kind: "ping", intervalMs, timeoutMs, otherEndWatches: otherEnd === "watches" },
        effect,
        watchedMs,
        `an answer after ${timeoutMs} ms is too late`,
      );
    case "outage":
      // Dead is whose last copy within the timeout falls into the outage.
      return mistakeShare(
        [(forMs - lastCopyWithinMs(limitMs)) / periodMs],
        `a ping at the beginning is not repeated after the outage and within ${timeoutMs} ms`,
      );
    case "delay":
      return slowestRoundTripMs(effect) < limitMs
        ? noMistake("every answer comes within the timeout")
        : notPredicted("answers come later than the timeout");
    case "stall":
      return otherEnd === "watches"
        ? mistakeShare(
            [(forMs - timeoutMs) / intervalMs],
            "the other end hears no ping, and gives up",
            "other-end",
          )
        : noMistake("no ping is waiting for its answer, unless the stall comes between the two");
    case "nat":
      return periodMs < forMs
        ? noMistake("a ping renews the mapping before it is forgotten")
        : notPredicted("the mapping may be forgotten between two pings");
  }
}
