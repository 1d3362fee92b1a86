import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "./faults/index.js";
import type { Instant, Lab } from "./lab/index.js";
import type { Trial } from "./report/results.js";
import type { NominalSettings, Subject } from "./subjects/index.js";
import { type SubjectPair, startPair } from "./subjects/pair.js";

/** How one fault is tried on all subjects at once. */
export interface TrialPlan {
  readonly fault: Fault;
  readonly subjects: readonly Subject[];
  readonly settings: NominalSettings;
  /** Links of each subject: each finds the fault in another phase of its interval. */
  readonly links: number;
  /** Number of the first link in results.json. */
  readonly firstTrial: number;
  /** The longest wait for a verdict. */
  readonly waitMs: number;
}

/** A subject that could not be tried, and why. */
export interface Untried {
  readonly subject: string;
  readonly fault: string;
  readonly why: string;
}

/** What a trial found. */
export interface TrialOutcome {
  readonly trials: readonly Trial[];
  readonly untried: readonly Untried[];
}

/** Told what a trial is doing, for people who wait. */
export type Doing = (what: string) => void;

const START_LIMIT_MS = 20_000;

/**
 * Starts every subject in the lab, lets them run until all is steady, strikes, and waits until each link is
 * called dead or the wait is over.
 */
export async function runTrial(lab: Lab, plan: TrialPlan, doing: Doing): Promise<TrialOutcome> {
  const { fault, settings } = plan;
  doing(`${fault.title}: starting ${plan.subjects.length} subjects`);
  const { pairs, untried } = await startAll(lab, plan);
  // The first probes are over, and every link is in its usual rhythm.
  await delay(2 * settings.intervalMs);
  const mistakes = pairs.map(({ deaths }) => deaths.filter((death) => death !== undefined).length);
  doing(`${fault.title}: now`);
  const instant = await fault.strike({
    lab,
    peers: pairs.map(({ peer }) => peer),
    monitors: pairs.map(({ monitor }) => monitor),
    async command(end, command) {
      const instants = await Promise.all(pairs.map((pair) => pair.command(end, command)));
      const [firstMs, lastMs] = [Math.min(...instants), Math.max(...instants)];
      return { atMs: (firstMs + lastMs) / 2, uncertaintyMs: (lastMs - firstMs) / 2 };
    },
    async writeApplicationData() {
      await Promise.all(pairs.map((pair) => pair.writeApplicationData()));
    },
  });
  doing(`${fault.title}: who notices?`);
  const patience = AbortSignal.timeout(plan.waitMs);
  await Promise.all(pairs.map((pair) => pair.allDead(patience)));
  return { trials: pairs.flatMap((pair, index) => rows(pair, plan, instant, mistakes[index] ?? 0)), untried };
}

async function startAll(lab: Lab, plan: TrialPlan): Promise<{ pairs: SubjectPair[]; untried: Untried[] }> {
  const pairs: SubjectPair[] = [];
  const untried: Untried[] = [];
  const start = async (subject: Subject) => {
    try {
      const pair = await startPair(lab, subject, plan.links, plan.settings, plan.fault.detour);
      await pair.allAlive(START_LIMIT_MS);
      pairs.push(pair);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      untried.push({ subject: subject.name, fault: plan.fault.name, why });
    }
  };
  await Promise.all(plan.subjects.map(start));
  return { pairs, untried };
}

function rows(pair: SubjectPair, plan: TrialPlan, instant: Instant, mistakes: number): Trial[] {
  const expected = pair.subject.expectDetection(plan.fault.effect, plan.settings);
  return pair.deaths.map((death, link) => {
    // A link that was called dead while its peer lived cannot notice the fault any more.
    const noticed = death !== undefined && death.atMs >= instant.atMs - instant.uncertaintyMs;
    return {
      subject: pair.subject.name,
      kind: pair.subject.kind,
      fault: plan.fault.name,
      trial: plan.firstTrial + link,
      detected: noticed,
      latencyMs: noticed ? Math.max(0, death.atMs - instant.atMs) : null,
      uncertaintyMs: instant.uncertaintyMs,
      cause: noticed ? death.cause : null,
      predictedMs: expected.kind === "never" ? null : { best: expected.bestMs, worst: expected.worstMs },
      mistakes: link === 0 ? mistakes : 0,
    };
  });
}
