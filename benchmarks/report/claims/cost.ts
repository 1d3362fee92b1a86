import type { CostRow, Results } from "../results.js";
import { FRAME_NOTE, volumeOf } from "../wire.js";
import { costTitle, list, octets } from "../words.js";
import { type Claim, heartbeatsIn, type Judgement, KEEPALIVE, notMeasured, verdictOf } from "./evidence.js";

/** What keepalive and heartbeats cost. */
export const costClaims: readonly Claim[] = [
  { id: "fewer-octets", claim: "Keepalive needs fewer octets than a heartbeat", judge: judgeOctets },
  { id: "kernel-cheaper", claim: "The kernel does it cheaper than an application", judge: judgeCpu },
];

function judgeOctets(results: Results): Judgement {
  const volume = (name: string) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row && volumeOf(row).together;
  };
  const keepalive = volume(KEEPALIVE);
  const heartbeats = heartbeatsIn(results).flatMap(({ name, title }) => {
    const each = volume(name);
    return each === undefined ? [] : [{ title, octetsPerHour: each }];
  });
  if (keepalive === undefined || heartbeats.length === 0) {
    return notMeasured("the octets of keepalive and of a heartbeat were not both counted");
  }
  const compared = [...heartbeats]
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .map(
      ({ title, octetsPerHour }) =>
        `${title} ${octets(octetsPerHour)} (${(octetsPerHour / keepalive).toFixed(2)} ×)`,
    );
  return {
    verdict: verdictOf(heartbeats.map(({ octetsPerHour }) => keepalive < octetsPerHour)),
    figures: `${FRAME_NOTE}, an idle hour costs keepalive ${octets(keepalive)}, ${list(compared)}`,
  };
}

/** What a check costs keepalive, and what it costs the heartbeats of ours that were measured beside it. */
export interface CpuComparison {
  readonly keepalive: CostRow;
  readonly heartbeats: readonly { readonly title: string; readonly row: CostRow }[];
}

/**
 * The kernel's work is nobody's process, so the whole machine's CPU decides; the watching process' alone where the
 * machine's does not. A row decides nothing whose spread contains zero, nor do two whose spreads overlap.
 */
function judgeCpu(results: Results): Judgement {
  const comparisons = cpuComparisons(results);
  if (comparisons.length === 0) return notMeasured("no row of CPU time has both keepalive and a heartbeat");
  for (const comparison of comparisons) {
    const cheaper = comparison.heartbeats.flatMap(({ row }) => isCheaper(comparison.keepalive, row) ?? []);
    if (cheaper.length === 0) continue;
    return { verdict: verdictOf(cheaper), figures: cpuFigures(comparison) };
  }
  return notMeasured(`too uncertain to tell; ${comparisons.map(cpuFigures).join("; ")}`);
}

/** Every row of CPU time that has both, the whole machine's first. */
export function cpuComparisons(results: Results): CpuComparison[] {
  const titles = new Map(heartbeatsIn(results).map(({ name, title }) => [name, title]));
  return results.cost
    .filter((row) => row.subject === KEEPALIVE && isCpuTime(row))
    .map((keepalive) => ({
      keepalive,
      heartbeats: results.cost.flatMap((row) => {
        const title =
          row.name === keepalive.name && row.peers === keepalive.peers
            ? titles.get(row.subject ?? "")
            : undefined;
        return title === undefined ? [] : [{ title, row }];
      }),
    }))
    .filter(({ heartbeats }) => heartbeats.length > 0)
    .sort((a, b) => Number(isOfMachine(b.keepalive)) - Number(isOfMachine(a.keepalive)));
}

/** Undefined: the figures do not tell. Where no spread is known, the figure is taken for exact. */
function isCheaper(keepalive: CostRow, heartbeat: CostRow): boolean | undefined {
  if (containsZero(keepalive) || containsZero(heartbeat)) return undefined;
  const [one, other] = [spreadOf(keepalive), spreadOf(heartbeat)];
  if (one.p95 < other.p5) return true;
  return one.p5 > other.p95 ? false : undefined;
}

function spreadOf({ value, spread }: CostRow): { p5: number; p95: number } {
  return spread ?? { p5: value, p95: value };
}

function containsZero(row: CostRow): boolean {
  const { p5, p95 } = spreadOf(row);
  return p5 <= 0 && p95 >= 0;
}

function cpuFigures({ keepalive, heartbeats }: CpuComparison): string {
  const compared = heartbeats.map(({ title, row }) => {
    const told = isCheaper(keepalive, row) === undefined ? " (undecided)" : "";
    return `${title} ${rounded(row)}${told}`;
  });
  return `${costTitle(keepalive)}: keepalive ${rounded(keepalive)}, ${list(compared)}`;
}

/** "4.1 µs [3.9 to 4.4]": median, and the 5th to 95th percentile of the rounds. */
function rounded({ value, unit, spread }: CostRow): string {
  const digits = (figure: number) => Number(figure.toPrecision(2)).toString();
  const range = spread === undefined ? "" : ` [${digits(spread.p5)} to ${digits(spread.p95)}]`;
  return `${digits(value)} ${unit}${range}`;
}

function isCpuTime({ name, unit }: CostRow): boolean {
  return /\bcpu\b/i.test(name) && /^(ns|µs|us|ms|s)\b/.test(unit);
}

/** Both ends and their kernels, whoever's process it was. */
export function isOfMachine({ name }: CostRow): boolean {
  return /\bwhole machine\b/i.test(name);
}
