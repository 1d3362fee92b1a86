import type { Random } from "../lab/random.js";
import type { Span } from "./path.js";
import { exponential, lognormal } from "./random-draws.js";
import type { World } from "./worlds.js";

/** A stretch of time in which something happens, on a clock of its own that starts at 0. */
export interface Episode {
  readonly durationMs: number;
  readonly bursts: readonly Span[];
  readonly stalls: readonly Span[];
  /** Infinity: the peer lives. Otherwise the episode ends with it, and a new peer starts. */
  readonly crashMs: number;
  /** True time since the end of the last episode, this one included: nothing happened in the rest of it. */
  readonly elapsedMs: number;
}

/** How long a judge runs before the first fault, at least: then its phase no longer tells when it was opened. */
const LEAD_INTERVALS = 4;
/** How long after the last fault, or after the crash, in which every verdict has been given and taken back. */
const SETTLE_INTERVALS = 10;

/** A kind of span that comes again and again: exponentially far apart, so that no time is like another. */
interface Source {
  readonly kind: "bursts" | "stalls";
  readonly everyMs: number;
  readonly lengthMs: () => number;
  nextMs: number;
}

/**
 * Tells a world's faults one after another, those near each other together. The quiet between is left out: there
 * every frame arrives in time and the process runs, so no judge whose threshold is above an interval and a round trip
 * can say anything; and since faults come without memory, where a judge's phase is when one strikes does not depend on
 * how long it was quiet. What is left out is counted as time, not simulated.
 */
export class Episodes {
  readonly #world: World;
  readonly #random: Random;
  readonly #intervalMs: number;
  readonly #sources: readonly Source[];
  #crashMs: number;
  /** Up to here the world is told. */
  #nowMs = 0;

  constructor(world: World, intervalMs: number, random: Random) {
    this.#world = world;
    this.#intervalMs = intervalMs;
    this.#random = random;
    const { bursts, stalls } = world;
    const source = (kind: Source["kind"], everyMs: number, lengthMs: () => number): Source => ({
      kind,
      everyMs,
      lengthMs,
      nextMs: exponential(everyMs, random),
    });
    this.#sources = [
      source("bursts", bursts.everyMs, () => exponential(bursts.meanMs, random)),
      source("stalls", stalls.everyMs, () => lognormal(stalls.medianMs, stalls.sigma, random)),
    ];
    this.#crashMs = exponential(world.crashEveryMs, random);
  }

  next(): Episode {
    const firstMs = Math.min(this.#crashMs, ...this.#sources.map(({ nextMs }) => nextMs));
    const leadMs = (LEAD_INTERVALS + this.#random()) * this.#intervalMs;
    const settleMs = SETTLE_INTERVALS * this.#intervalMs;
    const startMs = firstMs - leadMs;
    const spans = { bursts: [] as Span[], stalls: [] as Span[] };
    let endMs = firstMs + settleMs;
    let crashMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const source = this.#earliest();
      if (source.nextMs < endMs) {
        const span = this.#take(source);
        spans[source.kind].push({ fromMs: span.fromMs - startMs, toMs: span.toMs - startMs });
        endMs = Math.max(endMs, span.toMs + settleMs);
      } else if (this.#crashMs < endMs && crashMs === Number.POSITIVE_INFINITY) {
        crashMs = this.#crashMs;
        endMs = Math.max(endMs, crashMs + settleMs);
      } else break;
    }
    if (crashMs < endMs) this.#crashMs = endMs + exponential(this.#world.crashEveryMs, this.#random);
    const elapsedMs = endMs - this.#nowMs;
    this.#nowMs = endMs;
    return { durationMs: endMs - startMs, ...spans, crashMs: crashMs - startMs, elapsedMs };
  }

  #earliest(): Source {
    return this.#sources.reduce((first, source) => (source.nextMs < first.nextMs ? source : first));
  }

  #take(source: Source): Span {
    const fromMs = source.nextMs;
    const toMs = fromMs + source.lengthMs();
    source.nextMs = toMs + exponential(source.everyMs, this.#random);
    return { fromMs, toMs };
  }
}
