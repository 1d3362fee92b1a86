import type { Distribution } from "./distribution.js";
import { KeyedRandom } from "./keyed-random.js";
import type { LossModel } from "./lane.js";
import { MAX_BUFFER_FRAMES, type Recurring, type Scenario } from "./scenario.js";

/** What {@link randomScenario} leaves to its caller. */
export interface ScenarioSize {
  readonly seed: number;
  readonly peers: number;
  readonly durationMs: number;
  /** The policy's: what happens is drawn in proportion to it. */
  readonly intervalMs: number;
}

/** What is drawn first is 0; never used for anything else. */
const SCENARIO_STREAM = 1000;

/**
 * A world from its seed: every kind of delay, loss and fault, from harmless to hostile. Times are drawn as parts or
 * multiples of the interval; what is a duration of the machine's own, such as the lateness of a timer, stays so.
 */
export function randomScenario({ seed, peers, durationMs, intervalMs }: ScenarioSize): Scenario {
  const random = new KeyedRandom(seed, SCENARIO_STREAM);
  const between = (low: number, high: number): number => low * (high / low) ** random.next();
  const perhaps = <Value>(share: number, value: Value): Value | undefined =>
    random.next() < share ? value : undefined;
  const rare = (every: number, lasting: Distribution): Recurring => ({
    every: { kind: "exponential", minMs: 0, tailMs: every * intervalMs },
    lasting,
  });
  const heavy = (shortest: number, longest: number): Distribution => ({
    kind: "pareto",
    minMs: shortest,
    shape: 1,
    maxMs: longest * intervalMs,
  });
  const down = { kind: "uniform", minMs: 0.2 * intervalMs, maxMs: 20 * intervalMs } as const;
  const crashes = rare(between(20, 500), down);
  const monitorStalls = perhaps(0.7, rare(between(5, 200), heavy(20, 20)));
  const peerStalls = perhaps(0.5, rare(between(50, 1000), heavy(20, 20)));
  const share = perhaps(0.5, random.next()) ?? 0;
  const partitions = perhaps(0.5, { ...rare(between(20, 500), heavy(0.2 * intervalMs, 20)), share });
  const scenario: Scenario = {
    seed,
    peers,
    durationMs,
    network: {
      delay: randomDelay(random, between(0.0005, 0.5) * intervalMs),
      loss: randomLoss(random, between, intervalMs),
      duplicate: perhaps(0.5, random.next() * 0.1) ?? 0,
    },
    driftPpm: random.next() * 200,
    timerSlackMs: random.next() * 5,
    receiveBufferFrames: Math.floor(between(16, MAX_BUFFER_FRAMES)),
    crashes,
    orderlyShare: perhaps(0.5, random.next() * 0.5) ?? 0,
    ...(monitorStalls && { monitorStalls }),
    ...(peerStalls && { peerStalls }),
    ...(partitions && { partitions }),
    relinkAfterMs: perhaps(0.5, between(0.01, 3) * intervalMs) ?? 0,
  };
  // Drawn last, so that what came before in a world of this seed still comes.
  const suspends = {
    ...rare(between(50, 1000), heavy(20, 100)),
    clock: random.next() < 0.5 ? "jumps" : "stands",
  } as const;
  const monitorSuspends = perhaps(0.3, suspends);
  const groupSilence = perhaps(0.3, {
    share: 0.3 + 0.7 * random.next(),
    least: 2 + Math.floor(4 * random.next()),
  });
  const applicationData = perhaps(0.3, {
    ...rare(between(5, 100), heavy(20, 20)),
    gapMs: between(0.1, 2) * intervalMs,
  });
  return {
    ...scenario,
    ...(monitorSuspends && { monitorSuspends }),
    ...(groupSilence && { groupSilence }),
    ...(applicationData && { applicationData }),
  };
}

function randomDelay(random: KeyedRandom, typicalMs: number): Distribution {
  const spread = random.next();
  const all: readonly Distribution[] = [
    { kind: "constant", ms: typicalMs },
    { kind: "uniform", minMs: typicalMs * (1 - spread), maxMs: typicalMs * (1 + spread) },
    { kind: "normal", meanMs: typicalMs, deviationMs: typicalMs * spread },
    { kind: "lognormal", medianMs: typicalMs, sigma: spread },
    { kind: "exponential", minMs: typicalMs * spread, tailMs: typicalMs },
    { kind: "pareto", minMs: typicalMs, shape: 1 + spread, maxMs: 1000 * typicalMs },
  ];
  return all[Math.floor(random.next() * all.length)]!;
}

function randomLoss(
  random: KeyedRandom,
  between: (low: number, high: number) => number,
  intervalMs: number,
): LossModel {
  if (random.next() < 0.2) return { kind: "independent", rate: 0 };
  if (random.next() < 0.4) return { kind: "independent", rate: between(0.001, 0.3) };
  return {
    kind: "gilbert-elliott",
    goodMs: between(20, 1000) * intervalMs,
    badMs: between(0.2, 5) * intervalMs,
    goodRate: between(0.0001, 0.02),
    badRate: 0.3 + 0.7 * random.next(),
  };
}
