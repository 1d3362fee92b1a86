import { headline } from "./headline.js";
import type { QosSensitivity } from "./results.js";
import { WORLDS, type World } from "./worlds.js";

/** Shares of frames lost within a burst, each way. */
const LOSS_RATES = [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Mean lengths of bursts. */
const MEANS_MS = [73, 300, 500, 1000, 2000, 4000];

/** What the cells of {@link sensitivity} have in common with the headline's worlds: all but their bursts. */
const COMMON = WORLDS[0]!;

/** Options of {@link sensitivity}. */
export interface SensitivityOptions {
  readonly peerHours: number;
  readonly seed: number;
  /** Asked before each cell but the first. */
  readonly goOn: () => boolean;
}

/**
 * The headline under bursts of every kind, not just those of its worlds: how much depends on their length, and on how
 * much is lost within. The same stalls and crashes, and a burst every ten minutes.
 */
export function sensitivity({ peerHours, seed, goOn }: SensitivityOptions): QosSensitivity[] {
  const kinds = MEANS_MS.flatMap((meanMs) => LOSS_RATES.map((lossRate) => ({ lossRate, meanMs })));
  const cells: QosSensitivity[] = [];
  for (const [index, { lossRate, meanMs }] of kinds.entries()) {
    if (index > 0 && !goOn()) break;
    const world: World = { ...COMMON, bursts: { ...COMMON.bursts, lossRate, meanMs } };
    const cellSeed = seed + 10 * index;
    const found = headline(world, cellSeed, (done) => done < peerHours);
    const [{ mistakes, beyondBound, fewer }] = found.ours;
    cells.push({
      lossRate,
      meanMs,
      seed: cellSeed,
      peerHours: found.peerHours,
      plainMistakes: found.plain.mistakes,
      mistakes,
      fewer: { from: fewer.from, to: Number.isFinite(fewer.to) ? fewer.to : null },
      beyondBound: beyondBound + found.plain.beyondBound,
    });
  }
  return cells;
}
