import type { Lab } from "../lab/index.js";
import { NOMINAL } from "../subjects/index.js";
import { measureCarried } from "./carried-measurement.js";
import { measureCostApart } from "./cost-job.js";
import { type Job, type JobOutcome, keyOf } from "./job.js";
import type { Journal } from "./journal.js";
import type { Lane } from "./time-left.js";
import { captureTimeline } from "./timeline.js";
import { runTrial } from "./trial.js";
import { measureWire } from "./wire-measurement.js";

/** How thoroughly each job is done. */
export interface Thoroughness {
  /** Links of each subject at each strike. */
  readonly links: number;
  /** The longest wait for a verdict. */
  readonly waitMs: number;
  /** How long frames are counted. */
  readonly wireWindowMs: number;
}

/** Told how far a run is, for people who wait. Jobs are named by their keys. */
export interface Progress {
  /**
   * What there is to do.
   *
   * @param stages one after the other; the lanes of one are done side by side
   */
  planned(stages: readonly (readonly Lane[])[]): void;
  jobBegun(key: string): void;
  /** One more is done; it was done before where it never began. */
  jobDone(key: string): void;
  doing(what: string): void;
}

type LabJob = Exclude<Job, { kind: "cost" }>;

/** Runs jobs in labs of their own, and gathers what they find. */
export class Campaign {
  readonly #openLab: (name: string) => Promise<Lab>;
  readonly #thoroughness: Thoroughness;
  readonly #progress: Progress;
  readonly #journal: Journal | undefined;
  readonly #outcomes: JobOutcome[] = [];

  /**
   * @param openLab makes a fresh lab; it is closed here
   * @param journal where outcomes are kept; absent: nowhere
   */
  constructor(
    openLab: (name: string) => Promise<Lab>,
    thoroughness: Thoroughness,
    progress: Progress,
    journal?: Journal,
  ) {
    this.#openLab = openLab;
    this.#thoroughness = thoroughness;
    this.#progress = progress;
    this.#journal = journal;
  }

  /** What all jobs have found so far. */
  get outcomes(): readonly JobOutcome[] {
    return this.#outcomes;
  }

  /** Does a job, unless the journal has it. A job that fails is not measured, with its reason, and not fatal. */
  async do(job: Job): Promise<void> {
    const key = keyOf(job);
    const known = this.#journal?.get(key);
    if (known !== undefined) {
      this.#outcomes.push(known);
      this.#progress.jobDone(key);
      return;
    }
    this.#progress.jobBegun(key);
    const outcome = await this.#attempt(job);
    this.#outcomes.push(outcome);
    this.#journal?.add(key, outcome);
    this.#progress.jobDone(key);
  }

  async #attempt(job: Job): Promise<JobOutcome> {
    try {
      if (job.kind !== "cost") return await this.#openAndClose(job);
      this.#progress.doing(`what a heartbeat costs: ${job.subject?.title ?? job.measurement}`);
      return await measureCostApart(job);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { notMeasured: [notMeasured(job, why)] };
    }
  }

  async #openAndClose(job: LabJob): Promise<JobOutcome> {
    const lab = await this.#openLab(keyOf(job).replaceAll(/[^a-z0-9]/g, "-"));
    try {
      return await this.#inLab(lab, job);
    } finally {
      await lab.close();
    }
  }

  async #inLab(lab: Lab, job: LabJob): Promise<JobOutcome> {
    const doing = (what: string) => this.#progress.doing(what);
    const { links, waitMs, wireWindowMs } = this.#thoroughness;
    switch (job.kind) {
      case "trial": {
        const { fault, subjects, round } = job;
        const plan = { fault, subjects, settings: NOMINAL, links, firstTrial: round * links, waitMs };
        return runTrial(lab, plan, doing);
      }
      case "wire":
        doing(`${job.subject.title}: counting frames`);
        return { wire: [await measureWire(lab, job.subject, NOMINAL, links, wireWindowMs)] };
      case "carried":
        doing(`${job.subject.title}: reading what heartbeats carry`);
        return { carried: [await measureCarried(lab, job.subject, NOMINAL, links)] };
      case "timeline":
        doing(`${job.subject.title}: recording frames`);
        return { timelines: [await captureTimeline(lab, job.subject, job.fault, NOMINAL, waitMs)] };
    }
  }
}

function notMeasured(job: Job, why: string): { subject?: string; fault?: string; why: string } {
  switch (job.kind) {
    case "trial":
      return { fault: job.fault.name, why };
    case "wire":
      return { subject: job.subject.name, why: `octets on the wire: ${why}` };
    case "carried":
      return { subject: job.subject.name, why: `what heartbeats carry: ${why}` };
    case "cost":
      return {
        ...(job.subject !== undefined && { subject: job.subject.name }),
        why: `CPU and memory (${job.measurement}): ${why}`,
      };
    case "timeline":
      return { subject: job.subject.name, fault: job.fault.name, why: `recorded frames: ${why}` };
  }
}
