import type { PolicyMode } from "@heartwire/core";
import type { InvariantName, Violation } from "./invariants.js";
import { namedPolicy } from "./named-policies.js";
import type { QualityData } from "./quality.js";
import { randomScenario } from "./random-scenario.js";
import { type Simulation, simulate } from "./simulate.js";

/** Seeds to be tried: `seed`, `seed + step`, and so on, `seeds` of them. Plain data. */
export interface HuntJob {
  readonly seed: number;
  readonly seeds: number;
  readonly step: number;
  readonly peers: number;
  readonly hours: number;
  readonly intervalMs: number;
  readonly policy: string;
  readonly mode: PolicyMode | "all";
  readonly ignore: readonly InvariantName[];
}

/** What came of one seed. Plain data. */
export interface HuntReport {
  readonly job: HuntJob;
  /** With the history of the peer. */
  readonly violation?: Violation;
  readonly ignored: Readonly<Record<string, number>>;
  readonly watchedMs: number;
  readonly happenings: number;
  /** Both directions together. */
  readonly frames: number;
  readonly octets: number;
  readonly ledger: QualityData;
}

const MODES = ["echo", "beat", "listen"] as const;
const HOUR_MS = 3_600_000;

/** Tries one seed; where an invariant breaks, once more with the history of the peer that it broke for. */
export function huntSeed(job: HuntJob): HuntReport {
  const { seed, peers, hours, intervalMs, ignore } = job;
  const mode = job.mode === "all" ? MODES[seed % MODES.length]! : job.mode;
  const policy = namedPolicy(job.policy, { intervalMs, mode });
  const scenario = randomScenario({ seed, peers, durationMs: hours * HOUR_MS, intervalMs });
  const found = simulate(scenario, policy, { ignore });
  const peer = found.violation?.peer;
  const again: Simulation =
    peer === undefined ? found : simulate(scenario, policy, { ignore, historyOf: peer });
  return {
    job: { ...job, seeds: 1 },
    ...(again.violation && { violation: again.violation }),
    ignored: found.ignored,
    watchedMs: found.watchedMs,
    happenings: found.happenings,
    frames: found.out.frames + found.in.frames,
    octets: found.out.octets + found.in.octets,
    ledger: found.ledger.toJSON(),
  };
}

/** The command that tries one seed again. */
export function reproduction({ seed, peers, hours, intervalMs, policy, mode, ignore }: HuntJob): string {
  const ignored = ignore.map((name) => ` --ignore ${name}`).join("");
  return `node packages/testkit/dist/simulator/hunt.js --seed ${seed} --seeds 1 --peers ${peers} --hours ${hours} --interval ${intervalMs} --policy ${policy} --mode ${mode}${ignored}`;
}
