import type { CloseReason, DeathCause } from "./cause.js";
import type { DetectorOptions } from "./detector-options.js";
import type { LivenessEvent, Output } from "./event.js";
import { type Beat, type Echo, type Heartbeat, MAX_PAYLOAD_OCTETS, type Probe } from "./heartbeat.js";
import type { Input } from "./input.js";
import { OutstandingProbes } from "./outstanding-probes.js";
import { inCompanyMs, jitteredIntervalMs } from "./pacing.js";
import type { Policy } from "./policy.js";
import type { FrameRejection } from "./rejection.js";
import { isNewer, nextSerial } from "./serial.js";
import { isFinal, type State, TRANSITIONS, type Trigger } from "./transitions.js";

function checkPayload(payload: Uint8Array): void {
  if (payload.length >= 1 && payload.length <= MAX_PAYLOAD_OCTETS) return;
  throw new RangeError(`payload must have 1 to ${MAX_PAYLOAD_OCTETS} octets, not ${payload.length}`);
}

const NOTHING: readonly Output[] = Object.freeze([]);
const NONE_SEEN = -1;

/**
 * The one state machine: input and time go in, heartbeats to send and events come out. It has no clock and
 * no timer: the driver asks {@link deadlineMs} and calls back with a tick. Worst case per input: constant
 * time, and memory bounded by 32 outstanding probes.
 */
export class Detector {
  // What a beat touches comes first, and so lies side by side: at 100 000 peers each cache line is a miss.
  readonly #options: DetectorOptions;
  #state: State = "pending";
  #newestBeat = NONE_SEEN;
  #announcedMs = NONE_SEEN;
  #hastened = false;
  /** When the peer's silence began, local stalls taken out. */
  #silentSinceMs: number;
  #heard = false;
  readonly #learns: boolean;
  #outputs: Output[] | undefined;
  readonly #policy: Policy;
  #nextSendMs = Number.POSITIVE_INFINITY;
  #newestProbe = NONE_SEEN;
  #probes: OutstandingProbes | undefined;
  #rejected = 0;
  #beatSeq: number;
  readonly #firstSeq: number;

