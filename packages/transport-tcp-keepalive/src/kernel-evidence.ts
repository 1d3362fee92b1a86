import type { TcpInfo } from "./tcp-info.js";

/** What the kernel was really told: it decides when it asks, and so when looking at it can matter. */
export interface KeepaliveInForce {
  readonly idleMs: number;
  readonly intervalMs: number;
  /** 0: none. */
  readonly userTimeoutMs: number;
}

/** What one look at the kernel brought. */
export type KernelFinding =
  /** The peer was heard since the last look. */
  | { readonly kind: "heard"; readonly agoMs: number }
  /** The kernel has asked, waited for longer than a round trip takes, and heard nothing at all. */
  | { readonly kind: "unanswered"; readonly silentMs: number }
  | { readonly kind: "nothing-new" };

/** A finding, and when the next look can matter. */
export interface KernelLook {
  readonly finding: KernelFinding;
  readonly againMs: number;
}

/** TCP_RTO_MIN, include/net/tcp.h. */
const RTO_MIN_MS = 200;
/** TCP_RTO_MAX, include/net/tcp.h. */
const RTO_MAX_MS = 120_000;
/** TCP_INFO's ages are counted in jiffies, of at most 10 ms (CONFIG_HZ 100): how far two may contradict each other. */
const GRAIN_MS = 20;
/** How far two clocks may drift apart: adjtimex(2) corrects by at most 500 ppm. */
const DRIFT_SHARE = 1 / 1000;
/** The kernel's timers are up to an eighth late (kernel/time/timer.c): two looks within that time. */
const LATE_SHARE = 1 / 16;

const NOTHING_NEW: KernelFinding = { kind: "nothing-new" };

/**
 * Makes liveness out of TCP_INFO: has the peer answered the kernel's questions? A question is a keepalive or
 * zero-window probe, or data retransmitted after a time-out. It counts as unanswered once two looks, at least a
 * round trip and its usual deviation apart ({@link graceMs}), both found it open and nothing at all was heard
 * between them. So neither a question that has just gone out, nor a late look after a stall of our own process,
 * is ever taken for silence.
 *
 * Looks are rare: while data flows one in `idleMs`, or in half the user timeout if that is shorter; while idle
 * one to five for each probe, as the kernel's timer is late; while nothing is answered one in `intervalMs` (after
 * retransmissions sooner, at their own pace). A cut is told at most `idleMs` (`intervalMs` if longer), an eighth
 * for the kernel's timer, a sixteenth of that, and three grace times after the last thing heard.
 *
 * Pure: time comes as a parameter, on any monotonic clock. Sources: tcp_keepalive_timer and tcp_retransmit_timer
 * (net/ipv4/tcp_timer.c), tcp_ack (net/ipv4/tcp_input.c).
 */
export class KernelEvidence {
  readonly #settings: KeepaliveInForce;
  /** The longest silence before the kernel asks: after an answered probe it does not look for `intervalMs`. */
  readonly #askMs: number;
  #question: "none" | "open" | "unanswered" = "none";
  #last: { readonly lookedMs: number; readonly heardMs: number } | undefined;

  constructor(settings: KeepaliveInForce) {
    this.#settings = settings;
    this.#askMs = Math.max(settings.idleMs, settings.intervalMs);
  }

  /** Takes one reading. The first tells how long ago the peer was heard. */
  look(info: TcpInfo, nowMs: number): KernelLook {
    const silentMs = kernelSilenceMs(info);
    const heardSince = this.#heardSince(nowMs, silentMs);
    const before = this.#question;
    if (!isAsking(info)) this.#question = "none";
    else this.#question = before === "none" || heardSince ? "open" : "unanswered";
    const answered = this.#question === "none" && before !== "none";
    return {
      finding:
        this.#question === "unanswered" && before === "open"
          ? { kind: "unanswered", silentMs }
          : heardSince || answered
            ? { kind: "heard", agoMs: silentMs }
            : NOTHING_NEW,
      againMs: this.#againMs(info, silentMs),
    };
  }

  /** Whether the moment at which the peer was last heard has moved since the last look. */
  #heardSince(nowMs: number, silentMs: number): boolean {
    const last = this.#last;
    this.#last = { lookedMs: nowMs, heardMs: nowMs - silentMs };
    if (last === undefined) return true;
    return this.#last.heardMs - last.heardMs > GRAIN_MS + (nowMs - last.lookedMs) * DRIFT_SHARE;
  }

  #againMs(info: TcpInfo, silentMs: number): number {
    const leastMs = graceMs(info);
    switch (this.#question) {
      case "none":
        return Math.max(leastMs, Math.min(this.#untilProbedMs(silentMs, leastMs), this.#untilWrittenMs()));
      case "open":
        return leastMs;
      case "unanswered":
        return Math.max(leastMs, this.#untilAskedAgainMs(info));
    }
  }

  /** Until the next probe can have been sent, and answered. */
  #untilProbedMs(silentMs: number, answerMs: number): number {
    const dueMs = this.#askMs - silentMs;
    return dueMs > 0 ? dueMs + answerMs : Math.min(this.#askMs, silentMs * LATE_SHARE);
  }

  /** Data may be written at any time, and given up on before the first probe would have been due. */
  #untilWrittenMs(): number {
    const { userTimeoutMs } = this.#settings;
    return userTimeoutMs > 0 ? userTimeoutMs / 2 : Number.POSITIVE_INFINITY;
  }

  #untilAskedAgainMs(info: TcpInfo): number {
    const { intervalMs } = this.#settings;
    return hasUnacknowledged(info) ? Math.min(intervalMs, info.rtoMs ?? intervalMs) : intervalMs;
  }
}

/** How long the kernel has heard nothing: neither data nor an acknowledgement. As keepalive_time_elapsed (tcp.h). */
export function kernelSilenceMs({ lastDataReceivedMs, lastAckReceivedMs }: TcpInfo): number {
  return Math.min(
    lastDataReceivedMs ?? Number.POSITIVE_INFINITY,
    lastAckReceivedMs ?? Number.POSITIVE_INFINITY,
  );
}

/** Data waits to be acknowledged or even to be sent: the kernel then suspends its keepalive probes. */
export function hasUnacknowledged({ unacknowledgedSegments = 0, notSentBytes = 0 }: TcpInfo): boolean {
  return unacknowledgedSegments > 0 || notSentBytes > 0;
}

/**
 * A question is open: a probe, or a segment that was retransmitted after a time-out. One unanswered probe of a
 * shut window is none: such probes begin 200 ms apart, and hosts answer segments outside the window no more often
 * than every 500 ms (tcp_invalid_ratelimit). By the second, that time has passed.
 */
function isAsking(info: TcpInfo): boolean {
  const { unansweredProbes = 0, retransmits = 0, unacknowledgedSegments = 0, notSentBytes = 0 } = info;
  const retransmitted = retransmits > 0 && unacknowledgedSegments > 0;
  return retransmitted || unansweredProbes > (notSentBytes > 0 ? 1 : 0);
}

/**
 * How long an answer may take: the retransmission time-out of RFC 6298, section 2, with Linux's bounds, and
 * without the doublings that TCP_INFO's own holds.
 */
export function graceMs({ rttMs = 0, rttVarianceMs = 0 }: TcpInfo): number {
  return Math.min(RTO_MAX_MS, rttMs + Math.max(RTO_MIN_MS, 4 * rttVarianceMs));
}
