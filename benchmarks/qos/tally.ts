import { datagramCost } from "@heartwire/core";
import type { Confirmation, Contender } from "./contenders.js";
import { type Interval, poissonInterval } from "./poisson.js";
import { accuracyOf, detectionMs, queryAccuracy } from "./quality.js";
import { replay } from "./replay.js";
import type { Trace } from "./trace.js";

/** One contender at one value of its parameter, under one condition: a point of its curve. */
export interface Point {
  readonly contender: string;
  readonly value: number;
  /** T_D, in true time. */
  readonly detectionMs: { readonly n: number; readonly mean: number; readonly max: number } | null;
  /** Crashes that were still not found at the end of the run. */
  readonly undetected: number;
  readonly peerHours: number;
  readonly mistakes: number;
  /** λ_M, with its exact 95 % interval. */
  readonly mistakesPerHour: number;
  readonly mistakesPerHourInterval: Interval;
  /** Mean T_MR as it was seen; null for less than two mistakes in one trace. */
  readonly mistakeRecurrenceMs: number | null;
  /** Mean T_M; null without a mistake that ended. */
  readonly mistakeDurationMs: number | null;
  /** P_A. */
  readonly queryAccuracy: number;
  /** Of the beats, and of what the judge asked beyond them, both ways. */
  readonly octetsPerHour: number;
}

const HOUR_MS = 3_600_000;
/** Around a heartbeat over UDP: version and session. */
const WIRE = datagramCost(5);
const BEAT = WIRE.beat.out[0]!;
const PROBE = WIRE.probe.out[0]!;

/** Longer than any detection: what is not found by then is not found. In intervals. */
const DETECTION_LIMIT = 200;

/** Adds up what a contender did on one trace after another. */
export class Tally {
  readonly #contender: Pick<Contender, "name" | "judge">;
  readonly #value: number;
  readonly #confirmation: Confirmation;
  #watchedMs = 0;
  #suspectedMs = 0;
  #mistakes = 0;
  #octets = 0;
  #tracedMs = 0;
  #undetected = 0;
  readonly #detections = new Mean();
  readonly #durations = new Mean();
  readonly #recurrences = new Mean();

  constructor(
    contender: Pick<Contender, "name" | "judge">,
    value: number,
    confirmation: Confirmation = "probes",
  ) {
    this.#contender = contender;
    this.#value = value;
    this.#confirmation = confirmation;
  }

  /** A trace in which the peer lives. */
  live(trace: Trace): void {
    const { transitions, probes, echoes } = replay(trace, this.#judge(trace));
    const accuracy = accuracyOf(transitions, trace.durationMs);
    this.#watchedMs += accuracy.watchedMs;
    this.#suspectedMs += accuracy.suspectedMs;
    this.#mistakes += accuracy.mistakes;
    for (const ms of accuracy.mistakeRecurrencesMs) this.#recurrences.add(ms);
    for (const ms of accuracy.mistakeDurationsMs) this.#durations.add(ms);
    this.#tracedMs += trace.durationMs;
    this.#octets += trace.beats.seq.length * BEAT + (probes + echoes) * PROBE;
  }

  /** The same trace, in which the peer crashes at `crashMs`. */
  crash(trace: Trace, crashMs: number): void {
    const untilMs = crashMs + DETECTION_LIMIT * trace.intervalMs;
    const { transitions } = replay(trace, this.#judge(trace), { crashMs, untilMs });
    const foundMs = detectionMs(transitions, crashMs);
    if (foundMs === undefined) return;
    if (foundMs === Number.POSITIVE_INFINITY) this.#undetected += 1;
    else this.#detections.add(foundMs);
  }

  point(): Point {
    const hours = this.#watchedMs / HOUR_MS;
    const { from, to } = poissonInterval(this.#mistakes);
    const { count, mean, max } = this.#detections;
    return {
      contender: this.#contender.name,
      value: this.#value,
      detectionMs: count === 0 ? null : { n: count, mean, max },
      undetected: this.#undetected,
      peerHours: hours,
      mistakes: this.#mistakes,
      mistakesPerHour: this.#mistakes / hours,
      mistakesPerHourInterval: { from: from / hours, to: to / hours },
      mistakeRecurrenceMs: this.#recurrences.count === 0 ? null : this.#recurrences.mean,
      mistakeDurationMs: this.#durations.count === 0 ? null : this.#durations.mean,
      queryAccuracy: queryAccuracy({ watchedMs: this.#watchedMs, suspectedMs: this.#suspectedMs }),
      octetsPerHour: (this.#octets * HOUR_MS) / this.#tracedMs,
    };
  }

  #judge(trace: Trace) {
    return this.#contender.judge(this.#value, trace.intervalMs, this.#confirmation);
  }
}

/** A running mean and maximum. */
class Mean {
  count = 0;
  max = 0;
  #sum = 0;

  get mean(): number {
    return this.#sum / this.count;
  }

  add(value: number): void {
    this.count += 1;
    this.#sum += value;
    this.max = Math.max(this.max, value);
  }
}
