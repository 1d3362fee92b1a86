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
 * none until it has to confirm a doubt. It is its own record of probes, and is told the policy and the options each time:
 * an object for the one would cost each link 32 octets, fields for the others 16.
 */
export class HeartbeatSender extends OutstandingProbes {
  #nextMs = Number.POSITIVE_INFINITY;
  #beatSeq: number;
  /** Confirming probes that were due in this silence. */
  #confirming = 0;

  constructor(firstSeq: number) {
    super(firstSeq);
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
  calm(policy: Policy): void {
    if (policy.mode === "listen") this.stop();
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
  due(
    policy: Policy,
    options: DetectorOptions,
    nowMs: number,
    suspect: boolean,
    silentMs: number,
  ): readonly (Beat | Probe)[] {
    const confirms = suspect && policy.confirmIntervalMs < Number.POSITIVE_INFINITY;
    if (!confirms && isHeardAnyway(policy, silentMs)) {
      this.#nextMs = afterInterval(policy, options, nowMs - silentMs, nowMs);
      return [];
    }
    const { mode } = policy;
    const heartbeats: (Beat | Probe)[] = [];
    if (confirms ? this.mayConfirm(options, nowMs) : mode === "echo") {
      heartbeats.push(this.probe(options, nowMs));
    }
    if (mode === "beat" && isHealthy(options)) heartbeats.push(this.beat(policy, options));
    this.#nextMs = confirms
      ? this.afterWait(confirmWaitMs(policy, options), nowMs)
      : afterInterval(policy, options, this.#nextMs, nowMs);
    return heartbeats;
  }

  /** One that may not go out is as good as lost: the next is due at its time, and so is the verdict. */
  private mayConfirm({ probeBudget }: DetectorOptions, nowMs: number): boolean {
    this.#confirming += 1;
    return probeBudget?.takes(this.#confirming, nowMs) ?? true;
  }

  /** A probe out of turn. */
  probe(options: DetectorOptions, nowMs: number): Probe {
    return asking({ kind: "probe", seq: this.sent(nowMs) }, options);
  }

  private beat({ intervalMs }: Policy, options: DetectorOptions): Beat {
    const payload = options.payload?.();
    if (payload !== undefined) checkPayload(payload);
    const seq = this.#beatSeq;
    this.#beatSeq = nextSerial(seq);
    const promiseMs = Number.isFinite(intervalMs) ? Math.min(Math.ceil(intervalMs), 0xffff_ffff) : 0;
    const beat: Beat = { kind: "beat", seq, intervalMs: promiseMs };
    return asking(payload === undefined ? beat : { ...beat, payload }, options);
  }

  /** On the schedule of absolute deadlines, so that late timers do not add up; never in bursts to catch up. */
  private afterWait(waitMs: number, nowMs: number): number {
    const onScheduleMs = this.#nextMs + waitMs;
    return onScheduleMs > nowMs ? onScheduleMs : nowMs + waitMs;
  }
}

/** A jittered interval after `sinceMs`, or after now if that is over, in the company of others. */
function afterInterval(policy: Policy, options: DetectorOptions, sinceMs: number, nowMs: number): number {
  const { intervalMs } = policy;
  const waitMs = jittered(policy, options);
  const fromMs = sinceMs + waitMs > nowMs ? sinceMs : nowMs;
  const atMs = fromMs + waitMs;
  const leastMs = fromMs + JITTER_FLOOR * intervalMs;
  // A sender so late that its next time may have come goes alone.
  if (leastMs <= nowMs || atMs === Number.POSITIVE_INFINITY) return atMs;
  return options.timetable?.book(leastMs, fromMs + intervalMs, atMs, nowMs, options.loss) ?? atMs;
}

/** In demand mode, whether evidence is so new that a probe would only ask what is known. */
function isHeardAnyway({ demand, intervalMs }: Policy, silentMs: number): boolean {
  return demand === true && silentMs < JITTER_FLOOR * intervalMs;
}

/** Suspicion hastens sending, and never slows it: the peer still expects our beats at their interval. */
function confirmWaitMs(policy: Policy, options: DetectorOptions): number {
  const { mode, confirmIntervalMs } = policy;
  return mode === "listen" ? confirmIntervalMs : Math.min(confirmIntervalMs, jittered(policy, options));
}

function jittered(policy: Policy, { random }: DetectorOptions): number {
  return jitteredIntervalMs(policy, random ?? Math.random);
}

function isHealthy({ health }: DetectorOptions): boolean {
  return health === undefined || health();
}
