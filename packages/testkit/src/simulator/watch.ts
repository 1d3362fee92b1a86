import {
  type Deadlined,
  type DeadlineSlot,
  type DetectorOptions,
  type Heartbeat,
  type Input,
  isFinal,
  type LivenessEvent,
  MAX_DRAIN_MS,
  type Policy,
  type Timed,
} from "@heartwire/core";
import { DemandRule } from "./demand-rule.js";
import { EvidenceRecord } from "./evidence-record.js";
import { excusedOf, longStallsMs } from "./excused-time.js";
import type { Companion } from "./group-witness.js";
import type { Host } from "./host.js";
import { checkStep } from "./invariants.js";
import { describe, type Judge, type JudgeFactory } from "./judge.js";
import { PaceRule } from "./pace-rule.js";
import { RefusalRule } from "./refusal-rule.js";
import { EPSILON_MS, type Rule } from "./rule.js";
import { TrafficAllowance } from "./traffic-allowance.js";
import type { WatchOwner } from "./watch-owner.js";

/** One in which the last evidence waited, one under way at the deadline, and one each for the drain and the turn after. */
const EXCUSED_PAUSES = 4;
/** A clock's, of a scenario. */
const MOST_DRIFT = 1e-3;
const TICK: Input = { type: "tick" };

/**
 * One detector from opening to verdict, driven as package `heartwire` drives it in src/link-watch.ts: each input
 * is first told to the keeper, then handled; what is over is released before it is told. Beside it stands what the
 * simulation knows better: which frame was evidence, when, and what was sent; the invariants are held against that.
 */
export class Watch implements Timed {
  queued: DeadlineSlot | undefined;
  nextQueued: Deadlined | undefined;
  previousQueued: Deadlined | undefined;
  readonly #judge: Judge;
  #isOver = false;

  /** When evidence was read last, or the watch opened: its host's clock, stalls and excuses by then. */
  #evidenceMs: number;
  #evidenceTrueMs: number;
  #stalledThen: number;
  #stallsThen: number;
  #excusesThen: number;
  #hasHeard = false;
  #deadAfterMs: number;
  readonly #evidence: EvidenceRecord;
  readonly #traffic: TrafficAllowance;
  readonly #rules: readonly Rule[];

  constructor(
    readonly host: Host,
    private readonly owner: WatchOwner,
    private readonly policy: Policy,
    options: DetectorOptions,
    judge: JudgeFactory,
    private readonly companion?: Companion,
  ) {
    const nowMs = host.now();
    const firstSeq = Math.floor(nowMs) >>> 0;
    const { probeBudget, timetable } = host.keeper;
    this.#judge = judge(policy, { ...options, probeBudget, timetable }, nowMs, firstSeq);
    this.#evidence = new EvidenceRecord(firstSeq);
    const { minReceiveMs } = options;
    this.#traffic = new TrafficAllowance(policy, nowMs, minReceiveMs);
    this.#rules = [
      ...(policy.demand === true ? [new DemandRule(policy)] : []),
      ...(policy.limited === undefined ? [] : [new PaceRule(policy)]),
      ...(minReceiveMs === undefined ? [] : [new RefusalRule(minReceiveMs)]),
    ];
    this.#evidenceMs = nowMs;
    this.#evidenceTrueMs = this.host.trueMs;
    this.#stalledThen = host.stalledMs;
    this.#stallsThen = host.stalls;
    this.#excusesThen = host.excusesMs.length;
    this.#deadAfterMs = policy.deadAfterMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  /** When evidence was read last, or the watch opened. */
  get evidenceMs(): number {
    return this.#evidenceMs;
  }

  get state(): Judge["state"] {
    return this.#judge.state;
  }

  get deadlineMs(): number {
    return this.#isOver ? Number.POSITIVE_INFINITY : this.#judge.deadlineMs;
  }

  get verdictMs(): number {
    return this.#judge.verdictMs;
  }

