/** How well packets get through in one direction. What is left out is perfect. */
export interface PathQuality {
  /** Share of packets lost, each on its own, from 0 to 1. */
  readonly lossRate?: number;
  /** How long each packet is held back on average. */
  readonly delayMs?: number;
  /**
   * Each packet is held back for `delayMs`, more or less up to this much, evenly spread and each on its own: so
   * packets overtake each other, as they do under netem.
   */
  readonly jitterMs?: number;
}

/** What the router does to the packets that it forwards. Its own traffic, a proxy's, is left alone. */
export interface Impairment {
  readonly toPeer: PathQuality;
  readonly toMonitor: PathQuality;
  /** Makes the same packets of a direction be lost, and held back as long, each time. Not under netem. */
  readonly seed?: number;
}

/** By what means packets were impaired. */
export type ImpairmentMeans = "netem" | "forwarder";

/** What an impairment has done. */
export type ImpairmentReport =
  | { readonly means: "netem" }
  | {
      readonly means: "forwarder";
      readonly seed: number;
      readonly toPeer: ForwarderReport;
      readonly toMonitor: ForwarderReport;
      /** Packets that neither direction asked to lose: they came faster than they could be read. */
      readonly overflowed: number;
    };

/** What the forwarder has done in one direction. */
export interface ForwarderReport {
  /** Packets that came. */
  readonly packets: number;
  /** Those of them that were dropped, as was asked. */
  readonly lost: number;
  /** How much later than asked the others went on: never earlier. */
  readonly lateMs: { readonly mean: number; readonly max: number };
}

/**
 * Checks an impairment.
 *
 * @throws RangeError if it cannot be done
 */
export function checkImpairment({ toPeer, toMonitor }: Impairment): void {
  for (const [direction, quality] of Object.entries({ toPeer, toMonitor })) {
    const { lossRate = 0, delayMs = 0, jitterMs = 0 } = quality;
    if (!(lossRate >= 0 && lossRate <= 1)) {
      throw new RangeError(`${direction}.lossRate must be from 0 to 1, but is ${lossRate}`);
    }
    if (!(delayMs >= 0 && delayMs <= 60_000)) {
      throw new RangeError(`${direction}.delayMs must be from 0 to 60000, but is ${delayMs}`);
    }
    if (!(jitterMs >= 0 && jitterMs <= delayMs)) {
      throw new RangeError(
        `${direction}.jitterMs must be from 0 to delayMs (${delayMs}), for no packet can be early, but is ${jitterMs}`,
      );
    }
  }
}
