import { cpus, release, totalmem } from "node:os";
import { type Fault, faults } from "./faults/index.js";
import { inParallel } from "./in-parallel.js";
import type { Lab } from "./lab/index.js";
import type { Results, Trial, WireRow } from "./report/results.js";
import { NOMINAL, type Subject, subjects } from "./subjects/index.js";
import { runTrial, type Untried } from "./trial.js";
import { measureWire } from "./wire-measurement.js";

/** Where a comparison takes place. */
export type StageKind = Results["environment"]["stage"];

/** How much is done; each default is given by the command line. */
export interface ComparisonOptions {
  readonly stage: StageKind;
  /** Times that each fault strikes. */
  readonly rounds: number;
  /** Links of each subject at each strike. */
  readonly links: number;
  /** The longest wait for a verdict. */
  readonly waitMs: number;
  /** How long frames are counted. */
  readonly wireWindowMs: number;
}

/** Told how far it is, for people who wait. */
export interface ComparisonProgress {
  /** So many steps there will be. */
  planned(steps: number): void;
  /** One more step is done. */
  stepDone(): void;
  doing(what: string): void;
}

/** Faults tried at the same time: they mostly wait, and two cores start their processes in good time. */
const FAULTS_AT_ONCE = 3;

/**
 * Runs the quick comparison: every fault on every subject, and the octets of each subject when idle.
 *
 * @param openLab makes a fresh stage; it is closed here
 * @param notHere why faults of the network and octets cannot be measured on this stage, if so
 */
export async function compare(
  openLab: (name: string) => Promise<Lab>,
  notHere: string | undefined,
  options: ComparisonOptions,
  progress: ComparisonProgress,
): Promise<Results> {
  const comparison = new Comparison(openLab, options, progress);
  const measurable = faults.filter(
    ({ effect }) => notHere === undefined || effect.kind.startsWith("process-"),
  );
  const trials = range(options.rounds).flatMap((round) =>
    measurable.map((fault) => () => comparison.tryFault(fault, round)),
  );
  const wires = notHere === undefined ? subjects.map((subject) => () => comparison.countFrames(subject)) : [];
  progress.planned(trials.length + wires.length);
  await Promise.all([inParallel(FAULTS_AT_ONCE, trials), inParallel(wires.length, wires)]);
  const missing = faults
    .filter((fault) => !measurable.includes(fault))
    .map(({ name }) => ({ fault: name, why: notHere ?? "" }));
  return comparison.results([
    ...missing,
    ...(notHere === undefined ? [] : [{ why: `octets on the wire: ${notHere}` }]),
    {
      why: "octets with each frame padded to the Ethernet minimum: the quick comparison counts frames, it does not capture them",
    },
    { why: "CPU and memory per heartbeat: not part of the quick comparison" },
  ]);
}

class Comparison {
  readonly #openLab: (name: string) => Promise<Lab>;
  readonly #options: ComparisonOptions;
  readonly #progress: ComparisonProgress;
  readonly #trials: Trial[] = [];
  readonly #wire: WireRow[] = [];
  readonly #untried: { subject: string; fault?: string; why: string }[] = [];

  constructor(
    openLab: (name: string) => Promise<Lab>,
    options: ComparisonOptions,
    progress: ComparisonProgress,
  ) {
    this.#openLab = openLab;
    this.#options = options;
    this.#progress = progress;
  }

  async tryFault(fault: Fault, round: number): Promise<void> {
    const { links, waitMs } = this.#options;
    const lab = await this.#openLab(`${fault.name}-${round}`);
    try {
      const plan = { fault, subjects, settings: NOMINAL, links, firstTrial: round * links, waitMs };
      const outcome = await runTrial(lab, plan, (what) => this.#progress.doing(what));
      this.#trials.push(...outcome.trials);
      this.#untried.push(...outcome.untried.map((untried: Untried) => ({ ...untried })));
    } finally {
      await lab.close();
      this.#progress.stepDone();
    }
  }

  async countFrames(subject: Subject): Promise<void> {
    const { links, wireWindowMs } = this.#options;
    const lab = await this.#openLab(`wire-${subject.name}`);
    try {
      this.#wire.push(await measureWire(lab, subject, NOMINAL, links, wireWindowMs));
    } catch (error) {
      const why = `octets on the wire: ${error instanceof Error ? error.message : String(error)}`;
      this.#untried.push({ subject: subject.name, why });
    } finally {
      await lab.close();
      this.#progress.stepDone();
    }
  }

  results(notMeasured: Results["notMeasured"]): Results {
    return {
      schema: 1,
      environment: environment(this.#options.stage),
      settings: {
        ...NOMINAL,
        waitMs: this.#options.waitMs,
        subjects: Object.fromEntries(subjects.map((each) => [each.name, each.settingsInWords(NOMINAL)])),
      },
      trials: this.#trials,
      wire: this.#wire,
      cost: [],
      notMeasured: [...this.#untried, ...notMeasured],
    };
  }
}

function environment(stage: StageKind): Results["environment"] {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpus: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    stage,
    date: new Date().toISOString(),
  };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
