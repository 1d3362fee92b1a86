import {
  Detector,
  type Heartbeat,
  type LivenessEvent,
  type PolicyFactory,
  type RejectionKind,
} from "../../src/index.js";

/** One of two ends. */
export interface EndOptions {
  readonly policy: PolicyFactory;
  readonly minReceiveMs?: number;
}

export interface TwoEndsOptions {
  readonly near: EndOptions;
  readonly far: EndOptions;
  readonly rttMs: number;
  readonly random: () => number;
  /** Timers fire up to so much late. Default 0. */
  readonly timerSlackMs?: number;
  /** Whether what the far end sends now gets lost. Default: never. */
  readonly loses?: (nowMs: number) => boolean;
}

interface Flight {
  readonly arrivesMs: number;
  readonly to: "near" | "far";
  readonly heartbeat: Heartbeat;
}

/** Two real detectors that face each other over a path with a constant delay, in virtual time. */
export class TwoEnds {
  readonly told: { readonly end: "near" | "far"; readonly event: LivenessEvent }[] = [];
  /** What each end sent, with its time. */
  readonly sent: Record<"near" | "far", { readonly atMs: number; readonly heartbeat: Heartbeat }[]> = {
    near: [],
    far: [],
  };
  nowMs = 0;
  readonly #options: TwoEndsOptions;
  readonly #detectors: Readonly<Record<"near" | "far", Detector>>;
  readonly #dueMs = { near: 0, far: 0 };
  readonly #flights: Flight[] = [];

  constructor(options: TwoEndsOptions) {
    this.#options = options;
    const end = ({ policy, minReceiveMs }: EndOptions) =>
      new Detector(
        policy(),
        { proves: "process", random: options.random, ...(minReceiveMs !== undefined && { minReceiveMs }) },
        0,
      );
    this.#detectors = { near: end(options.near), far: end(options.far) };
    this.#give("near", { type: "opened" });
    this.#give("far", { type: "opened" });
  }

  /** The kinds of what an end rejected. */
  rejected(end: "near" | "far"): readonly RejectionKind[] {
    return this.told.flatMap(({ end: by, event }) =>
      by === end && event.type === "rejected" ? [event.rejection.kind] : [],
    );
  }

  runTo(untilMs: number): void {
    for (;;) {
      const arrivesMs = this.#flights[0]?.arrivesMs ?? Number.POSITIVE_INFINITY;
      const nextMs = Math.min(arrivesMs, this.#dueMs.near, this.#dueMs.far);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      // What arrives now comes before what is due now, as a driver drains before it judges.
      if (arrivesMs <= this.nowMs) {
        const { to, heartbeat } = this.#flights.shift()!;
        this.#give(to, { type: "received", heartbeat });
      } else {
        this.#give(this.#dueMs.near <= this.nowMs ? "near" : "far", { type: "tick" });
      }
    }
    this.nowMs = untilMs;
  }

  #give(end: "near" | "far", input: Parameters<Detector["handle"]>[0]): void {
    const { random, rttMs, timerSlackMs = 0, loses } = this.#options;
    const detector = this.#detectors[end];
    for (const output of detector.handle(input, this.nowMs)) {
      if (output.type === "event") {
        this.told.push({ end, event: output.event });
        continue;
      }
      const { heartbeat } = output;
      this.sent[end].push({ atMs: this.nowMs, heartbeat });
      if (end === "far" && loses?.(this.nowMs) === true) continue;
      const to = end === "near" ? "far" : "near";
      this.#flights.push({ arrivesMs: this.nowMs + rttMs / 2, to, heartbeat });
    }
    this.#dueMs[end] = detector.deadlineMs + timerSlackMs * random();
  }
}
