import type { Random } from "../lab/random.js";
import { exponential, lognormal } from "./random-draws.js";
import type { Stall } from "./trace.js";

/** How long a frame travels, one way: a part that is always there, and a lognormal one. */
export interface Delay {
  readonly fixedMs: number;
  readonly medianMs: number;
  /** Standard deviation of the logarithm of the varying part. */
  readonly sigma: number;
}

/** How a path treats frames: like itself in both directions, each frame on its own but for the bursts. */
export interface PathModel {
  readonly delay: Delay;
  /** The share of frames lost outside bursts, one way. */
  readonly lossRate: number;
  /** Gilbert and Elliott's bad state, in continuous time. */
  readonly bursts?: Bursts;
}

/** Times in which a path loses more, exponentially long and far apart (Gilbert 1960, Elliott 1963). */
export interface Bursts {
  /** Mean time from the end of one to the begin of the next. */
  readonly everyMs: number;
  readonly meanMs: number;
  /** The share of frames lost within, one way. */
  readonly lossRate: number;
}

/** Times in which the monitor's process does not run. */
export interface Stalls {
  /** Mean time from the end of one to the begin of the next. */
  readonly everyMs: number;
  readonly medianMs: number;
  /** Standard deviation of the logarithm of their length. */
  readonly sigma: number;
}

/** A span of time. */
export type Span = Stall;

/** Draws spans over `durationMs`: exponentially far apart, each as long as `lengthMs` says. */
export function drawSpans(
  everyMs: number,
  durationMs: number,
  lengthMs: () => number,
  random: Random,
): readonly Span[] {
  const spans: Span[] = [];
  for (let atMs = exponential(everyMs, random); atMs < durationMs; atMs += exponential(everyMs, random)) {
    const toMs = atMs + lengthMs();
    spans.push({ fromMs: atMs, toMs });
    atMs = toMs;
  }
  return spans;
}

/** Draws the bursts of a path. */
export function drawBursts(model: PathModel, durationMs: number, random: Random): readonly Span[] {
  const { bursts } = model;
  if (bursts === undefined) return [];
  return drawSpans(bursts.everyMs, durationMs, () => exponential(bursts.meanMs, random), random);
}

/** Draws the stalls of a process. */
export function drawStalls(stalls: Stalls | undefined, durationMs: number, random: Random): readonly Stall[] {
  if (stalls === undefined) return [];
  const { everyMs, medianMs, sigma } = stalls;
  return drawSpans(everyMs, durationMs, () => lognormal(medianMs, sigma, random), random);
}

/** A path whose bursts have been drawn: the same for every judge, at whatever instants each sends. */
export class Path {
  readonly #model: PathModel;
  readonly #bursts: readonly Span[];
  readonly #random: Random;

  constructor(model: PathModel, bursts: readonly Span[], random: Random) {
    this.#model = model;
    this.#bursts = bursts;
    this.#random = random;
  }

  /** When a frame sent at `sentMs` arrives; undefined when it is lost. */
  arrivalMs(sentMs: number): number | undefined {
    const lossRate = this.#isBad(sentMs) ? this.#model.bursts!.lossRate : this.#model.lossRate;
    if (lossRate > 0 && this.#random() < lossRate) return undefined;
    const { fixedMs, medianMs, sigma } = this.#model.delay;
    return sentMs + fixedMs + (medianMs === 0 ? 0 : lognormal(medianMs, sigma, this.#random));
  }

  /** When the echo of a probe sent at `sentMs` arrives; undefined when either is lost. */
  echoArrivalMs(sentMs: number): number | undefined {
    const thereMs = this.arrivalMs(sentMs);
    return thereMs === undefined ? undefined : this.arrivalMs(thereMs);
  }

  #isBad(atMs: number): boolean {
    let [low, high] = [0, this.#bursts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bursts[middle]!.toMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return (this.#bursts[low]?.fromMs ?? Number.POSITIVE_INFINITY) <= atMs;
  }
}
