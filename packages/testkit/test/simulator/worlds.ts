import type { PolicyFactory } from "@heartwire/core";
import {
  type Distribution,
  type InvariantName,
  type Scenario,
  type SimulateOptions,
  simulate,
} from "../../src/index.js";

export const INTERVAL_MS = 1000;

export const exponential = (meanMs: number): Distribution => ({
  kind: "exponential",
  minMs: 0,
  tailMs: meanMs,
});
export const constant = (ms: number): Distribution => ({ kind: "constant", ms });

/** A quiet world: nothing is lost, nobody fails. */
export function calm(change: Partial<Scenario> = {}): Scenario {
  return {
    seed: 1,
    peers: 20,
    durationMs: 600_000,
    network: { delay: constant(10), loss: { kind: "independent", rate: 0 }, duplicate: 0 },
    driftPpm: 200,
    timerSlackMs: 2,
    receiveBufferFrames: 4096,
    orderlyShare: 0,
    relinkAfterMs: 100,
    ...change,
  };
}

/** The same with crashes and stalls and loss. */
export function hostile(change: Partial<Scenario> = {}): Scenario {
  return calm({
    network: {
      delay: { kind: "lognormal", medianMs: 20, sigma: 1 },
      loss: { kind: "gilbert-elliott", goodMs: 30_000, badMs: 1000, goodRate: 0.01, badRate: 0.8 },
      duplicate: 0.05,
    },
    crashes: { every: exponential(60_000), lasting: exponential(10_000) },
    orderlyShare: 0.2,
    monitorStalls: {
      every: exponential(20_000),
      lasting: { kind: "pareto", minMs: 30, shape: 0.7, maxMs: 10_000 },
    },
    peerStalls: { every: exponential(60_000), lasting: exponential(1000) },
    partitions: { every: exponential(60_000), lasting: exponential(3000), share: 0.3 },
    ...change,
  });
}

/** Which invariant a run breaks, if any. */
export function brokenBy(
  scenario: Scenario,
  policy: PolicyFactory,
  options: SimulateOptions = {},
): InvariantName | undefined {
  return simulate(scenario, policy, options).violation?.invariant;
}
