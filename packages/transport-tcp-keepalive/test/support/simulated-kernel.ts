import { decodeTcpInfo, type TcpInfo } from "../../src/index.js";
import type { KeepaliveInForce, KernelEvidence, KernelFinding } from "../../src/kernel-evidence.js";

const ABSENT = decodeTcpInfo(Uint8Array.of(1)) as TcpInfo;

/** What the network and the kernel's timers are like. */
export interface Conditions {
  readonly settings: KeepaliveInForce;
  readonly rttMs: number;
  /** How late a timer of the kernel fires, as a share of its time: 0 to 1/8. */
  readonly lateShare: number;
  /** When data of the peer arrives: every so often, or never. */
  readonly dataEveryMs: number;
  /** From when to when nothing gets through. */
  readonly cut: { readonly fromMs: number; readonly toMs: number };
}

/**
 * A connection's idle kernel, as tcp_keepalive_timer has it: asks after `idleMs` of silence, then at every
 * `intervalMs`, and is answered a round trip later. It never gives up.
 */
export class SimulatedKernel {
  readonly #conditions: Conditions;
  #heardMs = 0;
  #probes = 0;
  #nextProbeMs: number;
  #nextDataMs: number;
  #answerMs = Number.POSITIVE_INFINITY;

  constructor(conditions: Conditions) {
    this.#conditions = conditions;
    this.#nextProbeMs = this.#firing(0, conditions.settings.idleMs);
    this.#nextDataMs = conditions.dataEveryMs;
  }

  /** When the peer was last heard. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** Lets time pass, and says what TCP_INFO holds then. */
  infoAt(nowMs: number): TcpInfo {
    for (;;) {
      const atMs = Math.min(this.#nextProbeMs, this.#nextDataMs, this.#answerMs);
      if (atMs > nowMs) break;
      if (atMs === this.#nextProbeMs) this.#probe(atMs);
      else this.#arrival(atMs);
    }
    const silentMs = Math.floor(nowMs - this.#heardMs);
    return {
      ...ABSENT,
      unansweredProbes: this.#probes,
      lastDataReceivedMs: silentMs,
      lastAckReceivedMs: silentMs,
      rttMs: this.#conditions.rttMs,
      rttVarianceMs: this.#conditions.rttMs / 4,
    };
  }

  #probe(atMs: number): void {
    const { settings, rttMs } = this.#conditions;
    const silentMs = atMs - this.#heardMs;
    if (silentMs < settings.idleMs) {
      this.#nextProbeMs = this.#firing(atMs, settings.idleMs - silentMs);
      return;
    }
    this.#probes += 1;
    this.#nextProbeMs = this.#firing(atMs, settings.intervalMs);
    if (!this.#isCut(atMs)) this.#answerMs = Math.min(this.#answerMs, atMs + rttMs);
  }

  #arrival(atMs: number): void {
    if (atMs === this.#answerMs) this.#answerMs = Number.POSITIVE_INFINITY;
    else this.#nextDataMs += this.#conditions.dataEveryMs;
    if (this.#isCut(atMs)) return;
    this.#heardMs = atMs;
    this.#probes = 0;
  }

  #isCut(atMs: number): boolean {
    const { fromMs, toMs } = this.#conditions.cut;
    return atMs >= fromMs && atMs < toMs;
  }

  #firing(nowMs: number, afterMs: number): number {
    return nowMs + Math.max(1, afterMs * (1 + this.#conditions.lateShare));
  }
}

export interface TimedFinding {
  readonly atMs: number;
  readonly finding: KernelFinding;
  /** When the peer had really been heard. */
  readonly heardMs: number;
}

/** Looks at the kernel whenever `evidence` wants to, up to `untilMs`, and returns every look. */
export function looksAt(kernel: SimulatedKernel, evidence: KernelEvidence, untilMs: number): TimedFinding[] {
  const looks: TimedFinding[] = [];
  let atMs = 0;
  while (atMs <= untilMs) {
    const { finding, againMs } = evidence.look(kernel.infoAt(atMs), atMs);
    looks.push({ atMs, finding, heardMs: kernel.heardMs });
    // Timers count whole milliseconds.
    atMs += Math.ceil(againMs);
  }
  return looks;
}
