import type { Measurement } from "../cost/cost.js";
import type { Fault } from "../faults/index.js";
import type {
  CarriedRow,
  CostRow,
  ExpectedMistakes,
  ImpairmentRow,
  Results,
  Timeline,
  Trial,
  WireRow,
} from "../report/results.js";
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
  /** Whether what its heartbeats carry arrives. */
  | { readonly kind: "carried"; readonly subject: Subject }
  /** What heartbeats cost in CPU and memory; of one contender, where the measurement is one of contenders. */
  | { readonly kind: "cost"; readonly measurement: Measurement; readonly subject?: Subject }
  /** One subject, one link, one fault, frame by frame. */
  | { readonly kind: "timeline"; readonly subject: Subject; readonly fault: Fault };

/** What was not measured, and why. */
export type NotMeasured = Results["notMeasured"][number];

/** What a job found. */
export interface JobOutcome {
  readonly trials?: readonly Trial[];
  readonly expectedMistakes?: readonly ExpectedMistakes[];
  readonly impairments?: readonly ImpairmentRow[];
  readonly wire?: readonly WireRow[];
  readonly carried?: readonly CarriedRow[];
  readonly cost?: readonly CostRow[];
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
    case "carried":
      return `carried ${job.subject.name}`;
    case "cost":
      return ["cost", job.measurement, ...(job.subject === undefined ? [] : [job.subject.name])].join(" ");
    case "timeline":
      return `timeline ${job.subject.name} ${job.fault.name}`;
  }
}
