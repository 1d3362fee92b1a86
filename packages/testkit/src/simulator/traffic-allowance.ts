import { type Heartbeat, JITTER_FLOOR, type Policy, type State } from "@heartwire/core";

/** For sums of many jittered intervals in floating point. */
const EPSILON = 1e-6;

/** What one detector may send, and what it sends: the invariant `traffic`. */
export class TrafficAllowance {
  /** Whether what was sent last goes back to a suspicion: it is beyond what predict() tells. */
  isConfirming = false;
  #probes = 0;
  #beats = 0;
  #unanswered = 0;
  #atSuspicions = 0;
  #suspectSinceMs = Number.NaN;
  #suspectMs = 0;
  /** Planned while suspect, it goes out although evidence came. */
  #isNextConfirming = false;
  #leastConfirmMs = Number.POSITIVE_INFINITY;
  #leastIntervalMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly policy: Policy,
    private readonly openedMs: number,
    minReceiveMs?: number,
  ) {
    // Who only listens says at opening what it asks for.
    if (minReceiveMs !== undefined) this.refused();
  }

  /** How many probes were sent. */
  get probes(): number {
    return this.#probes;
  }

  /** A new probe of the peer was read. */
  questioned(): void {
    this.#unanswered += 1;
  }

  /** Who only listens says, where a peer is too fast, what it asks for: a probe out of turn. */
  refused(): void {
    if (this.policy.mode !== "listen") return;
    this.#atSuspicions += 1;
    this.#isNextConfirming = true;
  }

  moved(before: State, after: State, nowMs: number): void {
    if (after === "suspect" && before !== "suspect") {
      this.#suspectSinceMs = nowMs;
      this.#atSuspicions += 2;
    } else if (before === "suspect" && after !== "suspect") {
      this.#suspectMs += nowMs - this.#suspectSinceMs;
      this.#suspectSinceMs = Number.NaN;
      this.#isNextConfirming = true;
    }
  }

  /** Takes what is sent, and says what is wrong with it, if anything. */
  sent(heartbeat: Heartbeat, nowMs: number, state: State): string | undefined {
    if (heartbeat.kind === "echo") {
      this.isConfirming = state === "suspect";
      this.#unanswered -= 1;
      return this.#unanswered < 0 ? "an echo to no probe" : undefined;
    }
    this.isConfirming = state === "suspect" || this.#isNextConfirming;
    if (state !== "suspect") this.#isNextConfirming = false;
    if (heartbeat.kind === "probe") this.#probes += 1;
    else if (heartbeat.kind === "beat") this.#beats += 1;
    const allowed = this.#allowed(nowMs);
    const sent = Math.max(this.#probes, this.#beats);
    return sent <= allowed ? undefined : `heartbeat ${sent} where ${allowed.toFixed(2)} are allowed`;
  }

  #allowed(nowMs: number): number {
    const { confirmIntervalMs, intervalMs, mode } = this.policy;
    this.#leastConfirmMs = Math.min(this.#leastConfirmMs, confirmIntervalMs);
    this.#leastIntervalMs = Math.min(this.#leastIntervalMs, intervalMs);
    const leastMs = JITTER_FLOOR * this.#leastIntervalMs;
    const suspectMs =
      this.#suspectMs + (Number.isNaN(this.#suspectSinceMs) ? 0 : nowMs - this.#suspectSinceMs);
    const regular = mode === "listen" ? 0 : 1 + (nowMs - this.openedMs) / leastMs;
    const confirming = this.#atSuspicions + suspectMs / Math.min(this.#leastConfirmMs, leastMs);
    return (regular + confirming) * (1 + EPSILON);
  }
}
