/** Jobs that are done side by side, so many at a time. */
export interface Lane {
  /** By the job's key: how long it should take. */
  readonly expectedMs: ReadonlyMap<string, number>;
  readonly atOnce: number;
}

/** A machine that is this much slower, or quicker, than it should be has told nothing of the other jobs. */
const PACE = { least: 0.5, most: 3 };

/** Estimates when a run will be over: from what each job should take, and from how long those done have taken. */
export class TimeLeft {
  readonly #stages: readonly (readonly Lane[])[];
  readonly #now: () => number;
  readonly #begunAtMs = new Map<string, number>();
  readonly #done = new Set<string>();
  #expectedMs = 0;
  #takenMs = 0;

  /**
   * @param stages one after the other; the lanes of one side by side
   * @param now any clock, in milliseconds
   */
  constructor(stages: readonly (readonly Lane[])[], now: () => number) {
    this.#stages = stages;
    this.#now = now;
  }

  /** A job has begun. */
  begun(key: string): void {
    this.#begunAtMs.set(key, this.#now());
  }

  /** A job is done; or was done in an earlier run, and never begun in this one. */
  done(key: string): void {
    this.#done.add(key);
    const begunAtMs = this.#begunAtMs.get(key);
    if (begunAtMs === undefined) return;
    this.#takenMs += this.#now() - begunAtMs;
    this.#expectedMs += this.#expectedOf(key);
  }

  /** Until all is done. */
  get leftMs(): number {
    const pace = this.#expectedMs === 0 ? 1 : this.#takenMs / this.#expectedMs;
    const fair = Math.min(PACE.most, Math.max(PACE.least, pace));
    return this.#stages.reduce(
      (sum, lanes) => sum + Math.max(0, ...lanes.map((lane) => this.#leftOf(lane, fair))),
      0,
    );
  }

  #expectedOf(key: string): number {
    for (const lane of this.#stages.flat()) {
      const expectedMs = lane.expectedMs.get(key);
      if (expectedMs !== undefined) return expectedMs;
    }
    return 0;
  }

  #leftOf({ expectedMs, atOnce }: Lane, pace: number): number {
    let sumMs = 0;
    let longestMs = 0;
    for (const [key, ms] of expectedMs) {
      if (this.#done.has(key)) continue;
      const begunAtMs = this.#begunAtMs.get(key);
      const leftMs = Math.max(0, ms * pace - (begunAtMs === undefined ? 0 : this.#now() - begunAtMs));
      sumMs += leftMs;
      longestMs = Math.max(longestMs, leftMs);
    }
    return Math.max(longestMs, sumMs / atOnce);
  }
}
