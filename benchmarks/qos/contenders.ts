import { fixedTimeout, jacobson, nfdE, type PolicyFactory, phiAccrual } from "@heartwire/core";
import { seededRandom } from "../lab/random.js";
import { detectorJudge } from "./detector-judge.js";
import type { JudgeFactory } from "./judge.js";
import type { QosResults } from "./results.js";
import { MULTIPLIERS, RIVALS } from "./rival-contenders.js";

/** A detector with one parameter to trade detection time against mistakes by. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  readonly kind: "heartwire" | "rival";
  /** What is swept, in words. */
  readonly parameter: string;
  /** Rising: slower, and fewer mistakes. */
  readonly values: readonly number[];
  /** As shipped, or customary; among `values`. */
  readonly standard: number;
  /**
   * Whether it sends probes, which a recorded trace cannot answer: `always`, where they are what is measured;
   * `optional`, where it also judges without.
   */
  readonly probes: "always" | "optional" | "never";
  /**
   * A judge of heartbeats that come every `intervalMs`. What a rival has as a constant in milliseconds is in proportion to
   * its own interval, so that at the interval it ships with it is what it ships with.
   */
  judge(value: number, intervalMs: number, confirmation?: Confirmation): JudgeFactory;
}

/** Whether a contender's optional probes are sent; default `probes`. */
export type Confirmation = "probes" | "none";

const LISTEN = "listen" as const;

/** The jitter on sending does not matter to who only listens; the seed makes it repeatable all the same. */
const ours = (policy: PolicyFactory): JudgeFactory => detectorJudge(policy, seededRandom(1));

/** How a contender's one parameter is swept. */
export type Sweep = Pick<Contender, "parameter" | "values" | "standard">;

/** Options of any policy of ours that turn its probes off. */
type ProbesOff = { readonly confirmIntervalMs?: number };

function heartwire(
  name: string,
  title: string,
  sweep: Sweep & Pick<Contender, "probes">,
  policy: (value: number, intervalMs: number, off: ProbesOff) => PolicyFactory,
): Contender {
  return {
    name,
    title,
    kind: "heartwire",
    ...sweep,
    judge: (value, intervalMs, confirmation) =>
      ours(policy(value, intervalMs, confirmation === "none" ? UNCONFIRMED : {})),
  };
}

const UNCONFIRMED = { confirmIntervalMs: Number.POSITIVE_INFINITY };

const BY_MULTIPLIER = { parameter: "detect multiplier", values: MULTIPLIERS, standard: 3 };

const HEARTWIRE: readonly Contender[] = [
  heartwire(
    "fixed-timeout",
    "Heartwire: fixed timeout, 15 probes",
    { ...BY_MULTIPLIER, probes: "always" },
    (detectMultiplier, intervalMs) => fixedTimeout({ intervalMs, detectMultiplier, mode: LISTEN }),
  ),
  heartwire(
    "fixed-timeout-4",
    "Heartwire: fixed timeout, 4 probes",
    { ...BY_MULTIPLIER, probes: "always" },
    (detectMultiplier, intervalMs) => {
      const { suspectAfterMs, deadAfterMs } = fixedTimeout({ intervalMs, detectMultiplier, mode: LISTEN })();
      const confirmIntervalMs = Math.max(1, (deadAfterMs - suspectAfterMs) / 4);
      return fixedTimeout({ intervalMs, detectMultiplier, mode: LISTEN, confirmIntervalMs });
    },
  ),
  heartwire(
    "fixed-timeout-unconfirmed",
    "Heartwire: fixed timeout, no probes",
    { ...BY_MULTIPLIER, probes: "never" },
    (detectMultiplier, intervalMs) =>
      fixedTimeout({ intervalMs, detectMultiplier, mode: LISTEN, ...UNCONFIRMED }),
  ),
  heartwire(
    "nfd-e",
    "Heartwire: NFD-E",
    {
      parameter: "α in intervals",
      values: [0.25, 0.75, 1.25, 2, 3, 4, 6],
      standard: 1.25,
      probes: "optional",
    },
    (alpha, intervalMs, off) => nfdE({ intervalMs, mode: LISTEN, alphaMs: alpha * intervalMs, ...off }),
  ),
  heartwire(
    "phi-normal",
    "Heartwire: φ, normal",
    { parameter: "φ", values: [1, 4, 8, 16, 32, 100, 300], standard: 8, probes: "optional" },
    (deadPhi, intervalMs, off) => phiAccrual({ intervalMs, mode: LISTEN, deadPhi, ...off }),
  ),
  heartwire(
    "phi-exponential",
    "Heartwire: φ, exponential",
    { parameter: "φ", values: [0.8, 1, 1.5, 2, 3], standard: 3, probes: "optional" },
    (deadPhi, intervalMs, off) =>
      phiAccrual({ intervalMs, mode: LISTEN, arrivals: "exponential", deadPhi, ...off }),
  ),
  heartwire(
    "jacobson",
    "Heartwire: Jacobson",
    {
      parameter: "mean deviations",
      values: [4, 12, 24, 60, 200, 1000],
      standard: 12,
      probes: "optional",
    },
    (deadDeviations, intervalMs, off) => jacobson({ intervalMs, mode: LISTEN, deadDeviations, ...off }),
  ),
];

/** Every policy of ours and every rival's formula. */
export const CONTENDERS: readonly Contender[] = [...HEARTWIRE, ...RIVALS];

/** What results say of each. */
export function contenderRows(): QosResults["contenders"] {
  return CONTENDERS.map(({ name, title, kind, parameter, standard }) => ({
    name,
    title,
    kind,
    parameter,
    standard,
  }));
}
