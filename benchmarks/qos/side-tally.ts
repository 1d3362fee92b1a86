import { datagramCost } from "@heartwire/core";
import type { Random } from "../lab/random.js";
import type { Episode } from "./episodes.js";
import type { JudgeFactory } from "./judge.js";
import { Path, type Span } from "./path.js";
import { accuracyOf, detectionMs } from "./quality.js";
import { replay } from "./replay.js";
import { NO_BEATS, type Trace } from "./trace.js";
import type { World } from "./worlds.js";

/** What one of the two did in a world. */
export interface Side {
  readonly name: string;
  readonly settings: string;
  readonly mistakes: number;
  /** Those of them with a local stall within the silence that led to them. */
  readonly afterStall: number;
  /** T_D in true time; the longest also in time that the monitor ran. */
  readonly detectionMs: { readonly mean: number; readonly max: number; readonly maxRan: number };
  /** The bound on the latter: threshold and one way. */
  readonly boundMs: number;
  readonly crashes: number;
  /** Crashes found later than the bound, or never. */
  readonly beyondBound: number;
  readonly octetsPerHour: number;
}

/** What a {@link SideTally} adds up the deeds of. */
export interface SideOptions {
  readonly name: string;
  readonly settings: string;
  readonly deadAfterMs: number;
  readonly judge: JudgeFactory;
  /** For the fate of its frames. */
  readonly random: Random;
}

const HOUR_MS = 3_600_000;
const PROBE_OCTETS = datagramCost(5).probe.out[0]!;

/** Adds up what one judge does in the episodes of a world. */
export class SideTally {
  readonly #world: World;
  readonly #options: SideOptions;
  readonly #boundMs: number;
  readonly #quietOctetsPerMs: number;
  #mistakes = 0;
  #afterStall = 0;
  #crashes = 0;
  #found = 0;
  #beyondBound = 0;
  #detectionSumMs = 0;
  #detectionMaxMs = 0;
  #ranMaxMs = 0;
  #octets = 0;
  #elapsedMs = 0;

  constructor(world: World, options: SideOptions) {
    this.#world = world;
    this.#options = options;
    this.#boundMs = options.deadAfterMs + world.oneWayMs;
    const quiet = { durationMs: HOUR_MS, bursts: [], stalls: [] };
    this.#quietOctetsPerMs = this.#replay(quiet, Number.POSITIVE_INFINITY).octets / HOUR_MS;
  }

  take(episode: Episode): void {
    const { crashMs, durationMs, stalls, elapsedMs } = episode;
    const { transitions, octets } = this.#replay(episode, crashMs);
    const lived = transitions.filter(({ atMs }) => atMs < crashMs);
    this.#mistakes += accuracyOf(lived, Math.min(crashMs, durationMs)).mistakes;
    for (const { atMs, to } of lived) {
      const isAfterStall = overlapMs(stalls, atMs - this.#options.deadAfterMs, atMs) > 0;
      if (to === "suspect" && isAfterStall) this.#afterStall += 1;
    }
    this.#octets += octets + this.#quietOctetsPerMs * (elapsedMs - durationMs);
    this.#elapsedMs += elapsedMs;
    if (crashMs < durationMs) this.#crashed(detectionMs(transitions, crashMs), crashMs, stalls);
  }

  side(): Side {
    const { name, settings } = this.#options;
    return {
      name,
      settings,
      mistakes: this.#mistakes,
      afterStall: this.#afterStall,
      detectionMs: {
        mean: this.#found === 0 ? 0 : this.#detectionSumMs / this.#found,
        max: this.#detectionMaxMs,
        maxRan: this.#ranMaxMs,
      },
      boundMs: this.#boundMs,
      crashes: this.#crashes,
      beyondBound: this.#beyondBound,
      octetsPerHour: (this.#octets * HOUR_MS) / this.#elapsedMs,
    };
  }

  #replay(
    { durationMs, bursts, stalls }: Pick<Episode, "durationMs" | "bursts" | "stalls">,
    crashMs: number,
  ) {
    const { oneWayMs, bursts: model } = this.#world;
    const delay = { fixedMs: oneWayMs, medianMs: 0, sigma: 0 };
    const path = new Path({ delay, lossRate: 0, bursts: model }, bursts, this.#options.random);
    const trace: Trace = {
      intervalMs: this.#options.deadAfterMs,
      durationMs,
      beats: NO_BEATS,
      stalls,
      // A peer that is hit on the way there does not answer.
      echoArrivalMs: (sentMs) => (sentMs + oneWayMs < crashMs ? path.echoArrivalMs(sentMs) : undefined),
    };
    const { transitions, probes, echoes } = replay(trace, this.#options.judge, { crashMs });
    return { transitions, octets: (probes + echoes) * PROBE_OCTETS };
  }

  #crashed(foundMs: number | undefined, crashMs: number, stalls: readonly Span[]): void {
    this.#crashes += 1;
    if (foundMs === undefined || foundMs === Number.POSITIVE_INFINITY) {
      this.#beyondBound += 1;
      return;
    }
    const ranMs = foundMs - overlapMs(stalls, crashMs, crashMs + foundMs);
    this.#found += 1;
    this.#detectionSumMs += foundMs;
    this.#detectionMaxMs = Math.max(this.#detectionMaxMs, foundMs);
    this.#ranMaxMs = Math.max(this.#ranMaxMs, ranMs);
    // A millisecond's millionth for sums in floating point.
    if (ranMs > this.#boundMs + 1e-6) this.#beyondBound += 1;
  }
}

/** How much of a span of time lies within others, which are disjoint. */
function overlapMs(spans: readonly Span[], fromMs: number, toMs: number): number {
  return spans.reduce(
    (sumMs, span) => sumMs + Math.max(0, Math.min(toMs, span.toMs) - Math.max(fromMs, span.fromMs)),
    0,
  );
}
