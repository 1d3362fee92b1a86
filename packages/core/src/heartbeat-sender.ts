import type { DetectorOptions } from "./detector-options.js";
import { type Beat, type Echo, MAX_PAYLOAD_OCTETS, type Probe } from "./heartbeat.js";
import { OutstandingProbes } from "./outstanding-probes.js";
import { JITTER_FLOOR, jitteredIntervalMs } from "./pacing.js";
import type { Policy } from "./policy.js";
import { nextSerial } from "./serial.js";

/** A heartbeat with what its sender asks of the peer. */
export function asking<Sent extends Beat | Probe | Echo>(
  heartbeat: Sent,
  { minReceiveMs }: DetectorOptions,
): Sent {
  return minReceiveMs === undefined ? heartbeat : { ...heartbeat, minReceiveMs };
}

function checkPayload(payload: Uint8Array): void {
  if (payload.length >= 1 && payload.length <= MAX_PAYLOAD_OCTETS) return;
  throw new RangeError(`payload must have 1 to ${MAX_PAYLOAD_OCTETS} octets, not ${payload.length}`);
}

/**
 * The half of a detector that speaks: what goes out, when, under which number. A detector that only listens has
 * none until it has to confirm a doubt. It is its own record of probes, since an object for that would cost each link
 * 32 octets.
 */
export class HeartbeatSender extends OutstandingProbes {
  readonly #policy: Policy;
  readonly #options: DetectorOptions;
  #nextMs = Number.POSITIVE_INFINITY;
  #beatSeq: number;
  /** Confirming probes that were due in this silence. */
  #confirming = 0;

  constructor(policy: Policy, options: DetectorOptions, firstSeq: number) {
    super(firstSeq);
    this.#policy = policy;
    this.#options = options;
    this.#beatSeq = firstSeq;
  }

  /** When the next heartbeat is due; Infinity when none is. */
  get nextMs(): number {
    return this.#nextMs;
  }

  /** Sends at once: the link is ready, or the peer is in doubt. */
  hasten(nowMs: number): void {
    this.#confirming = 0;
    this.#nextMs = nowMs;
  }

  /**
   * The confirming probes are over. The next heartbeat stays where it is, and the policy's own pace goes on from
   * there: an interval counted from now would break a beat's promise, and leave a gap of that and a round trip.
   */
  calm(): void {
    if (this.#policy.mode === "listen") this.stop();
  }

  stop(): void {
    this.#nextMs = Number.POSITIVE_INFINITY;
  }

  /**
   * What is to be sent now, and plans what comes after.
   *
   * @param suspect whether the peer is in doubt
   * @param silentMs for how long nothing was heard of it; NaN if nothing ever was
   */
  due(nowMs: number, suspect: boolean, silentMs: number): readonly (Beat | Probe)[] {
    const { mode } = this.#policy;
    const confirms = suspect && this.confirms();
    if (!confirms && this.isHeardAnyway(silentMs)) {
      this.#nextMs = this.afterInterval(nowMs - silentMs, nowMs);
      return [];
    }
    const heartbeats: (Beat | Probe)[] = [];
    if (confirms ? this.mayConfirm(nowMs) : mode === "echo") heartbeats.push(this.probe(nowMs));
    if (mode === "beat" && this.healthy()) heartbeats.push(this.beat());
    this.#nextMs = confirms
      ? this.afterWait(this.confirmWaitMs(), nowMs)
      : this.afterInterval(this.#nextMs, nowMs);
    return heartbeats;
  }

  /** One that may not go out is as good as lost: the next is due at its time, and so is the verdict. */
  private mayConfirm(nowMs: number): boolean {
    this.#confirming += 1;
    return this.#options.probeBudget?.takes(this.#confirming, nowMs) ?? true;
  }

  /** A probe out of turn. */
  probe(nowMs: number): Probe {
    return asking({ kind: "probe", seq: this.sent(nowMs) }, this.#options);
  }

  private beat(): Beat {
    const payload = this.#options.payload?.();
    if (payload !== undefined) checkPayload(payload);
    const seq = this.#beatSeq;
    this.#beatSeq = nextSerial(seq);
    const { intervalMs } = this.#policy;
    const promiseMs = Number.isFinite(intervalMs) ? Math.min(Math.ceil(intervalMs), 0xffff_ffff) : 0;
    const beat: Beat = { kind: "beat", seq, intervalMs: promiseMs };
    return asking(payload === undefined ? beat : { ...beat, payload }, this.#options);
  }

  /** On the schedule of absolute deadlines, so that late timers do not add up; never in bursts to catch up. */
  private afterWait(waitMs: number, nowMs: number): number {
    const onScheduleMs = this.#nextMs + waitMs;
    return onScheduleMs > nowMs ? onScheduleMs : nowMs + waitMs;
  }

  /** A jittered interval after `sinceMs`, or after now if that is over, in the company of others. */
  private afterInterval(sinceMs: number, nowMs: number): number {
    const { intervalMs } = this.#policy;
    const waitMs = this.intervalMs();
    const fromMs = sinceMs + waitMs > nowMs ? sinceMs : nowMs;
    const atMs = fromMs + waitMs;
    const leastMs = fromMs + JITTER_FLOOR * intervalMs;
    // A sender so late that its next time may have come goes alone.
    if (leastMs <= nowMs || atMs === Number.POSITIVE_INFINITY) return atMs;
    return this.#options.timetable?.book(leastMs, fromMs + intervalMs, atMs, nowMs) ?? atMs;
  }

  /** In demand mode, whether evidence is so new that a probe would only ask what is known. */
  private isHeardAnyway(silentMs: number): boolean {
    const { demand, intervalMs } = this.#policy;
    return demand === true && silentMs < JITTER_FLOOR * intervalMs;
  }

  private confirms(): boolean {
    return this.#policy.confirmIntervalMs < Number.POSITIVE_INFINITY;
  }

  /** Suspicion hastens sending, and never slows it: the peer still expects our beats at their interval. */
  private confirmWaitMs(): number {
    const { mode, confirmIntervalMs } = this.#policy;
    return mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, this.intervalMs());
  }

  private intervalMs(): number {
    return jitteredIntervalMs(this.#policy, this.#options.random ?? Math.random);
  }

  private healthy(): boolean {
    return this.#options.health === undefined || this.#options.health();
  }
}
