import { checkDistribution, type Distribution, sampleMs } from "./distribution.js";
import { KeyedRandom } from "./keyed-random.js";

/** How frames are lost. */
export type LossModel =
  /** Each by itself, with probability `rate`. */
  | { readonly kind: "independent"; readonly rate: number }
  /**
   * In bursts: a path that is good and bad by turns, for exponentially distributed times of mean `goodMs` and
   * `badMs`, and loses another share in each (Gilbert 1960, Elliott 1963). In continuous time, so that the path
   * is what it is whatever is sent over it.
   */
  | {
      readonly kind: "gilbert-elliott";
      readonly goodMs: number;
      readonly badMs: number;
      readonly goodRate: number;
      readonly badRate: number;
    };

/** One way of a path. Frames may overtake each other wherever delays differ by more than their distance. */
export interface NetworkModel {
  readonly delay: Distribution;
  readonly loss: LossModel;
  /** The probability that a frame arrives twice, each copy after a delay of its own. */
  readonly duplicate: number;
}

/** @throws RangeError naming what cannot be. */
export function checkNetwork({ delay, loss, duplicate }: NetworkModel): void {
  checkDistribution("network.delay", delay);
  const shares: Record<string, number> = { duplicate };
  if (loss.kind === "independent") shares["loss.rate"] = loss.rate;
  else {
    shares["loss.goodRate"] = loss.goodRate;
    shares["loss.badRate"] = loss.badRate;
    for (const name of ["goodMs", "badMs"] as const) {
      if (!(loss[name] > 0)) throw new RangeError(`network.loss.${name} must be above 0, not ${loss[name]}`);
    }
  }
  for (const [name, value] of Object.entries(shares)) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`network.${name} must be a probability, 0 to 1, not ${value}`);
    }
  }
}

/** What a lane says of a copy that will not arrive. */
export const LOST = -1;

/** Draws a frame may need: two for the delay, two for its copy's, loss, duplication. */
const DRAWS_PER_FRAME = 6;

/**
 * One direction of one link. The fate of a frame is a function of the seed, the lane, and how many frames went
 * before; whether the lane is in a burst is a function of the seed, the lane and the time. So two policies meet the
 * same bursts, and as long as they send alike, the same fate frame by frame.
 */
export class Lane {
  readonly #frames: KeyedRandom;
  readonly #sojourns: KeyedRandom;
  #sent = -1;
  #isBad = false;
  #switchMs: number;

  constructor(
    private readonly model: NetworkModel,
    seed: number,
    ...path: readonly number[]
  ) {
    this.#frames = new KeyedRandom(seed, ...path, 0);
    this.#sojourns = new KeyedRandom(seed, ...path, 1);
    this.#switchMs =
      model.loss.kind === "independent" ? Number.POSITIVE_INFINITY : this.#sojournMs(model.loss.goodMs);
  }

  /** Sends the next frame at `nowMs`, not before the last one's: its delay, or {@link LOST}. */
  send(nowMs: number): number {
    this.#sent += 1;
    const draw = this.#sent * DRAWS_PER_FRAME;
    const rate = this.#lossRate(nowMs);
    if (rate > 0 && this.#frames.at(draw) < rate) return LOST;
    return this.#delayMs(draw + 2);
  }

  /** The delay of a second copy of the frame sent last, or {@link LOST} when there is none. */
  copy(): number {
    const draw = this.#sent * DRAWS_PER_FRAME;
    const { duplicate } = this.model;
    return duplicate > 0 && this.#frames.at(draw + 1) < duplicate ? this.#delayMs(draw + 4) : LOST;
  }

  #delayMs(draw: number): number {
    const { delay } = this.model;
    if (delay.kind === "constant") return delay.ms;
    return sampleMs(delay, this.#frames.at(draw), this.#frames.at(draw + 1));
  }

  #lossRate(nowMs: number): number {
    const { loss } = this.model;
    if (loss.kind === "independent") return loss.rate;
    while (this.#switchMs <= nowMs) {
      this.#isBad = !this.#isBad;
      this.#switchMs += this.#sojournMs(this.#isBad ? loss.badMs : loss.goodMs);
    }
    return this.#isBad ? loss.badRate : loss.goodRate;
  }

  #sojournMs(meanMs: number): number {
    return -meanMs * Math.log(this.#sojourns.next());
  }
}
