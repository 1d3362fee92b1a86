import { type Random, seededRandom } from "../lab/random.js";
import { drawBursts, drawStalls, Path, type PathModel, type Stalls } from "./path.js";
import { beatsOf, type Trace } from "./trace.js";

/** Under what conditions a trace is generated. */
export interface Conditions {
  readonly name: string;
  readonly title: string;
  /** What is assumed, and why. */
  readonly why: string;
  readonly path: PathModel;
  readonly stalls?: Stalls;
}

const LAN: PathModel = { delay: { fixedMs: 0.1, medianMs: 0.1, sigma: 1 }, lossRate: 0 };
const WAN: PathModel = { delay: { fixedMs: 20, medianMs: 20, sigma: 0.6 }, lossRate: 0.005 };
const BURSTS = { everyMs: 60_000, meanMs: 1000, lossRate: 0.5 };
const STALLS: Stalls = { everyMs: 600_000, medianMs: 1000, sigma: 1.5 };

/** All of them: each alone, then together. */
export const CONDITIONS: readonly Conditions[] = [
  {
    name: "lan",
    title: "a quiet LAN",
    why: "0.2 ms each way, nothing lost",
    path: LAN,
  },
  {
    name: "wan",
    title: "a long way",
    why: "20 ms and a lognormal queue of 20 ms in the median each way, 0.5 % of frames lost, each on its own",
    path: WAN,
  },
  {
    name: "bursts",
    title: "bursts of loss",
    why: "Gilbert–Elliott: once a minute for 1 s in the mean, half of the frames lost each way, none between. Such as a mobile link on its way to a radio link failure, which takes up to 2 s (3GPP TS 36.331, timer T310)",
    path: { ...WAN, lossRate: 0, bursts: BURSTS },
  },
  {
    name: "stalls",
    title: "the monitor stalls",
    why: "once in ten minutes its process does not run, for 1 s in the median, one time in five above 3.5 s: collection, a blocked loop, a machine without CPU (pauses of 7 s and of 128 s are reported in scylladb#957 and #900)",
    path: LAN,
    stalls: STALLS,
  },
  {
    name: "mixed",
    title: "all of it",
    why: "the long way, its bursts, and the stalls",
    path: { ...WAN, bursts: BURSTS },
    stalls: STALLS,
  },
];

/** One beat every interval exactly, from a random phase on, as in Chen's model: neither ours nor a rival's jitter. */
export function generate(
  { path: model, stalls }: Conditions,
  intervalMs: number,
  durationMs: number,
  seed: number,
): Trace {
  const random: Random = seededRandom(seed);
  const path = new Path(model, drawBursts(model, durationMs, random), random);
  const firstMs = random() * intervalMs;
  const sentMs = Array.from(
    { length: Math.floor((durationMs - firstMs) / intervalMs) + 1 },
    (_, seq) => firstMs + seq * intervalMs,
  );
  const beats = beatsOf(sentMs, (ms) => path.arrivalMs(ms) ?? Number.POSITIVE_INFINITY);
  return {
    intervalMs,
    durationMs,
    beats,
    stalls: drawStalls(stalls, durationMs, random),
    echoArrivalMs: (ms) => path.echoArrivalMs(ms),
  };
}
