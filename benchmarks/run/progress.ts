import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "./campaign.js";

/** A progress bar on a terminal, and now and then a line elsewhere. Writes to stderr. */
export class ProgressBar implements Progress {
  readonly #bar: SingleBar;

  /** @param format.timeLeft whether to estimate it: of use where there are many jobs alike */
  constructor(format: { readonly timeLeft: boolean }) {
    const time = format.timeLeft ? "{duration_formatted}, some {eta_formatted} left" : "{duration_formatted}";
    this.#bar = new SingleBar(
      {
        format: `  {bar} {value} of {total} done, ${time}  {what}`,
        stream: process.stderr,
        noTTYOutput: true,
        notTTYSchedule: 10_000,
        hideCursor: true,
        barsize: 24,
        fps: 5,
        etaBuffer: 20,
        stopOnComplete: false,
        clearOnComplete: true,
        emptyOnZero: true,
        linewrap: false,
      },
      Presets.shades_classic,
    );
  }

  planned(jobs: number, done: number): void {
    this.#bar.start(jobs, done, { what: "" });
  }

  jobDone(): void {
    this.#bar.increment();
  }

  doing(what: string): void {
    this.#bar.update({ what });
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar.stop();
  }
}
