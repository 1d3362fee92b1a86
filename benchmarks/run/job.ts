import type { Fault } from "../faults/index.js";
import type { ExpectedMistakes, Results, Timeline, Trial, WireRow } from "../report/results.js";
import type { Subject } from "../subjects/index.js";

/** A piece of a run that stands on its own: it makes its lab, and can be done again. */
export type Job =
  /** One fault strikes all subjects at once. */
  | {
      readonly kind: "trial";
      readonly fault: Fault;
      readonly subjects: readonly Subject[];
      readonly round: number;
    }
  /** Frames and octets of one subject while nothing happens. */
  | { readonly kind: "wire"; readonly subject: Subject }
  /** One subject, one link, one fault, frame by frame. */
  | { readonly kind: "timeline"; readonly subject: Subject; readonly fault: Fault };

/** What was not measured, and why. */
export type NotMeasured = Results["notMeasured"][number];

/** What a job found. */
export interface JobOutcome {
  readonly trials?: readonly Trial[];
  readonly expectedMistakes?: readonly ExpectedMistakes[];
  readonly wire?: readonly WireRow[];
  readonly timelines?: readonly Timeline[];
  readonly notMeasured?: readonly NotMeasured[];
}

/** The name of a job, unique in a run. */
export function keyOf(job: Job): string {
  switch (job.kind) {
    case "trial":
      return `trial ${job.fault.name} ${job.round}`;
    case "wire":
      return `wire ${job.subject.name}`;
    case "timeline":
      return `timeline ${job.subject.name} ${job.fault.name}`;
  }
}
