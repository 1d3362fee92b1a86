import {
  type CloseReason,
  type Deadlined,
  type DeadlineSlot,
  Detector,
  type DetectorOptions,
  type FrameRejection,
  type Heartbeat,
  type Input,
  LEAST_PATIENCE_MS,
  type LedgerEntry,
  type Link,
  type LinkListener,
  type LivenessEvent,
  type Output,
  type Policy,
  type Timekeeper,
  type Transport,
} from "@heartwire/core";

const OPENED: Input = { type: "opened" };
const ACTIVE: Input = { type: "active" };
const TICK: Input = { type: "tick" };
const DEAF: Input = { type: "deaf" };

/** Not in the ledger of beats. */
const NOWHERE = -1;
/** And never will be: the link has no short cut. */
const REFUSED = -2;
/** Nor anywhere else: all is released. */
const OVER = -3;

/**
 * Drives one detector: link and time in, heartbeats and events out. One object per link, no closures, and no method with
 * a `#`, which would be one more field: who hears what it finds is its subclasses' part.
 */
export abstract class LinkWatch implements LinkListener, LedgerEntry {
  // What a beat touches comes first, as in the detector.
  readonly #detector: Detector;
  #link: Link | undefined;
  /** In the keeper's ledger of beats; or one of those below zero. */
  #place = NOWHERE;
  queued: DeadlineSlot | undefined;
  nextQueued: Deadlined | undefined;
  previousQueued: Deadlined | undefined;

  constructor(policy: Policy, options: DetectorOptions, keeper: Timekeeper) {
    const nowMs = keeper.now();
    this.#detector = new Detector(policy, options, nowMs, Math.floor(nowMs) >>> 0);
  }

  /** A property of its own would be another field a link. */
  protected abstract get keeper(): Timekeeper;
  protected abstract event(event: LivenessEvent): void;
  /** Whether a suspect's death by silence, due now, shall wait for another confirming phase, and so `phaseMs`. */
  protected isReprieved(_nowMs: number, _phaseMs: number): boolean {
    return false;
  }
  /** After `dead` or `left`; everything is released. */
  protected abstract ended(): void;
  /** A bug, ours or in the callbacks given to us; everything is released. */
  protected abstract failed(error: unknown): void;

  /** Opens the link. @throws whatever the transport throws, with nothing left behind. */
  start(transport: Transport): void {
    this.#link = transport.open(this);
    this.keeper.add(this);
    this.keeper.timetable.joined();
  }

  /** Ends watching for a reason of ours: says goodbye, so that the peer is not alarmed, and releases all. */
  stop(): void {
    if (this.isOver) return;
    this.#link?.send({ kind: "bye" });
    this.release();
  }

  private get isOver(): boolean {
    return this.#place === OVER;
  }

  // In the ledger it is the ledger that knows how long the peer is silent: the detector hears of it when recalled.
  get deadlineMs(): number {
    return this.isOver || this.#place >= 0 ? Number.POSITIVE_INFINITY : this.#detector.deadlineMs;
  }

  get verdictMs(): number {
    return this.#place >= 0 ? Number.POSITIVE_INFINITY : this.#detector.verdictMs;
  }

  tick(nowMs: number): void {
    if (this.isOver || this.#place >= 0) return;
    try {
      if (this.verdictMs <= nowMs) this.beforeVerdict(nowMs);
    } catch (error) {
      // Thrown on, it would stop the one timer of all links.
      this.fail(error);
    }
    this.handle(TICK, nowMs);
  }

  private beforeVerdict(nowMs: number): void {
    if (this.#link?.hearing?.() === false) {
      this.handle(DEAF, nowMs);
    } else if (this.#detector.state === "suspect") {
      const forMs = this.#detector.confirmPhaseMs;
      if (this.isReprieved(nowMs, forMs)) this.handle({ type: "reprieved", forMs }, nowMs);
    }
  }

  stalled(stalledMs: number, nowMs: number): void {
    this.handle({ type: "stalled", stalledMs }, nowMs);
  }

  opened(): void {
    this.take(OPENED);
  }

  received(heartbeat: Heartbeat): void {
    this.take({ type: "received", heartbeat });
  }

  active(agoMs?: number): void {
    this.take(agoMs === undefined ? ACTIVE : { type: "active", agoMs });
  }

  doubted(silentMs: number): void {
    this.take({ type: "doubted", silentMs });
  }

  rejected(rejection: FrameRejection): void {
    this.take({ type: "rejected", rejection });
  }

  closed(reason?: CloseReason): void {
    this.take(reason === undefined ? { type: "closed" } : { type: "closed", reason });
  }

  private take(input: Input): void {
    const nowMs = this.keeper.now();
    this.keeper.heard(nowMs);
    const wasEntered = this.#place >= 0;
    if (wasEntered) this.keeper.recall(this.#place);
    this.handle(input, nowMs);
    if (this.isOver || (input.type === "received" && this.entered())) return;
    if (wasEntered || this.#detector.hastened) this.keeper.update(this);
  }

  /** Whether the keeper's ledger takes in what beats come next. */
  private entered(): boolean {
    if (this.#place === REFUSED || this.#link?.shortCut === undefined) return false;
    const { routine } = this.#detector;
    if (routine === undefined || routine.patienceMs < LEAST_PATIENCE_MS) return false;
    this.#place = this.keeper.enter(this, routine);
    if (this.#link.shortCut(this.keeper, this.#place)) return true;
    this.keeper.recall(this.#place);
    this.#place = REFUSED;
    this.keeper.update(this);
    return true;
  }

  recalled(seq: number, heardMs: number): void {
    this.#link?.endShortCut?.(this.#place);
    this.#place = NOWHERE;
    this.#detector.caughtUp(seq, heardMs);
  }

  private handle(input: Input, nowMs: number): void {
    if (this.isOver) return;
    try {
      const outputs = this.#detector.handle(input, nowMs);
      for (let index = 0; index < outputs.length && !this.isOver; index++) this.carryOut(outputs[index]!);
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.release();
    this.failed(error);
  }

  private carryOut(output: Output): void {
    if (output.type === "send") {
      this.#link?.send(output.heartbeat);
      return;
    }
    const { event } = output;
    const final = event.type === "dead" || event.type === "left";
    // Released first: whoever hears of a death may open the next link at once.
    if (event.type === "dead" && event.cause.kind === "protocol") this.#link?.refuse?.();
    if (final) this.release();
    this.event(event);
    if (final) this.ended();
  }

  private release(): void {
    if (this.#place >= 0) this.keeper.recall(this.#place);
    this.#place = OVER;
    this.keeper.remove(this);
    // Without a link it never began.
    if (this.#link !== undefined) this.keeper.timetable.left();
    // Forgotten first: a close that throws is not called again.
    const link = this.#link;
    this.#link = undefined;
    link?.close();
  }
}
