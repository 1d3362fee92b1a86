import { ALL_MEASUREMENTS, CONTENDERS } from "../cost/cost.js";
import { type Fault, quickFaults } from "../faults/index.js";
import type { Lab } from "../lab/index.js";
import type { Results } from "../report/results.js";
import { controlsUnder, quickSubjects, type Subject } from "../subjects/index.js";
import { assemble, type StageKind } from "./assemble.js";
import { Campaign, type Progress, type Thoroughness } from "./campaign.js";
import { expectedMs } from "./duration.js";
import { inParallel } from "./in-parallel.js";
import { type Job, keyOf, type NotMeasured } from "./job.js";
import type { Journal } from "./journal.js";
import { readProvenance } from "./provenance.js";
import type { Lane } from "./time-left.js";

/** What is compared, and how thoroughly. */
export interface ComparisonPlan extends Thoroughness {
  readonly stage: StageKind;
  readonly subjects: readonly Subject[];
  readonly faults: readonly Fault[];
  /** Times that each fault strikes, a harmless one too: every cell has as many trials. */
  readonly rounds: number;
  /** Which trials are recorded frame by frame. */
  readonly timelines: readonly { readonly subject: Subject; readonly fault: Fault }[];
  /** Trials at the same time: they mostly wait, but start many processes. */
  readonly trialsAtOnce: number;
  /** Octets, and what they carry, of so many subjects at the same time. */
  readonly wiresAtOnce: number;
  /** CPU and memory: all that is known to measure, that of the contenders alone, or nothing. */
  readonly cost: "all" | "contenders" | "none";
}

/** What `npm start` compares: those that answer the question of most, in less than two minutes. */
export const QUICK = {
  subjects: quickSubjects,
  faults: quickFaults,
  timelines: [],
  trialsAtOnce: 3,
  wiresAtOnce: quickSubjects.length,
  cost: "none",
} as const;

/** How long a full run waits for a verdict, as the reference run did: longer than the ten probes that Node forces. */
export const FULL_WAIT_MS = 13_000;

/** Why the network cannot be broken, nor octets counted, on this stage; undefined where they can. */
export type NotHere = string | undefined;

/**
 * Runs a comparison.
 *
 * @param openLab makes a fresh lab; it is closed here
 * @param journal makes the run resumable
 */
export async function compare(
  openLab: (name: string) => Promise<Lab>,
  notHere: NotHere,
  plan: ComparisonPlan,
  progress: Progress,
  journal?: Journal,
): Promise<Results> {
  // As it begins: who goes on working in the checkout meanwhile changes nothing of what runs.
  const provenance = await readProvenance();
  const campaign = new Campaign(openLab, plan, progress, journal);
  const here = plan.faults.filter(
    ({ effect }) => notHere === undefined || effect.kind.startsWith("process-"),
  );
  const trials = trialJobs(here, plan);
  const wires: Job[] =
    notHere === undefined ? plan.subjects.map((subject) => ({ kind: "wire", subject })) : [];
  const carried: Job[] = plan.subjects
    .filter(({ carries }) => carries === true)
    .map((subject) => ({ kind: "carried", subject }));
  const timelines: Job[] =
    notHere === undefined ? plan.timelines.map((timeline) => ({ kind: "timeline", ...timeline })) : [];
  const costs = costJobs(plan);
  const asWork = (jobs: readonly Job[]) => jobs.map((job) => () => campaign.do(job));
  const lane = (atOnce: number, jobs: readonly Job[]): Lane => ({
    atOnce,
    expectedMs: new Map(jobs.map((job) => [keyOf(job), expectedMs(job, plan)])),
  });
  progress.planned([
    [lane(1, costs)],
    [lane(plan.trialsAtOnce, [...trials, ...timelines]), lane(plan.wiresAtOnce, [...wires, ...carried])],
  ]);
  // First and alone: whatever ran beside them would be in their figures.
  await inParallel(1, asWork(costs));
  await Promise.all([
    inParallel(plan.trialsAtOnce, asWork([...trials, ...timelines])),
    inParallel(plan.wiresAtOnce, asWork([...wires, ...carried])),
  ]);
  return assemble(campaign.outcomes, plan, missingHere(plan, here, notHere), provenance);
}

/** Every fault, round by round: what is interrupted has few trials of all rather than all of few. */
export function trialJobs(
  faults: readonly Fault[],
  { rounds, subjects }: Pick<ComparisonPlan, "rounds" | "subjects">,
): Job[] {
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) =>
    faults.map((fault): Job => {
      const taking = [...subjects, ...controlsUnder(fault.effect)];
      return { kind: "trial", fault, subjects: taking, round };
    }),
  );
}

/** What of CPU and memory is measured. */
export function costJobs({ cost, subjects }: Pick<ComparisonPlan, "cost" | "subjects">): Job[] {
  if (cost === "none") return [];
  return ALL_MEASUREMENTS.flatMap((measurement): Job[] => {
    if (measurement === CONTENDERS)
      return subjects.map((subject) => ({ kind: "cost", measurement, subject }));
    return cost === "all" ? [{ kind: "cost", measurement }] : [];
  });
}

function missingHere(plan: ComparisonPlan, here: readonly Fault[], notHere: NotHere): NotMeasured[] {
  if (notHere === undefined) return [];
  return [
    ...plan.faults
      .filter((fault) => !here.includes(fault))
      .map(({ name }) => ({ fault: name, why: notHere })),
    { why: `octets on the wire: ${notHere}` },
  ];
}
