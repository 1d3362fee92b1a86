import { Presets, SingleBar } from "cli-progress";
import type { Progress } from "./campaign.js";
import { type Lane, TimeLeft } from "./time-left.js";

/** A progress bar on a terminal, and now and then a line elsewhere. Writes to stderr. */
export class ProgressBar implements Progress {
  readonly #bar: SingleBar;
  readonly #showLeft: boolean;
  #left: TimeLeft | undefined;
  #everySecond: NodeJS.Timeout | undefined;

  /** @param format.timeLeft whether to estimate it: of use where one waits for long */
  constructor(format: { readonly timeLeft: boolean }) {
    this.#showLeft = format.timeLeft;
    const time = format.timeLeft ? "{duration_formatted}, some {left} left" : "{duration_formatted}";
    this.#bar = new SingleBar(
      {
        format: `  {bar} {value} of {total} done, ${time}  {what}`,
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
  }

  planned(stages: readonly (readonly Lane[])[]): void {
    this.#left = new TimeLeft(stages, () => performance.now());
    const jobs = stages.flat().reduce((sum, { expectedMs }) => sum + expectedMs.size, 0);
    this.#bar.start(jobs, 0, { what: "", left: this.#leftInWords() });
    if (!this.#showLeft) return;
    this.#everySecond = setInterval(() => this.#bar.update({ left: this.#leftInWords() }), 1000);
  }

  jobBegun(key: string): void {
    this.#left?.begun(key);
  }

  jobDone(key: string): void {
    this.#left?.done(key);
    this.#bar.increment({ left: this.#leftInWords() });
  }

  doing(what: string): void {
    this.#bar.update({ what, left: this.#leftInWords() });
  }

  /** Takes the bar away. */
  stop(): void {
    clearInterval(this.#everySecond);
    this.#bar.stop();
  }

  #leftInWords(): string {
    const seconds = Math.round((this.#left?.leftMs ?? 0) / 1000);
    return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  }
}
