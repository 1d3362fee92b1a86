import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault, FaultContext } from "../faults/index.js";
import { type Strike, strikeOf } from "../faults/strike.js";
import {
  type HostProcess,
  type ImpairmentReport,
  type Instant,
  type Lab,
  monotonicMs,
} from "../lab/index.js";
import type { ExpectedMistakes, ImpairmentRow, Trial } from "../report/results.js";
import type { NominalSettings, Subject } from "../subjects/index.js";
import { type SubjectPair, startPair } from "../subjects/pair.js";
import { whyNot } from "../subjects/why-not.js";
import type { NotMeasured } from "./job.js";

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

/** What a trial found. */
export interface TrialOutcome {
  readonly trials: readonly Trial[];
  readonly expectedMistakes: readonly ExpectedMistakes[];
  /** What was done to packets, where they were lost or delayed. */
  readonly impairments: readonly ImpairmentRow[];
  readonly notMeasured: readonly NotMeasured[];
}

/** Told what a trial is doing, for people who wait. */
export type Doing = (what: string) => void;

const START_LIMIT_MS = 30_000;
/** What a process usually needs to end. */
const APART_MS = 20;

/**
 * Starts every subject in the lab, lets them run until all is steady, and strikes. A fault that is to be
 * noticed is awaited until each link is called dead or the wait is over; under a harmless one the links are
 * watched for as long as it lasts and as long as a mistake takes to show.
 *
 * In the end the fault is healed, which is when the lab tells what it did to packets.
 *
 * @throws Error if the fault cannot strike here or be healed, or packets were lost that nobody asked to lose
 */
export async function runTrial(lab: Lab, plan: TrialPlan, doing: Doing): Promise<TrialOutcome> {
  const { fault, settings } = plan;
  doing(`${fault.title}: starting ${plan.subjects.length} subjects`);
  await fault.prepare?.(lab);
  const { pairs, notMeasured } = await startAll(lab, plan);
  const aliveSinceMs = monotonicMs();
  // The first probes are over, and every link is in its usual rhythm.
  await delay(2 * settings.intervalMs);
  doing(`${fault.title}: now`);
  const context = contextOf(lab, pairs);
  const strike: Strike = await fault.strike(context);
  doing(`${fault.title}: who notices?`);
  await watch(pairs, plan, strike);
  const endMs = monotonicMs();
  // Before the healing, which may itself end connections.
  const trials = pairs.flatMap((pair) => {
    const instant = strike.ofEach?.get(pair.peer) ?? strike;
    return rows(pair, plan, { aliveSinceMs, instant, endMs });
  });
  await fault.heal(context);
  return {
    trials,
    expectedMistakes: pairs.flatMap((pair) => expectedMistakes(pair, plan, endMs - strike.atMs)),
    impairments: impairmentRows(lab.router.impaired, plan),
    notMeasured,
  };
}

/**
 * What the lab did to packets, as results.json has it.
 *
 * @throws Error if it lost any by itself: then nobody knows what the contenders had to bear
 */
export function impairmentRows(
  reports: readonly ImpairmentReport[],
  { fault, firstTrial }: Pick<TrialPlan, "fault" | "firstTrial">,
): ImpairmentRow[] {
  return reports.map((report) => {
    if (report.means === "forwarder" && report.overflowed > 0) {
      throw new Error(
        `the forwarder lost ${report.overflowed} packets that it was not asked to lose: they came faster than it reads`,
      );
    }
    return { ...report, fault: fault.name, trial: firstTrial };
  });
}

