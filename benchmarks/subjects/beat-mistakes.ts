import { mistakeShare, noMistake, notPredicted, slowestRoundTripMs } from "./mistake-expectation.js";
import { expectStreamLoss } from "./stream-mistakes.js";
import type { HarmlessEffect, MistakeExpectation } from "./subject.js";
import { DELAYED_ACK_MS, firstCopyAfterMs, RTO_LEAST_MS } from "./tcp-copies.js";

/** A heartbeat that nobody answers: each end beats, and gives up when two looks in a row have found nothing. */
export interface BeatRhythm {
  /** Between two looks of either end. */
  readonly lookMs: number;
  /** Between two beats of the peer: a look, or a whole part of it. */
  readonly theirBeatMs: number;
  /** Between two beats of the monitor, likewise. */
  readonly ourBeatMs: number;
}

/** On which side of a look the beats come that come close to one. */
type Side = "before" | "after";

/**
 * All timers of both ends start with the connection, so beats come close to looks. When those of one end come just
 * before the looks of the other, then these come just after; and since timers of more turns lose more, beats slowly
 * fall behind looks. So both may come after, but not both before.
 */
const SIDES: Readonly<Record<"least" | "most", readonly (readonly [theirs: Side, ours: Side])[]>> = {
  least: [["after", "after"]],
  most: [
    ["before", "after"],
    ["after", "before"],
  ],
};

/**
 * What share of its links such a heartbeat on a TCP connection should call dead, either end of them.
 *
 * @param watchedMs from the beginning of the fault
 */
export function expectBeatMistakes(
  effect: HarmlessEffect,
  rhythm: BeatRhythm,
  watchedMs: number,
): MistakeExpectation {
  const { lookMs, theirBeatMs, ourBeatMs } = rhythm;
  const { by, forMs = 0 } = effect;
  const longestBeatMs = Math.max(theirBeatMs, ourBeatMs);
  switch (by) {
    case "loss":
      return expectStreamLoss(
        { kind: "beats", ...rhythm },
        effect,
        watchedMs,
        "two looks in a row that find no beat are death",
      );
    case "outage":
      return mistakeShare(
        shares(rhythm, (beatMs, side, end) => {
          // Where acknowledgements are delayed, repetitions are later, and fewer.
          const rtoMs = RTO_LEAST_MS + (end === "least" ? DELAYED_ACK_MS : 0);
          const late = patienceMs(lookMs, beatMs, side).map((limitMs) =>
            shareOfPhases(beatMs, (phaseMs) => firstCopyAfterMs(forMs - phaseMs, rtoMs) >= limitMs),
          );
          return late.reduce((sum, each) => sum + each, 0) / late.length;
        }),
        "the first beat that an outage takes is repeated late, and all after it wait for it",
      );
    case "delay":
      return longestBeatMs + slowestRoundTripMs(effect) < 2 * lookMs
        ? noMistake("it is late by less than the silence of two looks")
        : notPredicted("the silence may be as long as two looks");
    case "stall":
      // It has beaten up to a beat before, and may beat up to half a beat after.
      return mistakeShare(
        [(forMs - 2 * lookMs) / ourBeatMs, (forMs + ourBeatMs / 2 - lookMs) / ourBeatMs],
        "the other end hears no beat, and gives up",
        "other-end",
      );
    case "nat":
      return longestBeatMs < forMs
        ? noMistake("a beat renews the mapping before it is forgotten")
        : notPredicted("the mapping may be forgotten between two beats");
  }
}

/** The least share and the most of links that either end calls dead. */
function shares(
  { theirBeatMs, ourBeatMs }: BeatRhythm,
  ofOne: (beatMs: number, side: Side, end: "least" | "most") => number,
): readonly number[] {
  return (["least", "most"] as const).flatMap((end) =>
    SIDES[end].map(([theirs, ours]) =>
      either([ofOne(theirBeatMs, theirs, end), ofOne(ourBeatMs, ours, end)]),
    ),
  );
}

/**
 * How late each of the beats between two looks may be: the second look in vain after the one before it comes two or
 * three looks after that, less the time by which a look was nearer.
 */
function patienceMs(lookMs: number, beatMs: number, side: Side): readonly number[] {
  const beats = Math.round(lookMs / beatMs);
  return Array.from({ length: beats }, (_, place) => {
    const silenceMs = place === 0 && side === "before" ? 2 * lookMs : 3 * lookMs - place * beatMs;
    return silenceMs - beatMs;
  });
}

/** At least one of several that are independent. */
function either(probabilities: readonly number[]): number {
  return 1 - probabilities.reduce((none, each) => none * (1 - each), 1);
}

/** Of the phases in which the beginning of an outage may find a beat: those that are `late`. */
function shareOfPhases(beatMs: number, late: (phaseMs: number) => boolean): number {
  const parts = 1000;
  const phases = Array.from({ length: parts }, (_, part) => ((part + 0.5) * beatMs) / parts);
  return phases.filter(late).length / parts;
}
