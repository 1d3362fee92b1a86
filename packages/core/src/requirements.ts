import { requireDurationMs, requireFields } from "./checks.js";
import type { MeasuredPath } from "./evidence-chance.js";
import type { JudgedPrediction } from "./heartbeat-bound.js";
import type { PolicyFactory } from "./policy.js";
import type { Transport } from "./transport.js";

/** What is asked of a detector, and where it will work. At least one of the first three. */
export interface Requirements {
  /**
   * A fault that silences the evidence is told within so much, always: the T_D^U of Chen, Toueg, Aguilera. Default
   * {@link DEFAULT_DETECT_WITHIN_MS} if nothing but mistakes matter; with a budget, as soon as that allows.
   */
  readonly detectWithinMs?: number;
  /**
   * A living peer is called dead no more often, on average: 1 / T_MR^L. Default {@link DEFAULT_MISTAKES_PER_DAY}, or
   * as few as the other requirements allow.
   */
  readonly mistakesPerDay?: number;
  /** Ethernet octets, both ways together, on average. Default: as few as the others allow. */
  readonly octetsPerHour?: number;
  readonly path: MeasuredPath;
  readonly transport: Pick<Transport, "wire">;
}

/** What {@link Requirements.detectWithinMs} is if neither it nor a budget is asked. */
export const DEFAULT_DETECT_WITHIN_MS = 30_000;
/** What {@link Requirements.mistakesPerDay} is, if that can be had: one in a hundred days. */
export const DEFAULT_MISTAKES_PER_DAY = 0.01;
/** Nobody waits longer for a verdict: the search ends here. */
export const LONGEST_DETECTION_MS = 86_400_000;

/** One of the three. */
export type Requirement = "detectWithinMs" | "mistakesPerDay" | "octetsPerHour";

/** Settings with what they do. `options` are plain, to print and to paste. */
export interface Candidate<Options> {
  readonly policy: PolicyFactory;
  readonly options: Options;
  readonly prediction: JudgedPrediction;
}

/** What was found: settings that meet all, or what cannot be met and why. */
export type Configuration<Options> =
  | ({ readonly kind: "met" } & Candidate<Options>)
  | {
      readonly kind: "cannot";
      /** Those that fail: one that fails alone, or two that exclude each other. */
      readonly unmet: readonly Requirement[];
      /** In one sentence, with figures. */
      readonly why: string;
      /**
       * The soonest detection that keeps the others; if none does within a day, the fewest mistakes. Undefined: no
       * settings at all fit this path, as where it forgets sooner than anything can be sent.
       */
      readonly nearest: Candidate<Options> | undefined;
    };

/**
 * @param known what may be asked besides
 * @throws RangeError for a figure that cannot be; TypeError if nothing is asked, or for a field that is missing or unknown.
 */
export function checkRequirements(requirements: Requirements, known: readonly string[] = []): void {
  requireFields("requirements", requirements, [...REQUIREMENTS, "path", "transport", ...known]);
  const { path, transport, detectWithinMs, mistakesPerDay, octetsPerHour } = requirements;
  if (detectWithinMs === undefined && mistakesPerDay === undefined && octetsPerHour === undefined) {
    throw new TypeError("ask for at least one of detectWithinMs, mistakesPerDay and octetsPerHour");
  }
  requireFields("path", path, PATH);
  if (path.rttMs === undefined) {
    throw new TypeError("path.rttMs is missing: the round trip, as ping prints it");
  }
  if (transport?.wire === undefined) {
    throw new TypeError(
      "transport is missing: any transport, or only what it costs on the wire, such as { wire: datagramCost(5) } for UDP",
    );
  }
  if (detectWithinMs !== undefined)
    requireDurationMs("detectWithinMs", detectWithinMs, 1, LONGEST_DETECTION_MS);
  requirePositive("mistakesPerDay", mistakesPerDay);
  requirePositive("octetsPerHour", octetsPerHour);
  const { rttMs, jitterMs = 0, lossRate = 0, timerSlackMs = 2, outageMs = 0, forgetsAfterMs } = path;
  requireDurationMs("rttMs", rttMs, 0, LONGEST_TRIP_MS);
  requireDurationMs("jitterMs", jitterMs, 0, LONGEST_TRIP_MS);
  requireDurationMs("timerSlackMs", timerSlackMs, 0, LONGEST_TRIP_MS);
  requireDurationMs("outageMs", outageMs, 0, LONGEST_OUTAGE_MS);
  requireDurationMs(
    "forgetsAfterMs",
    forgetsAfterMs ?? Number.POSITIVE_INFINITY,
    1,
    Number.POSITIVE_INFINITY,
  );
  if (!(lossRate >= 0 && lossRate <= MOST_LOSS)) {
    throw new RangeError(`lossRate must be from 0 to ${MOST_LOSS}, not ${lossRate}: beyond, no path is left`);
  }
}

const REQUIREMENTS = ["detectWithinMs", "mistakesPerDay", "octetsPerHour"] as const;
const PATH = [
  "rttMs",
  "jitterMs",
  "lossRate",
  "timerSlackMs",
  "outageMs",
  "forgetsAfterMs",
] as const satisfies readonly (keyof MeasuredPath)[];

/** A path that is slower is none. */
const LONGEST_TRIP_MS = 60_000;
const LONGEST_OUTAGE_MS = 3_600_000;
const MOST_LOSS = 0.9;

function requirePositive(name: string, value: number | undefined): void {
  if (value === undefined || (value > 0 && Number.isFinite(value))) return;
  throw new RangeError(
    `${name} must be a finite number above 0, not ${value}: leave it out if it does not matter`,
  );
}

/** Both ways together. */
export function octetsOf({ octetsPerHour }: JudgedPrediction): number {
  return octetsPerHour.out + octetsPerHour.in;
}

/** As they are asked for. */
export function mistakesOf({ mistakesPerHour }: JudgedPrediction): number {
  return 24 * mistakesPerHour;
}
