import { STALL_THRESHOLD_MS } from "@heartwire/core";
import type { Arrival, Judge, JudgeFactory, Probing } from "./judge.js";
import type { Stall, Trace } from "./trace.js";

/** The judge's output changed: at `atMs` it began to trust, or to suspect. */
export interface Transition {
  readonly atMs: number;
  readonly to: "trust" | "suspect";
}

/** What {@link replay} saw. */
export interface Replay {
  /** In order, beginning with the first trust. */
  readonly transitions: readonly Transition[];
  /** Probes sent, and echoes that arrived: what the judge cost beyond the peer's beats. */
  readonly probes: number;
  readonly echoes: number;
}

/** Options of {@link replay}. */
export interface ReplayOptions {
  /** The peer crashes then: what it sent before still arrives. Default: never. */
  readonly crashMs?: number;
  /** How long to go on; default: as long as the trace. */
  readonly untilMs?: number;
}

const NO_STALL: Stall = { fromMs: Number.POSITIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/**
 * Lets a judge live through a trace, in virtual time: what falls into a stall waits for its end, and is then done in
 * the order of the judge's driver. Timers are exact but for stalls, the same for every judge.
 */
export function replay(trace: Trace, start: JudgeFactory, options: ReplayOptions = {}): Replay {
  return new Run(trace, start, options).result();
}

class Run implements Probing {
  readonly #trace: Trace;
  readonly #crashMs: number;
  readonly #untilMs: number;
  readonly #judge: Judge;
  readonly #transitions: Transition[] = [];
  readonly #echoes: (Arrival & { readonly atMs: number })[] = [];
  #nextBeat = 0;
  #nextStall = 0;
  #probes = 0;
  #echoesHeard = 0;
  #trusted = false;
  #nowMs = 0;

  constructor(trace: Trace, start: JudgeFactory, options: ReplayOptions) {
    this.#trace = trace;
    this.#crashMs = options.crashMs ?? Number.POSITIVE_INFINITY;
    this.#untilMs = options.untilMs ?? trace.durationMs;
    this.#judge = start(0, this);
  }

  probe(seq: number, nowMs: number): void {
    this.#probes += 1;
    const atMs = this.#trace.echoArrivalMs?.(nowMs);
    if (atMs === undefined || nowMs >= this.#crashMs) return;
    const later = this.#echoes.findIndex((echo) => echo.atMs > atMs);
    const place = later < 0 ? this.#echoes.length : later;
    this.#echoes.splice(place, 0, { kind: "echo", seq, sentMs: nowMs, atMs });
  }

  result(): Replay {
    for (;;) {
      const dueMs = Math.max(this.#nowMs, Math.min(this.#arrivalMs, this.#judge.wakeMs));
      const { fromMs, toMs } = this.#stallAt(dueMs);
      this.#nowMs = dueMs >= fromMs ? toMs : dueMs;
      if (!(this.#nowMs <= this.#untilMs)) break;
      if (dueMs >= fromMs) this.#resume(toMs);
      else if (this.#arrivalMs <= dueMs) this.#hear(dueMs);
      else this.#wake(dueMs);
    }
    return { transitions: this.#transitions, probes: this.#probes, echoes: this.#echoesHeard };
  }

  /** The process runs again, at `nowMs`. */
  #resume(nowMs: number): void {
    const { wakeMs } = this.#judge;
    if (this.#judge.stalled !== undefined) {
      const lateMs = nowMs - wakeMs;
      if (lateMs >= STALL_THRESHOLD_MS) this.#judge.stalled(lateMs, nowMs);
    } else if (wakeMs <= nowMs) {
      this.#wake(nowMs);
    }
    while (this.#arrivalMs <= nowMs) this.#hear(nowMs);
  }

  #wake(nowMs: number): void {
    this.#judge.woke(nowMs);
    this.#note(nowMs);
  }

  #hear(nowMs: number): void {
    const arrival = this.#take();
    this.#judge.heard(arrival, nowMs);
    this.#note(nowMs);
  }

  get #arrivalMs(): number {
    return Math.min(this.#beatMs, this.#echoes[0]?.atMs ?? Number.POSITIVE_INFINITY);
  }

  /** When the next beat arrives that the peer lived to send. */
  get #beatMs(): number {
    const { sentMs, arrivedMs } = this.#trace.beats;
    while (this.#nextBeat < sentMs.length && sentMs[this.#nextBeat]! >= this.#crashMs) this.#nextBeat += 1;
    return arrivedMs[this.#nextBeat] ?? Number.POSITIVE_INFINITY;
  }

  #take(): Arrival {
    const [echo] = this.#echoes;
    if (echo !== undefined && echo.atMs <= this.#beatMs) {
      this.#echoes.shift();
      this.#echoesHeard += 1;
      return echo;
    }
    const at = this.#nextBeat++;
    const { seq, sentMs } = this.#trace.beats;
    return { kind: "beat", seq: seq[at]!, sentMs: sentMs[at]! };
  }

  /** The stall that `nowMs` lies in, or the next one after it. */
  #stallAt(nowMs: number): Stall {
    const { stalls } = this.#trace;
    while (this.#nextStall < stalls.length && stalls[this.#nextStall]!.toMs <= nowMs) this.#nextStall += 1;
    return stalls[this.#nextStall] ?? NO_STALL;
  }

  #note(nowMs: number): void {
    const { trusts } = this.#judge;
    if (trusts === this.#trusted) return;
    this.#trusted = trusts;
    this.#transitions.push({ atMs: nowMs, to: trusts ? "trust" : "suspect" });
  }
}
