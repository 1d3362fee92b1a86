import type { DeathCause } from "./cause.js";
import type { Heartbeat } from "./heartbeat.js";
import type { FrameRejection } from "./rejection.js";
import type { Proof } from "./transport.js";

/** What a liveness stream says. `atMs` is monotonic time; only differences of it mean anything. */
export type LivenessEvent =
  /** First evidence, or recovery from suspicion. */
  | { readonly type: "alive"; readonly atMs: number; readonly proof: Proof }
  /** A sample: one of the peer's beats, or the echo of a probe of ours. Only where samples are asked for. */
  | {
      readonly type: "heartbeat";
      readonly atMs: number;
      /** Of an echo; absent for a beat, and where a local stall would have spoilt it. */
      readonly rttMs?: number;
      readonly payload?: Uint8Array;
    }
  /** Silent for longer than a healthy peer ever is. */
  | { readonly type: "suspect"; readonly atMs: number; readonly silentMs: number }
  /** The verdict. Nothing follows it. */
  | { readonly type: "dead"; readonly atMs: number; readonly silentMs: number; readonly cause: DeathCause }
  /** The peer said goodbye. Nothing follows it. */
  | { readonly type: "left"; readonly atMs: number }
  /** This process could not run, or did not read, for so long; no verdict counts that time. */
  | { readonly type: "stalled"; readonly atMs: number; readonly stalledMs: number }
  /** A frame was counted and dropped. Told at the totals 1, 2, 4, 8, …, so that a flood stays a trickle. */
  | {
      readonly type: "rejected";
      readonly atMs: number;
      readonly rejection: FrameRejection;
      readonly total: number;
    };

/** What a detector asks its driver to do, in order. */
export type Output =
  | { readonly type: "send"; readonly heartbeat: Heartbeat }
  | { readonly type: "event"; readonly event: LivenessEvent };
