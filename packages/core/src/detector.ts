import type { Routine } from "./beat-ledger.js";
import type { CloseReason, DeathCause } from "./cause.js";
import type { DetectorOptions } from "./detector-options.js";
import type { LivenessEvent, Output } from "./event.js";
import { StallRecord } from "./excuse.js";
import type { Beat, Echo, Heartbeat, Probe } from "./heartbeat.js";
import { asking, HeartbeatSender } from "./heartbeat-sender.js";
import type { Input } from "./input.js";
import { CONFIRMING_PROBES_WITHIN_LIMIT } from "./pacing.js";
import type { Policy } from "./policy.js";
import { ReceiveLimit, requireReceivable } from "./receive-limit.js";
import { type FrameRejection, isPowerOfTwo } from "./rejection.js";
import { Seldom } from "./seldom.js";
import { isNewer } from "./serial.js";
import { isFinal, type State, TRANSITIONS, type Trigger } from "./transitions.js";

const NOTHING: readonly Output[] = Object.freeze([]);
const NONE_SEEN = -1;

/**
 * The one state machine: input and time go in, heartbeats to send and events come out. It has no clock and
 * no timer: the driver asks {@link deadlineMs} and calls back with a tick. Worst case per input: constant
 * time, and memory bounded by 32 outstanding probes.
 *
 * Its own methods are `private` and not `#`: for those V8 would give each object one more field.
 */
export class Detector {
  // What a routine beat touches comes first, and so lies side by side: at 100 000 peers each cache line is a miss.
  #routine = false;
  #newestBeat = NONE_SEEN;
  #announcedMs = NONE_SEEN;
  #hastened = false;
  /** When the peer's silence began, local stalls taken out. */
  #silentSinceMs: number;
  #state: State = "pending";
  #heard = false;
  #outputs: Output[] | undefined;
  readonly #policy: Policy;
  readonly #options: DetectorOptions;
  /** Made when there is something to send. */
  #sender: HeartbeatSender | undefined;
  #newestProbe = NONE_SEEN;
  readonly #firstSeq: number;
  /** From a stall until that is over. */
  #stalls: StallRecord | undefined;
  #seldom: Seldom | undefined;

  /**
   * Starts judging at `nowMs`: a peer that never answers is dead `policy.deadAfterMs` later. `firstSeq`, a
   * uint32, numbers the first beat and the first probe: on a path that had a detector before, it must be newer
   * than all that one sent, or the peer takes ours for stale. A monotonic clock in milliseconds is (as with
   * TCP's initial sequence numbers, RFC 9293, 3.4.1).
   *
   * @throws RangeError for a `minReceiveMs` that makes this policy doubt every peer that keeps to it.
   */
  constructor(policy: Policy, options: DetectorOptions, nowMs: number, firstSeq = 0) {
    this.#firstSeq = firstSeq;
    this.#policy = policy;
    this.#options = options;
    const { minReceiveMs } = options;
    if (minReceiveMs !== undefined) {
      requireReceivable(policy, minReceiveMs);
      this.seldom.limit = new ReceiveLimit(minReceiveMs);
    }
    this.#silentSinceMs = nowMs;
  }

  get state(): State {
    return this.#state;
  }

