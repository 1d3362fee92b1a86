import type { Measurement } from "../cost/cost.js";
import type { Fault } from "../faults/index.js";
import { NOMINAL, type Subject } from "../subjects/index.js";
import type { Thoroughness } from "./campaign.js";
import { CARRIED_WINDOW_MS } from "./carried-measurement.js";
import type { Job } from "./job.js";

/** A lab, some thirty processes in it, their links alive and in their rhythm; and all of it gone again. */
const AROUND_TRIAL_MS = 9000;
/** The same for one pair of processes. */
const AROUND_PAIR_MS = 6000;
/** A recorded trial shows so much before the fault and after the verdict. */
const SHOWN_AROUND_MS = 4000;

/** As measured on two cores. */
const COST_MS: Readonly<Record<Measurement, number>> = {
  "udp-cpu": 75_000,
  "websocket-cpu": 140_000,
  "websocket-memory": 35_000,
  crowd: 40_000,
  lateness: 15_000,
  "tcp-cpu": 25_000,
  "check-cpu": 140_000,
  // Of one of them.
  contenders: 14_000,
};

/** How long a job should take; what a person is told who waits. */
export function expectedMs(job: Job, { waitMs, wireWindowMs }: Thoroughness): number {
  switch (job.kind) {
    case "cost":
      return COST_MS[job.measurement];
    case "wire":
      return AROUND_PAIR_MS + wireWindowMs;
    case "carried":
      return AROUND_PAIR_MS + CARRIED_WINDOW_MS;
    case "timeline":
      return AROUND_PAIR_MS + SHOWN_AROUND_MS + verdictMs(job.fault, [job.subject], waitMs);
    case "trial":
      return AROUND_TRIAL_MS + watchedMs(job.fault, job.subjects, waitMs);
  }
}

function watchedMs(fault: Fault, subjects: readonly Subject[], waitMs: number): number {
  if (fault.lastsMs === undefined) return verdictMs(fault, subjects, waitMs);
  return fault.lastsMs + NOMINAL.intervalMs * (NOMINAL.misses + 2);
}

/** Until the last of them notices, or nobody waits any longer. */
function verdictMs({ effect }: Fault, subjects: readonly Subject[], waitMs: number): number {
  const worstMs = subjects.map((subject) => {
    const expected = subject.expectDetection(effect, NOMINAL);
    return expected.kind === "never" ? waitMs : expected.worstMs;
  });
  return Math.min(waitMs, Math.max(0, ...worstMs));
}
