import { Presets, SingleBar } from "cli-progress";
import type { ComparisonProgress } from "./comparison.js";

/** A progress bar on a terminal, and now and then a line elsewhere. Writes to stderr. */
export class ProgressBar implements ComparisonProgress {
  readonly #bar = new SingleBar(
    {
      format: "  {bar} {value} of {total} done, {duration_formatted}  {what}",
      stream: process.stderr,
      noTTYOutput: true,
      notTTYSchedule: 10_000,
      hideCursor: true,
      barsize: 24,
      fps: 5,
      stopOnComplete: false,
      clearOnComplete: true,
      emptyOnZero: true,
      linewrap: false,
    },
    Presets.shades_classic,
  );

  planned(steps: number): void {
    this.#bar.start(steps, 0, { what: "" });
  }

  stepDone(): void {
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
