import { type Input, JITTER_FLOOR, type LivenessEvent, RATE_TOLERANCE, REFUSAL_LIMIT } from "@heartwire/core";
import type { Rule } from "./rule.js";

/** So many in a row must have come too fast. */
const WINDOW = RATE_TOLERANCE + REFUSAL_LIMIT;

/** Nobody is refused whose beats and probes came at the pace that was asked for, jitter allowed for. */
export class RefusalRule implements Rule {
  readonly invariant = "refusal";
  readonly #times: number[] = [];

  constructor(private readonly minReceiveMs: number) {}

  received(input: Input, _isEvidence: boolean, nowMs: number): undefined {
    // Whoever answers sends no more than it was asked.
    if (input.type !== "received" || input.heartbeat.kind === "echo") return;
    this.#times.push(nowMs);
    if (this.#times.length > WINDOW) this.#times.shift();
  }

  told(event: LivenessEvent, nowMs: number): string | undefined {
    if (event.type !== "dead" || event.cause.kind !== "protocol") return undefined;
    const tookMs = nowMs - this.#times[0]!;
    const agreedMs = WINDOW * JITTER_FLOOR * this.minReceiveMs;
    if (this.#times.length === WINDOW && tookMs < agreedMs) return undefined;
    return `refused, though its last ${this.#times.length} heartbeats took ${tookMs} ms, and ${agreedMs} ms for ${WINDOW} are agreed`;
  }
}