  /**
   * Starts judging at `nowMs`: a peer that never answers is dead `policy.deadAfterMs` later. `firstSeq`, a
   * uint32, numbers the first beat and the first probe: on a path that had a detector before, it must be newer
   * than all that one sent, or the peer takes ours for stale. A monotonic clock in milliseconds is (as with
   * TCP's initial sequence numbers, RFC 9293, 3.4.1).
   */
  constructor(policy: Policy, options: DetectorOptions, nowMs: number, firstSeq = 0) {
    this.#firstSeq = firstSeq;
    this.#beatSeq = firstSeq;
    this.#policy = policy;
    this.#learns = policy.observe !== undefined;
    this.#options = options;
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
      this.#silentSinceMs + (this.#state === "suspect" ? deadAfterMs : Math.min(suspectAfterMs, deadAfterMs))
    );
  }

  /** When a tick is next needed: to send, or to judge. Infinity: not until other input comes. */
  get deadlineMs(): number {
    return Math.min(this.#nextSendMs, this.verdictMs);
  }

  /**
   * Whether {@link deadlineMs} may be earlier since the last input. False after what comes most often, evidence
   * of a living peer: a driver then need not even ask for the deadline.
   */
  get hastened(): boolean {
    return this.#hastened;
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
    if (isFinal(this.#state)) return NOTHING;
    this.#hastened = this.#learns || this.#state !== "alive";
    switch (input.type) {
      case "received":
        this.#received(input.heartbeat, nowMs);
        break;
      case "active":
        if (this.#options.evidence !== "heartbeats") this.#evidence(nowMs, input.agoMs);
        break;
      case "doubted":
        this.#doubted(input.silentMs, nowMs);
        break;
      case "tick":
        this.#judge(nowMs);
        if (nowMs >= this.#nextSendMs) this.#sendDue(nowMs);
        break;
      case "opened":
        this.#opened(nowMs);
        break;
      case "rejected":
        this.#reject(input.rejection, nowMs);
        break;
      case "closed":
        this.#closed(input.reason, nowMs);
        break;
      case "stalled":
        this.#stalled(input.stalledMs, nowMs);
        break;
    }
    const outputs = this.#outputs;
    if (outputs === undefined) return NOTHING;
    this.#hastened = true;
    this.#outputs = undefined;
    return outputs;
  }

  #opened(nowMs: number): void {
    if (this.#policy.mode === "listen") return;
    this.#nextSendMs = nowMs;
    this.#sendDue(nowMs);
  }

  #received(heartbeat: Heartbeat, nowMs: number): void {
    switch (heartbeat.kind) {
      case "beat":
        this.#beat(heartbeat, nowMs);
        break;
      case "echo":
        this.#echo(heartbeat, nowMs);
        break;
      case "probe":
        this.#answer(heartbeat, nowMs);
        break;
      case "bye":
        this.#left(nowMs);
        break;
    }
  }

  #beat(beat: Beat, nowMs: number): void {
    if (this.#newestBeat !== NONE_SEEN && !isNewer(beat.seq, this.#newestBeat)) {
      this.#reject({ kind: "stale", seq: beat.seq, newestSeq: this.#newestBeat }, nowMs);
      return;
    }
    this.#newestBeat = beat.seq;
    this.#evidence(nowMs);
    if (beat.intervalMs !== this.#announcedMs) this.#announced(beat.intervalMs);
    this.#sample(nowMs, Number.NaN, beat.payload);
  }

  #announced(intervalMs: number): void {
    this.#announcedMs = intervalMs;
    this.#hastened = true;
    this.#policy.announced?.(intervalMs);
  }

  #echo(echo: Echo, nowMs: number): void {
    const rttMs = this.#probes?.answered(echo.seq, nowMs);
    if (rttMs === undefined) {
      this.#reject({ kind: "unsolicited-echo", seq: echo.seq }, nowMs);
      return;
    }
    this.#evidence(nowMs);
    this.#sample(nowMs, rttMs, echo.payload);
  }

  #answer(probe: Probe, nowMs: number): void {
    if (this.#newestProbe !== NONE_SEEN && !isNewer(probe.seq, this.#newestProbe)) {
      this.#reject({ kind: "stale", seq: probe.seq, newestSeq: this.#newestProbe }, nowMs);
      return;
    }
    this.#newestProbe = probe.seq;
    if (this.#healthy()) this.#send({ ...probe, kind: "echo" });
    this.#evidence(nowMs);
  }

  #evidence(nowMs: number, agoMs = 0): void {
    const heardMs = nowMs - agoMs;
    // Before the first evidence there is no gap, only the time that connecting took.
    if (this.#learns && this.#heard) this.#policy.observe!(this.silentMs(heardMs));
    this.#heard = true;
    if (heardMs > this.#silentSinceMs) this.#silentSinceMs = heardMs;
    if (this.#state === "alive") return;
    const confirming = this.#state === "suspect";
    this.#move("evidence");
    this.#tell({ type: "alive", atMs: nowMs, proof: this.#options.proves });
    if (confirming) this.#stopConfirming();
  }

  /** The link knows the silence better: its kernel went on listening while this process did not run. */
  #doubted(silentMs: number, nowMs: number): void {
    this.#silentSinceMs = nowMs - silentMs;
    if (this.#state !== "suspect") this.#suspect(silentMs, nowMs);
  }

  #judge(nowMs: number): void {
    const { suspectAfterMs, deadAfterMs } = this.#policy;
    // Added as in verdictMs: a difference rounds differently, and a tick at the deadline could do nothing.
    if (nowMs >= this.#silentSinceMs + deadAfterMs) {
      const silentMs = Math.max(deadAfterMs, this.silentMs(nowMs));
      this.#move("expiry");
      this.#tell({ type: "dead", atMs: nowMs, silentMs, cause: this.#silence(silentMs) });
    } else if (this.#state !== "suspect" && nowMs >= this.#silentSinceMs + suspectAfterMs) {
      this.#suspect(Math.max(suspectAfterMs, this.silentMs(nowMs)), nowMs);
    }
  }

  #suspect(silentMs: number, nowMs: number): void {
    this.#move("doubt");
    this.#tell({ type: "suspect", atMs: nowMs, silentMs });
    if (this.#confirms()) this.#nextSendMs = nowMs;
  }

  #silence(silentMs: number): DeathCause {
    const { deadAfterMs, intervalMs } = this.#policy;
    // The least part of an interval more, for 3 × 25.84 / 25.84 is a little less than 3 in floating point.
    return { kind: "silence", deadAfterMs, missed: Math.floor(silentMs / intervalMs + 1e-9) };
  }

  #closed(reason: CloseReason | undefined, nowMs: number): void {
    if (reason === undefined) {
      this.#left(nowMs);
      return;
    }
    this.#move("failure");
    this.#tell({ type: "dead", atMs: nowMs, silentMs: this.silentMs(nowMs), cause: reason });
  }

  #left(nowMs: number): void {
    this.#move("farewell");
    this.#tell({ type: "left", atMs: nowMs });
  }

  #stalled(stalledMs: number, nowMs: number): void {
    this.#silentSinceMs = Math.min(nowMs, this.#silentSinceMs + stalledMs);
    this.#probes?.spoilRoundTrips();
    this.#tell({ type: "stalled", atMs: nowMs, stalledMs });
  }

  #reject(rejection: FrameRejection, nowMs: number): void {
    this.#rejected += 1;
    const total = this.#rejected;
    if (Math.log2(total) % 1 === 0) this.#tell({ type: "rejected", atMs: nowMs, rejection, total });
  }

  #sendDue(nowMs: number): void {
    const confirms = this.#confirms();
    if (confirms || this.#policy.mode === "echo") {
      this.#probes ??= new OutstandingProbes(this.#firstSeq);
      this.#send({ kind: "probe", seq: this.#probes.sent(nowMs) });
    }
    if (this.#policy.mode === "beat" && this.#healthy()) this.#sendBeat();
    const waitMs = confirms ? this.#confirmWaitMs() : this.#intervalMs();
    // On the schedule of absolute deadlines, so that late timers do not add up; never in bursts to catch up.
    const onScheduleMs = this.#nextSendMs + waitMs;
    const atMs = onScheduleMs > nowMs ? onScheduleMs : nowMs + waitMs;
    this.#nextSendMs = inCompanyMs(this.#policy, atMs, waitMs);
  }

  #sendBeat(): void {
    const payload = this.#options.payload?.();
    if (payload !== undefined) checkPayload(payload);
    const seq = this.#beatSeq;
    this.#beatSeq = nextSerial(seq);
    const { intervalMs } = this.#policy;
    const promiseMs = Number.isFinite(intervalMs) ? Math.min(Math.ceil(intervalMs), 0xffff_ffff) : 0;
    const beat: Beat = { kind: "beat", seq, intervalMs: promiseMs };
    this.#send(payload === undefined ? beat : { ...beat, payload });
  }

  #confirms(): boolean {
    return this.#state === "suspect" && this.#policy.confirmIntervalMs < Number.POSITIVE_INFINITY;
  }

  /** Suspicion hastens sending, and never slows it: the peer still expects our beats at their interval. */
  #confirmWaitMs(): number {
    const { mode, confirmIntervalMs } = this.#policy;
    return mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, this.#intervalMs());
  }

  /**
   * The confirming probes are over. The next heartbeat stays where it is, and the policy's own pace goes on from
   * there: an interval counted from now would break a beat's promise, and leave a gap of that and a round trip.
   */
  #stopConfirming(): void {
    if (this.#policy.mode === "listen") this.#nextSendMs = Number.POSITIVE_INFINITY;
  }

  #intervalMs(): number {
    return jitteredIntervalMs(this.#policy, this.#options.random ?? Math.random);
  }

  #healthy(): boolean {
    return this.#options.health === undefined || this.#options.health();
  }

  #sample(nowMs: number, rttMs: number, payload: Uint8Array | undefined): void {
    if (this.#options.samples !== true) return;
    this.#tell({
      type: "heartbeat",
      atMs: nowMs,
      ...(Number.isNaN(rttMs) ? {} : { rttMs }),
      ...(payload === undefined ? {} : { payload }),
    });
  }

  #move(trigger: Trigger): void {
    this.#state = TRANSITIONS[this.#state][trigger];
    if (isFinal(this.#state)) this.#nextSendMs = Number.POSITIVE_INFINITY;
  }

  #tell(event: LivenessEvent): void {
    this.#output({ type: "event", event });
  }

  #send(heartbeat: Heartbeat): void {
    this.#output({ type: "send", heartbeat });
  }

  #output(output: Output): void {
    if (this.#outputs === undefined) this.#outputs = [output];
    else this.#outputs.push(output);
  }
}
