import type { Lab } from "../lab/index.js";
import { NOMINAL } from "../subjects/index.js";
import { type Job, type JobOutcome, keyOf } from "./job.js";
import type { Journal } from "./journal.js";
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

/** Told how far a run is, for people who wait. */
export interface Progress {
  /** So many jobs there will be, of which some were done before. */
  planned(jobs: number, done: number): void;
  /** One more is done. */
  jobDone(): void;
  doing(what: string): void;
}

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
      return;
    }
    const outcome = await this.#attempt(job);
    this.#outcomes.push(outcome);
    this.#journal?.add(key, outcome);
    this.#progress.jobDone();
  }

  async #attempt(job: Job): Promise<JobOutcome> {
    const lab = await this.#openLab(keyOf(job).replaceAll(/[^a-z0-9]/g, "-"));
    try {
      return await this.#inLab(lab, job);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { notMeasured: [notMeasured(job, why)] };
    } finally {
      await lab.close();
    }
  }

  async #inLab(lab: Lab, job: Job): Promise<JobOutcome> {
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
    case "timeline":
      return { subject: job.subject.name, fault: job.fault.name, why: `recorded frames: ${why}` };
  }
}
