import { seededRandom } from "../lab/random.js";
import { CONDITIONS, generate } from "./conditions.js";
import { CONTENDERS, type Confirmation, type Contender } from "./contenders.js";
import { type Recording, traceOf } from "./recording.js";
import type { QosPoint } from "./results.js";
import { type Point, Tally } from "./tally.js";

/** Of the generated beats; every duration that is asked for is in proportion to it. */
export const GENERATED_INTERVAL_MS = 1000;

export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** One trace of so many hours a round. */
export const ROUND_HOURS = 2;
const CRASHES_PER_ROUND = 6;
/** Long enough for every estimator to have learnt. */
export const CRASH_TRACE_MS = 10 * MINUTE_MS;
const FIRST_CRASH_MS = 3 * MINUTE_MS;
/** Of a recorded trace: crashes evenly spread over all but its first quarter. */
const CRASHES_PER_RECORDING = 60;

/** Options of {@link generatedCurves}. */
export interface CurveOptions {
  readonly hours: number;
  readonly seed: number;
  /** Asked between rounds, which are at least one. */
  readonly goOn: () => boolean;
}

/**
 * Every contender at every value on the same generated traces, round after round with new seeds, until there are as many
 * hours as asked for, or no time is left.
 */
export function generatedCurves({ hours, seed, goOn }: CurveOptions): QosPoint[] {
  const curves = CONDITIONS.map((conditions) => ({ conditions, tallies: talliesOf(CONTENDERS) }));
  for (let round = 0; round * ROUND_HOURS < hours && (round === 0 || goOn()); round++) {
    for (const [index, { conditions, tallies }] of curves.entries()) {
      const roundSeed = seed + 1000 * round + 10 * index;
      const live = generate(conditions, GENERATED_INTERVAL_MS, ROUND_HOURS * HOUR_MS, roundSeed);
      const crashed = generate(conditions, GENERATED_INTERVAL_MS, CRASH_TRACE_MS, roundSeed + 1);
      const crashes = crashInstants(roundSeed + 2);
      for (const tally of tallies) {
        tally.live(live);
        for (const crashMs of crashes) tally.crash(crashed, crashMs);
      }
    }
  }
  return curves.flatMap(({ conditions, tallies }) => pointsOf(conditions.name, tallies));
}

/** Every contender that can judge without probes, without them, at every value on a recorded trace. */
export function recordedCurve(recording: Recording): QosPoint[] {
  const trace = traceOf(recording);
  const tallies = talliesOf(
    CONTENDERS.filter(({ probes }) => probes !== "always"),
    "none",
  );
  for (const tally of tallies) {
    tally.live(trace);
    for (let crash = 0; crash < CRASHES_PER_RECORDING; crash++) {
      tally.crash(trace, trace.durationMs * (0.25 + (0.75 * crash) / CRASHES_PER_RECORDING));
    }
  }
  return pointsOf(recording.name, tallies);
}

/** When crashes happen in a trace of {@link CRASH_TRACE_MS}. */
export function crashInstants(seed: number): readonly number[] {
  const random = seededRandom(seed);
  return Array.from(
    { length: CRASHES_PER_ROUND },
    () => FIRST_CRASH_MS + random() * (CRASH_TRACE_MS - FIRST_CRASH_MS),
  );
}

function talliesOf(contenders: readonly Contender[], confirmation?: Confirmation): Tally[] {
  return contenders.flatMap((contender) =>
    contender.values.map((value) => new Tally(contender, value, confirmation)),
  );
}

function pointsOf(condition: string, tallies: readonly Tally[]): QosPoint[] {
  return tallies.map((tally) => ({ condition, ...withoutInfinity(tally.point()) }));
}

function withoutInfinity(point: Point): Omit<QosPoint, "condition"> {
  const { from, to } = point.mistakesPerHourInterval;
  return { ...point, mistakesPerHourInterval: { from, to: Number.isFinite(to) ? to : null } };
}
