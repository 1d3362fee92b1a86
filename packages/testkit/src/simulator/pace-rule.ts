import { type Heartbeat, type Input, JITTER_FLOOR, type Policy } from "@heartwire/core";
import type { Rule } from "./rule.js";

/** So many times its own interval an end follows what it is asked for, unless told otherwise. */
const FOLLOWS_UP_TO = 10;
/** The one that was planned already, and one on time after one that a stall or a slow timer made late. */
const AT_ONCE = 2;

/** Who is asked for a slower pace keeps to it, from its next heartbeat on; doubts apart. */
export class PaceRule implements Rule {
  readonly invariant = "pace";
  readonly #mostMs: number;
  #askedMs = 0;
  #sinceMs = 0;
  #sent = 0;
  #allowed = AT_ONCE;

  constructor({ intervalMs }: Policy) {
    this.#mostMs = FOLLOWS_UP_TO * intervalMs;
  }

  received(input: Input, _isEvidence: boolean, nowMs: number): undefined {
    if (input.type !== "received" || input.heartbeat.kind === "bye") return;
    const { minReceiveMs = 0 } = input.heartbeat;
    if (minReceiveMs === this.#askedMs) return;
    this.#askedMs = minReceiveMs;
    this.#sinceMs = nowMs;
    this.#sent = 0;
    this.#allowed = AT_ONCE;
  }

  sent({ kind }: Heartbeat, isConfirming: boolean, nowMs: number): string | undefined {
    if ((kind !== "probe" && kind !== "beat") || this.#askedMs === 0) return undefined;
    this.#sent += 1;
    if (isConfirming) this.#allowed += 1;
    const leastMs = JITTER_FLOOR * Math.min(this.#askedMs, this.#mostMs);
    const allowed = this.#allowed + (nowMs - this.#sinceMs) / leastMs;
    if (this.#sent <= allowed) return undefined;
    return `heartbeat ${this.#sent} since it was asked for one in ${this.#askedMs} ms, where ${allowed.toFixed(2)} are allowed`;
  }
}