  /** When silence next changes the state, unless evidence comes first; Infinity when it never will. */
  get verdictMs(): number {
    if (isFinal(this.#state)) return Number.POSITIVE_INFINITY;
    const { suspectAfterMs, deadAfterMs } = this.#policy;
    return (
      this.#silentSinceMs +
      (this.#state === "suspect" ? deadAfterMs + this.reprieveMs : Math.min(suspectAfterMs, deadAfterMs))
    );
  }

  /** From suspicion to death. */
  get confirmPhaseMs(): number {
    return this.#policy.deadAfterMs - this.#policy.suspectAfterMs;
  }

  /** When a tick is next needed: to send, or to judge. Infinity: not until other input comes. */
  get deadlineMs(): number {
    return Math.min(this.nextSendMs, this.verdictMs);
  }

  /**
   * Whether {@link deadlineMs} may be earlier since the last input. False after what comes most often, evidence
   * of a living peer: a driver then need not even ask for the deadline.
   */
  get hastened(): boolean {
    return this.#hastened;
  }

  private get seldom(): Seldom {
    this.#seldom ??= new Seldom();
    return this.#seldom;
  }

  private get learns(): boolean {
    return this.#policy.observe !== undefined;
  }

  private get reprieveMs(): number {
    return this.#seldom === undefined ? 0 : this.#seldom.reprieveMs;
  }

  private get nextSendMs(): number {
    if (this.#sender === undefined) return Number.POSITIVE_INFINITY;
    const { nextMs } = this.#sender;
    return this.#seldom === undefined ? nextMs : Math.min(nextMs, this.#seldom.confirmFromMs);
  }

  /**
   * What a beat must be like to change nothing but when the peer was last heard, while nothing is to be sent: such beats
   * need not be handed in one by one, {@link caughtUp} tells of the last. Undefined: none is that much of a routine.
   */
  get routine(): Routine | undefined {
    const isRoutine = this.#routine && this.#newestBeat !== NONE_SEEN;
    if (!isRoutine || this.nextSendMs < Number.POSITIVE_INFINITY) return undefined;
    const heardMs = this.#silentSinceMs;
    const patienceMs = this.verdictMs - heardMs;
    return { seq: this.#newestBeat, intervalMs: this.#announcedMs, heardMs, patienceMs };
  }

  /** The newest of {@link routine} beats that came meanwhile, and when it was heard. */
  caughtUp(seq: number, heardMs: number): void {
    this.#newestBeat = seq;
    this.#silentSinceMs = heardMs;
    this.#stalls = this.#stalls?.heard(heardMs, heardMs);
  }

  /** How long the peer has been silent, local stalls taken out. */
  silentMs(nowMs: number): number {
    return Math.max(0, nowMs - this.#silentSinceMs);
  }

  /**
   * Takes one input at monotonic time `nowMs` and returns what to do, in order. The list is valid until the
   * next call. Throws only what a callback of the options throws, or RangeError for a payload of another
   * length than 1 to 255; the detector is of no use then. Only a tick judges silence, and after a tick
   * {@link deadlineMs} lies in the future.
   */
  handle(input: Input, nowMs: number): readonly Output[] {
    if (this.#routine && input.type === "received" && this.isRoutineBeat(input.heartbeat)) {
      this.#newestBeat = input.heartbeat.seq;
      this.#silentSinceMs = nowMs;
      this.#hastened = false;
      return NOTHING;
    }
    if (isFinal(this.#state)) return NOTHING;
    this.#hastened = this.learns || this.#state !== "alive";
    this.take(input, nowMs);
    // Of a living peer nobody wants to know more than that it lives.
    this.#routine = this.#state === "alive" && this.asksLittle();
    const outputs = this.#outputs;
    if (outputs === undefined) return NOTHING;
    this.#hastened = true;
    this.#outputs = undefined;
    return outputs;
  }

  private asksLittle(): boolean {
    const seldom = this.#seldom;
    const unlimited = seldom === undefined || (seldom.limit === undefined && seldom.peerLimitMs === 0);
    return unlimited && !this.learns && this.#options.samples !== true;
  }

  /** One like the last, as nearly all are: it changes nothing but when the peer was last heard. */
  private isRoutineBeat(heartbeat: Heartbeat): heartbeat is Beat {
    return (
      heartbeat.kind === "beat" &&
      heartbeat.intervalMs === this.#announcedMs &&
      heartbeat.minReceiveMs === undefined &&
      isNewer(heartbeat.seq, this.#newestBeat) &&
      this.#newestBeat !== NONE_SEEN
    );
  }

  private take(input: Input, nowMs: number): void {
    switch (input.type) {
      case "received":
        this.received(input.heartbeat, nowMs);
        break;
      case "active":
        if (this.#options.evidence !== "heartbeats") this.evidence(nowMs, input.agoMs);
        break;
      case "doubted":
        this.doubted(input.silentMs, nowMs);
        break;
      case "tick":
        this.judge(nowMs);
        if (nowMs >= this.nextSendMs) this.sendDue(nowMs);
        break;
      case "opened":
        this.opened(nowMs);
        break;
      case "rejected":
        this.reject(input.rejection, nowMs);
        break;
      case "closed":
        this.closed(input.reason, nowMs);
        break;
      case "reprieved":
        this.seldom.reprieveMs += input.forMs;
        break;
      case "stalled":
        this.stalled(input.stalledMs, nowMs);
        break;
      case "deaf":
        this.deaf(nowMs);
        break;
    }
  }

  private opened(nowMs: number): void {
    const limit = this.#seldom?.limit;
    limit?.told(nowMs);
    if (this.#policy.mode === "listen") {
      // As BFD's Poll: who says nothing by itself has no other occasion to say what it asks for.
      if (limit !== undefined) this.send(this.speaking().probe(this.#options, nowMs));
      return;
    }
    this.speaking().hasten(nowMs);
    this.sendDue(nowMs);
  }

  private received(heartbeat: Heartbeat, nowMs: number): void {
    if (heartbeat.kind === "bye") {
      this.left(nowMs);
      return;
    }
    // What we asked for ourselves is charged to nobody.
    if (heartbeat.kind === "echo" && this.answered(heartbeat, nowMs)) return;
    const limit = this.#seldom?.limit;
    if (limit?.admits(heartbeat.kind, nowMs) === false) {
      this.tooFrequent(limit, nowMs);
      return;
    }
    switch (heartbeat.kind) {
      case "echo":
        this.reject({ kind: "unsolicited-echo", seq: heartbeat.seq }, nowMs);
        break;
      case "beat":
        this.heed(heartbeat, nowMs);
        this.beat(heartbeat, nowMs);
        break;
      case "probe":
        this.heed(heartbeat, nowMs);
        this.answer(heartbeat, nowMs);
        break;
    }
  }

  /** The peer's wish holds from our next heartbeat on, which stays where it is: its old promise is kept. */
  private heed({ minReceiveMs = 0 }: Beat | Probe | Echo, nowMs: number): void {
    if (minReceiveMs === (this.#seldom?.peerLimitMs ?? 0)) return;
    // Before that it was nobody's business when we spoke last.
    if (this.seldom.peerLimitMs === 0) this.seldom.spokeMs = nowMs;
    this.seldom.peerLimitMs = minReceiveMs;
    this.#hastened = true;
    this.#policy.limited?.(minReceiveMs);
  }

  private tooFrequent(limit: ReceiveLimit, nowMs: number): void {
    const { minReceiveMs } = limit;
    if (limit.exhausted) {
      const rejection = { kind: "too-frequent", minReceiveMs } as const;
      const detail = `sends heartbeats far more often than each ${minReceiveMs} ms, as it was asked to`;
      this.closed({ kind: "protocol", detail, rejection }, nowMs);
      return;
    }
    this.reject({ kind: "too-frequent", minReceiveMs }, nowMs);
    // Who only listens has said it once, and that may have been lost.
    if (this.#policy.mode === "listen" && isPowerOfTwo(this.seldom.rejected))
      this.send(this.speaking().probe(this.#options, nowMs));
  }

  private beat(beat: Beat, nowMs: number): void {
    if (this.#newestBeat !== NONE_SEEN && !isNewer(beat.seq, this.#newestBeat)) {
      this.reject({ kind: "stale", seq: beat.seq, newestSeq: this.#newestBeat }, nowMs);
      return;
    }
    this.#newestBeat = beat.seq;
    this.evidence(nowMs);
    if (beat.intervalMs !== this.#announcedMs) this.announced(beat.intervalMs);
    this.sample(nowMs, Number.NaN, beat.payload);
  }

  private announced(intervalMs: number): void {
    this.#announcedMs = intervalMs;
    this.#hastened = true;
    this.#policy.announced?.(intervalMs);
  }

  /** Whether a probe of ours waited for this echo. */
  private answered(echo: Echo, nowMs: number): boolean {
    const rttMs = this.#sender?.answered(echo.seq, nowMs);
    if (rttMs === undefined) return false;
    this.#seldom?.limit?.heard(nowMs);
    this.heed(echo, nowMs);
    this.evidence(nowMs);
    this.sample(nowMs, rttMs, echo.payload);
    return true;
  }

  private answer(probe: Probe, nowMs: number): void {
    if (this.#newestProbe !== NONE_SEEN && !isNewer(probe.seq, this.#newestProbe)) {
      this.reject({ kind: "stale", seq: probe.seq, newestSeq: this.#newestProbe }, nowMs);
      return;
    }
    this.#newestProbe = probe.seq;
    const { seq, payload } = probe;
    if (this.#options.health?.() !== false) {
      this.send(asking({ kind: "echo", seq, ...(payload && { payload }) }, this.#options));
    }
    this.evidence(nowMs);
  }

  private evidence(nowMs: number, agoMs = 0): void {
    const heardMs = nowMs - agoMs;
    // Before the first evidence there is no gap, only the time that connecting took.
    if (this.learns && this.#heard) this.#policy.observe!(this.silentMs(heardMs));
    this.#heard = true;
    if (heardMs > this.#silentSinceMs) {
      this.#silentSinceMs = heardMs;
      this.#stalls = this.#stalls?.heard(heardMs, nowMs);
    }
    if (this.#state === "alive") return;
    const confirming = this.#state === "suspect";
    this.#seldom?.trusted();
    this.move("evidence");
    this.tell({ type: "alive", atMs: nowMs, proof: this.#options.proves });
    if (confirming) this.#sender?.calm(this.#policy);
  }

  /** The link knows the silence better: its kernel went on listening while this process did not run. */
  private doubted(silentMs: number, nowMs: number): void {
    this.#silentSinceMs = nowMs - silentMs;
    this.#stalls = this.#stalls?.heard(this.#silentSinceMs, nowMs);
    if (this.#state !== "suspect") this.suspect(silentMs, nowMs);
  }

  private judge(nowMs: number): void {
    const { suspectAfterMs, deadAfterMs } = this.#policy;
    // Added as in verdictMs: a difference rounds differently, and a tick at the deadline could do nothing.
    if (nowMs >= this.#silentSinceMs + (deadAfterMs + this.reprieveMs)) {
      const silentMs = Math.max(deadAfterMs, this.silentMs(nowMs));
      this.move("expiry");
      this.tell({ type: "dead", atMs: nowMs, silentMs, cause: this.silence(silentMs) });
    } else if (this.#state !== "suspect" && nowMs >= this.#silentSinceMs + suspectAfterMs) {
      this.suspect(Math.max(suspectAfterMs, this.silentMs(nowMs)), nowMs);
    }
  }

  private suspect(silentMs: number, nowMs: number): void {
    this.move("doubt");
    this.tell({ type: "suspect", atMs: nowMs, silentMs });
    const { confirmIntervalMs } = this.#policy;
    if (confirmIntervalMs === Number.POSITIVE_INFINITY) return;
    const sender = this.speaking();
    if (this.#seldom === undefined || this.#seldom.peerLimitMs === 0) {
      sender.hasten(nowMs);
      return;
    }
    // However often doubt begins anew, the peer is not probed more often than it can be asked to bear.
    const { peerLimitMs, spokeMs } = this.#seldom;
    const restraintMs = Math.min(confirmIntervalMs, peerLimitMs / CONFIRMING_PROBES_WITHIN_LIMIT);
    this.#seldom.confirmFromMs = Math.max(nowMs, spokeMs + restraintMs);
  }

  private silence(silentMs: number): DeathCause {
    const { deadAfterMs, intervalMs } = this.#policy;
    // The least part of an interval more, for 3 × 25.84 / 25.84 is a little less than 3 in floating point.
    return { kind: "silence", deadAfterMs, missed: Math.floor(silentMs / intervalMs + 1e-9) };
  }

  private closed(reason: CloseReason | undefined, nowMs: number): void {
    if (reason === undefined) {
      this.left(nowMs);
      return;
    }
    this.move("failure");
    this.tell({ type: "dead", atMs: nowMs, silentMs: this.silentMs(nowMs), cause: reason });
  }

  private left(nowMs: number): void {
    this.move("farewell");
    this.tell({ type: "left", atMs: nowMs });
  }

  private stalled(stalledMs: number, nowMs: number): void {
    const stalls = this.#stalls ?? StallRecord.NONE;
    const { deadAfterMs } = this.#policy;
    const sinceMs = this.#silentSinceMs;
    this.#silentSinceMs = Math.min(nowMs, sinceMs + stalls.excusedMs(sinceMs, stalledMs, deadAfterMs));
    this.#stalls = stalls.after(sinceMs, stalledMs, deadAfterMs, nowMs);
    this.#seldom?.limit?.stalled(stalledMs);
    this.#sender?.spoilRoundTrips();
    const toldMs = stalls.toldMs(stalledMs, nowMs);
    if (toldMs !== undefined) this.tell({ type: "stalled", atMs: nowMs, stalledMs: toldMs });
  }

  private deaf(nowMs: number): void {
    const stalledMs = this.silentMs(nowMs);
    this.#silentSinceMs = nowMs;
    this.#seldom?.limit?.stalled(stalledMs);
    this.#sender?.spoilRoundTrips();
    this.tell({ type: "stalled", atMs: nowMs, stalledMs });
  }

  private reject(rejection: FrameRejection, nowMs: number): void {
    const { seldom } = this;
    seldom.rejected += 1;
    const total = seldom.rejected;
    if (isPowerOfTwo(total)) this.tell({ type: "rejected", atMs: nowMs, rejection, total });
  }

  private sendDue(nowMs: number): void {
    const sender = this.speaking();
    if (this.#seldom?.takesConfirming(nowMs) === true) sender.hasten(nowMs);
    const silentMs = this.#heard ? this.silentMs(nowMs) : Number.NaN;
    const isSuspect = this.#state === "suspect";
    const heartbeats = sender.due(this.#policy, this.#options, nowMs, isSuspect, silentMs);
    if (this.#seldom !== undefined && heartbeats.length > 0) this.#seldom.spokeMs = nowMs;
    for (const heartbeat of heartbeats) this.send(heartbeat);
  }

  private speaking(): HeartbeatSender {
    this.#sender ??= new HeartbeatSender(this.#firstSeq);
    return this.#sender;
  }

  private sample(nowMs: number, rttMs: number, payload: Uint8Array | undefined): void {
    if (this.#options.samples !== true) return;
    this.tell({
      type: "heartbeat",
      atMs: nowMs,
      ...(Number.isNaN(rttMs) ? {} : { rttMs }),
      ...(payload === undefined ? {} : { payload }),
    });
  }

  private move(trigger: Trigger): void {
    this.#state = TRANSITIONS[this.#state][trigger];
    if (!isFinal(this.#state)) return;
    this.#sender?.stop();
    this.#seldom?.trusted();
  }

  private tell(event: LivenessEvent): void {
    this.output({ type: "event", event });
  }

  private send(heartbeat: Heartbeat): void {
    this.output({ type: "send", heartbeat });
  }

  private output(output: Output): void {
    if (this.#outputs === undefined) this.#outputs = [output];
    else this.#outputs.push(output);
  }
}
