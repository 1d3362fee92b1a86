import type { Heartbeat, Input, LivenessEvent } from "@heartwire/core";
import type { InvariantName } from "./invariants.js";

/**
 * One invariant of one watch, held against what crosses it. Each answers with what is wrong, if anything; times are the
 * host's clock.
 */
export interface Rule {
  readonly invariant: InvariantName;
  received?(input: Input, isEvidence: boolean, nowMs: number): string | undefined;
  sent?(heartbeat: Heartbeat, isConfirming: boolean, nowMs: number): string | undefined;
  told?(event: LivenessEvent, nowMs: number): string | undefined;
}

/** For sums in floating point. */
export const EPSILON_MS = 1e-3;
