import type { Arrival, Judge, JudgeFactory, Probing } from "../judge.js";

/** Options of {@link plainEcho}. */
export interface PlainEchoOptions {
  /** Between pings. */
  readonly intervalMs: number;
  /** Silence that is death. */
  readonly timeoutMs: number;
}

/**
 * The plain fixed timeout that asks: `setInterval` pings, and each answer clears a `setTimeout` and sets it again. No
 * confirmation, no jitter, no knowledge of stalls. After a verdict it connects anew at once, as ours does here.
 */
export function plainEcho(options: PlainEchoOptions): JudgeFactory {
  return (startMs, network) => new PlainEcho(options, network, startMs);
}

class PlainEcho implements Judge {
  trusts = false;
  readonly #options: PlainEchoOptions;
  readonly #network: Probing;
  #seq = 0;
  #nextMs: number;
  #deadlineMs: number;

  constructor(options: PlainEchoOptions, network: Probing, startMs: number) {
    this.#options = options;
    this.#network = network;
    this.#nextMs = startMs;
    this.#deadlineMs = startMs + options.timeoutMs;
  }

  get wakeMs(): number {
    return Math.min(this.#nextMs, this.#deadlineMs);
  }

  heard(_: Arrival, nowMs: number): void {
    this.trusts = true;
    this.#deadlineMs = nowMs + this.#options.timeoutMs;
  }

  woke(nowMs: number): void {
    const { intervalMs, timeoutMs } = this.#options;
    if (nowMs >= this.#deadlineMs) {
      this.trusts = false;
      this.#deadlineMs = nowMs + timeoutMs;
    }
    if (nowMs < this.#nextMs) return;
    this.#network.probe(this.#seq++, nowMs);
    // Node sets an interval anew from when it fired.
    this.#nextMs = nowMs + intervalMs;
  }
}
