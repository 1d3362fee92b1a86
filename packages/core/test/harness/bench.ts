import {
  type Beat,
  type CloseReason,
  Detector,
  type DetectorOptions,
  type Echo,
  type FrameRejection,
  type Heartbeat,
  type Input,
  type LivenessEvent,
  type Output,
  type PolicyFactory,
  type Probe,
} from "../../src/index.js";
import { noJitter } from "./random.js";

/** One output, and when it came. */
export interface Moment {
  readonly atMs: number;
  readonly output: Output;
}

/** One detector in virtual time: ticks it at its deadlines and writes down all it says. */
export class Bench {
  readonly detector: Detector;
  readonly trace: Moment[] = [];
  nowMs: number;

  constructor(policy: PolicyFactory, options: Partial<DetectorOptions> = {}, startMs = 0) {
    this.nowMs = startMs;
    this.detector = new Detector(policy(), { proves: "process", random: noJitter, ...options }, startMs);
  }

  /** Hands over one input now, and returns what came of it. */
  input(input: Input): readonly Output[] {
    const outputs = this.detector.handle(input, this.nowMs);
    for (const output of outputs) this.trace.push({ atMs: this.nowMs, output });
    return outputs;
  }

  open(): readonly Output[] {
    return this.input({ type: "opened" });
  }

  hear(heartbeat: Heartbeat): readonly Output[] {
    return this.input({ type: "received", heartbeat });
  }

  active(): readonly Output[] {
    return this.input({ type: "active" });
  }

  reject(rejection: FrameRejection): readonly Output[] {
    return this.input({ type: "rejected", rejection });
  }

  close(reason?: CloseReason): readonly Output[] {
    return this.input(reason === undefined ? { type: "closed" } : { type: "closed", reason });
  }

  /** Ticks now, due or not; afterwards the next deadline must lie in the future, or a driver would spin. */
  tick(): readonly Output[] {
    const outputs = this.input({ type: "tick" });
    if (!(this.detector.deadlineMs > this.nowMs)) {
      throw new Error(`after a tick at ${this.nowMs} the deadline is ${this.detector.deadlineMs}`);
    }
    return outputs;
  }

  /** Lets time pass, with a tick at every deadline up to and at `untilMs`. */
  runTo(untilMs: number): void {
    while (this.detector.deadlineMs <= untilMs) {
      this.nowMs = Math.max(this.nowMs, this.detector.deadlineMs);
      this.tick();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  runFor(durationMs: number): void {
    this.runTo(this.nowMs + durationMs);
  }

  /** Time in which this process does not run; ends with telling the detector so. */
  stall(stalledMs: number): readonly Output[] {
    this.nowMs += stalledMs;
    return this.input({ type: "stalled", stalledMs });
  }

  get events(): LivenessEvent[] {
    return this.trace.flatMap(({ output }) => (output.type === "event" ? [output.event] : []));
  }

  /** Such as ["alive", "suspect"]. */
  get eventTypes(): string[] {
    return this.events.map((event) => event.type);
  }

  /** The heartbeats sent, with their times. */
  get sent(): { readonly atMs: number; readonly heartbeat: Heartbeat }[] {
    return this.trace.flatMap(({ atMs, output }) =>
      output.type === "send" ? [{ atMs, heartbeat: output.heartbeat }] : [],
    );
  }

  /** When heartbeats of one kind were sent. */
  sentAtMs(kind: Heartbeat["kind"]): number[] {
    return this.sent.filter((sending) => sending.heartbeat.kind === kind).map((sending) => sending.atMs);
  }
}

/** Heartbeats in short. */
export const beat = (seq: number, intervalMs = 1000): Beat => ({ kind: "beat", seq, intervalMs });
export const probe = (seq: number): Probe => ({ kind: "probe", seq });
export const echo = (seq: number): Echo => ({ kind: "echo", seq });
export const BYE: Heartbeat = { kind: "bye" };