  /** Opens: the path is ready at once. */
  start(): void {
    this.host.keeper.add(this);
    this.host.keeper.timetable.joined();
    this.take({ type: "opened" });
  }

  /** Says goodbye and ends. */
  stop(): void {
    if (this.#isOver) return;
    this.owner.send({ kind: "bye" }, false);
    this.release();
  }

  take(input: Input): void {
    const nowMs = this.host.now();
    if (this.#isOver) {
      this.#takeLate(input, nowMs);
      return;
    }
    this.host.keeper.heard(nowMs);
    this.#handle(input, nowMs);
    if (!this.#isOver && this.#judge.hastened) this.host.keeper.update(this);
  }

  tick(nowMs: number): void {
    if (this.#isOver) return;
    this.#beforeVerdict(nowMs);
    this.#handle(TICK, nowMs);
    if (this.#isOver || this.deadlineMs > nowMs) return;
    this.owner.broken("deadline", `after a tick at ${nowMs} the deadline is ${this.deadlineMs}`);
  }

  #beforeVerdict(nowMs: number): void {
    if (this.companion === undefined || this.#judge.state !== "suspect" || this.verdictMs > nowMs) return;
    const forMs = this.#judge.confirmPhaseMs;
    if (this.companion.isReprieved(nowMs, forMs)) this.#handle({ type: "reprieved", forMs }, nowMs);
  }

  stalled(stalledMs: number, nowMs: number): void {
    this.#handle({ type: "stalled", stalledMs }, nowMs);
  }

  release(): void {
    if (this.#isOver) return;
    this.companion?.parted();
    this.#isOver = true;
    this.host.keeper.timetable.left();
    this.host.keeper.remove(this);
  }

  /**
   * By when, on its host's clock as it is now, a peer that fell silent must be found: it moves when more is heard, and
   * with each stall. Lateness: a deadline's millisecond, the timer's own, the drain; and for each stall once more the
   * timer's, for a stall is told from the timer's due time on.
   */
  get latestVerdictMs(): number {
    const stalledMs = this.host.stalledMs - this.#stalledThen;
    const stalls = this.host.stalls - this.#stallsThen;
    const lateMs = 2 + MAX_DRAIN_MS + (stalls + 1) * (this.host.timerSlackMs * 2 + 1);
    // In company two more phases, in which the probes of others may be answered.
    const phasesMs = this.companion === undefined ? 0 : 2 * this.#judge.confirmPhaseMs;
    return this.#evidenceMs + this.#deadAfterMs + phasesMs + stalledMs + lateMs;
  }

  /**
   * The same in true time, however the judge's process is blocked: short stalls excuse no more than the detection time
   * once, and a few of the longest stalls come on top.
   */
  get latestTrueMs(): number {
    const phasesMs = this.companion === undefined ? 0 : 2 * this.#judge.confirmPhaseMs;
    const lateMs = 2 + MAX_DRAIN_MS + 2 * this.host.timerSlackMs;
    const longMs = longStallsMs(this.host.excusesMs.slice(this.#excusesThen), this.#deadAfterMs);
    const judgedMs = 2 * this.#deadAfterMs + phasesMs + longMs;
    return (
      this.#evidenceTrueMs + judgedMs * (1 + MOST_DRIFT) + EXCUSED_PAUSES * this.host.longestPauseMs + lateMs
    );
  }

  /** Whether this frame would be evidence. */
  isEvidence(heartbeat: Heartbeat): boolean {
    return this.#evidence.isNew(heartbeat, this.#traffic.probes);
  }

  #handle(input: Input, nowMs: number): void {
    if (this.#isOver) return;
    const heartbeat = input.type === "received" ? input.heartbeat : undefined;
    const isEvidence = input.type === "active" || (heartbeat !== undefined && this.isEvidence(heartbeat));
    if (isEvidence) this.#heard(heartbeat, nowMs);
    for (const rule of this.#rules) this.#hold(rule, rule.received?.(input, isEvidence, nowMs));
    const before = this.#judge.state;
    const outputs = this.#judge.handle(input, nowMs);
    const after = this.#judge.state;
    if (this.owner.record !== undefined) this.owner.record(() => describe(input, after, outputs));
    if (before !== after || outputs.length > 0) {
      checkStep({ input, before, after, outputs }, (...what) => this.owner.broken(...what));
      if (after === "alive" && before !== "alive" && !isEvidence) {
        this.owner.broken("evidence", `${before} became alive on a frame that proves nothing new`);
      }
      this.#traffic.moved(before, after, nowMs);
    }
    // Policies may move their thresholds when they hear something, and only then.
    if (isEvidence || input.type === "opened") this.#deadAfterMs = this.policy.deadAfterMs;
    for (let index = 0; index < outputs.length && !this.#isOver; index++) {
      const output = outputs[index]!;
      if (output.type === "send") this.#send(output.heartbeat, nowMs);
      else this.#tell(output.event, nowMs);
    }
  }

  /** A detector that has given its verdict is asked no more in production; here, to see that it stays with it. */
  #takeLate(input: Input, nowMs: number): void {
    const before = this.#judge.state;
    if (!isFinal(before)) return;
    const outputs = this.#judge.handle(input, nowMs);
    const after = this.#judge.state;
    checkStep({ input, before, after, outputs }, (...what) => this.owner.broken(...what));
  }

  #hold({ invariant }: Rule, problem: string | undefined): void {
    if (problem !== undefined) this.owner.broken(invariant, problem);
  }

  /** `heartbeat` is undefined where the application's own octets are the evidence. */
  #heard(heartbeat: Heartbeat | undefined, nowMs: number): void {
    this.#hasHeard = true;
    this.#evidenceMs = nowMs;
    this.#evidenceTrueMs = this.host.trueMs;
    this.#stalledThen = this.host.stalledMs;
    this.#stallsThen = this.host.stalls;
    this.#excusesThen = this.host.excusesMs.length;
    if (heartbeat === undefined) return;
    this.#evidence.note(heartbeat, this.#traffic.probes);
    if (heartbeat.kind === "probe") this.#traffic.questioned();
  }

  #send(heartbeat: Heartbeat, nowMs: number): void {
    const problem = this.#traffic.sent(heartbeat, nowMs, this.#judge.state);
    if (problem !== undefined) this.owner.broken("traffic", problem);
    for (const rule of this.#rules) {
      this.#hold(rule, rule.sent?.(heartbeat, this.#traffic.isConfirming, nowMs));
    }
    this.owner.send(heartbeat, this.#traffic.isConfirming);
  }

  #tell(event: LivenessEvent, nowMs: number): void {
    if (event.type === "dead" && event.cause.kind === "silence") this.#checkSilence();
    for (const rule of this.#rules) this.#hold(rule, rule.told?.(event, nowMs));
    if (event.type === "rejected" && event.rejection.kind === "too-frequent") this.#traffic.refused();
    this.companion?.told(event, nowMs);
    if (isFinal(this.#judge.state)) this.release();
    this.owner.told(event);
  }

  /** By its host's clock, whatever its driver takes the time to be. */
  #checkSilence(): void {
    const nowMs = this.host.now();
    if (this.owner.hasUnread()) {
      this.owner.broken("no-verdict-from-stall", "called dead while evidence waits to be read");
    }
    const excusedMs = excusedOf(this.host.excusesMs.slice(this.#excusesThen), this.#deadAfterMs);
    const silentMs = nowMs - this.#evidenceMs - excusedMs;
    const phaseMs = this.#judge.confirmPhaseMs;
    const problem = this.companion?.verdict(nowMs, silentMs - this.#deadAfterMs, phaseMs);
    if (problem !== undefined) this.owner.broken("group-silence", problem);
    if (silentMs >= this.#deadAfterMs - EPSILON_MS) return;
    this.owner.broken(
      "no-verdict-from-stall",
      `called dead after ${silentMs} ms of silence, ${excusedMs} ms of stalls taken out, where ${this.#deadAfterMs} are due`,
    );
  }
}