/** What a fault needs, made of the subjects that run. */
export function contextOf(lab: Lab, pairs: readonly SubjectPair[]): FaultContext {
  return {
    lab,
    peers: pairs.map(({ peer }) => peer),
    monitors: pairs.map(({ monitor }) => monitor),
    async writeApplicationData() {
      await Promise.all(pairs.map((pair) => pair.writeApplicationData()));
    },
    async command(end, command): Promise<Strike> {
      const tell = async (pair: SubjectPair) => {
        const atMs = await pair.command(end, command);
        return [pair[end], { atMs, uncertaintyMs: 0 }] as const;
      };
      if (end === "monitor") return strikeOf(new Map(await Promise.all(pairs.map(tell))));
      // One after the other: many that end at once hold each other up, and nobody could say when each did.
      const told = new Map<HostProcess, Instant>();
      for (const pair of pairs) {
        const [peer, instant] = await tell(pair);
        told.set(peer, instant);
        await delay(Math.max(0, instant.atMs - monotonicMs()) + APART_MS);
      }
      return strikeOf(told);
    },
  };
}

async function startAll(
  lab: Lab,
  plan: TrialPlan,
): Promise<{ pairs: SubjectPair[]; notMeasured: NotMeasured[] }> {
  const pairs: SubjectPair[] = [];
  const notMeasured: NotMeasured[] = [];
  const start = async (subject: Subject) => {
    try {
      const cannot = whyNot(subject, plan.fault);
      if (cannot !== undefined) throw new Error(cannot);
      const pair = await startPair(lab, subject, plan.links, plan.settings, { detour: plan.fault.detour });
      await pair.allAlive(START_LIMIT_MS);
      pairs.push(pair);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      notMeasured.push({ subject: subject.name, fault: plan.fault.name, why });
    }
  };
  await Promise.all(plan.subjects.map(start));
  return { pairs, notMeasured };
}

async function watch(pairs: readonly SubjectPair[], plan: TrialPlan, instant: Instant): Promise<void> {
  const { fault, settings, waitMs } = plan;
  if (fault.effect.kind !== "harmless") {
    const patience = AbortSignal.timeout(waitMs);
    setMaxListeners(pairs.length, patience);
    await Promise.all(pairs.map((pair) => pair.allDead(patience)));
    return;
  }
  const toShowMs = settings.intervalMs * (settings.misses + 2);
  await delay(Math.max(0, instant.atMs + (fault.lastsMs ?? 0) + toShowMs - monotonicMs()));
}

function expectedMistakes(
  { subject }: SubjectPair,
  { fault, settings }: TrialPlan,
  watchedMs: number,
): ExpectedMistakes[] {
  const { effect, name } = fault;
  if (effect.kind !== "harmless") return [];
  const expected = subject.expectMistakes(effect, settings, watchedMs);
  const share = expected.kind === "share" ? { least: expected.least, most: expected.most } : null;
  const by = expected.kind === "share" ? expected.by : undefined;
  return [{ subject: subject.name, fault: name, share, why: expected.why, ...(by && { verdictBy: by }) }];
}

interface Span {
  readonly aliveSinceMs: number;
  readonly instant: Instant;
  readonly endMs: number;
}

function rows(pair: SubjectPair, plan: TrialPlan, { aliveSinceMs, instant, endMs }: Span): Trial[] {
  const { subject } = pair;
  const { effect, name: fault } = plan.fault;
  const expected = subject.expectDetection(effect, plan.settings);
  return pair.deaths.map((death, link) => {
    const before = death !== undefined && death.atMs < instant.atMs - instant.uncertaintyMs;
    const after = death !== undefined && !before;
    // The peer lives until a real fault strikes; under a harmless one until the end.
    const livedUntilMs = effect.kind === "harmless" ? endMs : instant.atMs;
    return {
      subject: subject.name,
      kind: subject.kind,
      fault,
      trial: plan.firstTrial + link,
      detected: after,
      latencyMs: after ? Math.max(0, death.atMs - instant.atMs) : null,
      uncertaintyMs: instant.uncertaintyMs,
      cause: after ? death.cause : null,
      verdictBy: after ? death.by : null,
      predictedMs: expected.kind === "never" ? null : { best: expected.bestMs, worst: expected.worstMs },
      mistakes: before ? 1 : 0,
      watchedMs: Math.max(0, Math.min(death?.atMs ?? endMs, livedUntilMs) - aliveSinceMs),
    };
  });
}
