import { firstCopyAfterMs, lateMessageSpan } from "./late-answer.js";
import {
  atLeastOnce,
  mistakeShare,
  noMistake,
  notPredicted,
  slowestRoundTripMs,
} from "./mistake-expectation.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";

/** A heartbeat that nobody answers: each end beats, and gives up when two looks in a row have found nothing. */
export interface BeatRhythm {
  /** Between two looks of either end. */
  readonly lookMs: number;
  /** Between two beats of the peer. */
  readonly theirBeatMs: number;
  /** Between two beats of the monitor. */
  readonly ourBeatMs: number;
}

/**
 * What share of its links such a heartbeat on a TCP connection should call dead, either end of them. A silence of
 * two looks may be death, one of three is, and between them it depends on how the looks lie to the beats.
 *
 * @param watchedMs from the beginning of the fault
 */
export function expectBeatMistakes(
  effect: HarmlessEffect,
  { lookMs, theirBeatMs, ourBeatMs }: BeatRhythm,
  watchedMs: number,
): MistakeExpectation {
  const { by, lossRate = 0, forMs = 0 } = effect;
  const beats = [theirBeatMs, ourBeatMs];
  const longestBeatMs = Math.max(...beats);
  switch (by) {
    case "loss": {
      /** What is lost of one beat makes it so late that the silence before it is of so many looks. */
      const dead = (looks: number, end: "least" | "most") =>
        either(
          beats.map((beatMs) => {
            const late = lateMessageSpan(lossRate, looks * lookMs - beatMs, beatMs)[end];
            return atLeastOnce(late, watchedMs / beatMs);
          }),
        );
      return mistakeShare(
        [dead(3, "least"), dead(2, "most")],
        "a beat that is lost is repeated later each time, and all after it wait for it",
      );
    }
    case "outage": {
      const dead = (looks: number) =>
        either(beats.map((beatMs) => shareOfPhases(beatMs, forMs, looks * lookMs - beatMs)));
      return mistakeShare(
        [dead(3), dead(2)],
        "the first beat that an outage takes is repeated late, and all after it wait for it",
      );
    }
    case "delay":
      return longestBeatMs + slowestRoundTripMs(effect) < 2 * lookMs
        ? noMistake("it is late by less than the silence of two looks")
        : notPredicted("the silence may be as long as two looks");
    case "stall":
      // It has beaten up to a beat before, and may beat up to half a beat after.
      return mistakeShare(
        [(forMs - 2 * lookMs) / ourBeatMs, (forMs + ourBeatMs / 2 - lookMs) / ourBeatMs],
        "the other end hears no beat, and gives up",
      );
    case "nat":
      return longestBeatMs < forMs
        ? noMistake("a beat renews the mapping before it is forgotten")
        : notPredicted("the mapping may be forgotten between two beats");
  }
}

/** At least one of two that are independent. */
function either(probabilities: readonly number[]): number {
  return 1 - probabilities.reduce((neither, each) => neither * (1 - each), 1);
}

/** Of the phases in which an outage may find beats, those in which the first it takes waits for `limitMs` at least. */
function shareOfPhases(beatMs: number, outageMs: number, limitMs: number): number {
  const PARTS = 1000;
  const late = Array.from({ length: PARTS }, (_, part) => ((part + 0.5) * beatMs) / PARTS).filter(
    (phaseMs) => phaseMs < outageMs && firstCopyAfterMs(outageMs - phaseMs) >= limitMs,
  );
  return late.length / PARTS;
}
