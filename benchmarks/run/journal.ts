import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { JobOutcome } from "./job.js";

/**
 * What a run has found so far, a line per job, so that an interrupted run goes on where it was. It belongs to
 * one plan: with any other it begins anew.
 */
export class Journal {
  readonly #path: string;
  readonly #outcomes = new Map<string, JobOutcome>();

  /**
   * Opens the journal of a plan, or begins it.
   *
   * @param plan anything that says what is being run; compared as text
   */
  constructor(path: string, plan: unknown) {
    this.#path = path;
    const header = JSON.stringify({ plan });
    const [first, ...lines] = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    if (first === header) this.#read(lines);
    // Written anew in any case: after a torn line nothing could be appended.
    const done = [...this.#outcomes].map(([key, outcome]) => JSON.stringify({ key, outcome }));
    writeFileSync(path, `${[header, ...done].join("\n")}\n`);
  }

  /** How many jobs are done. */
  get size(): number {
    return this.#outcomes.size;
  }

  /** What a job found, if it is done. */
  get(key: string): JobOutcome | undefined {
    return this.#outcomes.get(key);
  }

  /** Writes down what a job found. */
  add(key: string, outcome: JobOutcome): void {
    this.#outcomes.set(key, outcome);
    appendFileSync(this.#path, `${JSON.stringify({ key, outcome })}\n`);
  }

  /** The run is complete: nothing is left to go on with. */
  remove(): void {
    rmSync(this.#path, { force: true });
  }

  #read(lines: readonly string[]): void {
    for (const line of lines) {
      try {
        const { key, outcome } = JSON.parse(line) as { key: string; outcome: JobOutcome };
        this.#outcomes.set(key, outcome);
      } catch {
        // The end of the file, or a line that was being written when the run was interrupted: done again.
      }
    }
  }
}
