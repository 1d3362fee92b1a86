import { type Heartbeat, type Input, JITTER_FLOOR, type Policy } from "@heartwire/core";
import { EPSILON_MS, type Rule } from "./rule.js";

/** In demand mode nobody is asked who was just heard, unless in doubt. */
export class DemandRule implements Rule {
  readonly invariant = "demand";
  #heardMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly policy: Policy) {}

  received(_input: Input, isEvidence: boolean, nowMs: number): undefined {
    if (isEvidence) this.#heardMs = nowMs;
  }

  sent({ kind }: Heartbeat, isConfirming: boolean, nowMs: number): string | undefined {
    if (kind !== "probe" || isConfirming) return undefined;
    const silentMs = nowMs - this.#heardMs;
    const leastMs = JITTER_FLOOR * this.policy.intervalMs - EPSILON_MS;
    return silentMs >= leastMs ? undefined : `asked ${silentMs} ms after it was heard`;
  }
}
