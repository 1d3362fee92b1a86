import type { Random } from "../lab/random.js";
import type { VirtualClock } from "./virtual-clock.js";

/** A way on which packets are lost, and what a kernel makes of time. */
export interface LossyPath {
  /** Of each packet on its own, either way. */
  readonly lossRate: number;
  readonly rttMs: number;
  /** How long the kernel holds back an acknowledgement that nothing else carries. */
  readonly delayedAckMs: number;
  /** Timers are late by up to this share of their time, evenly spread. */
  readonly timerLateness: number;
}

/** TCP_RTO_MIN and TCP_RTO_MAX, include/net/tcp.h. */
const RTO_MIN_MS = 200;
const RTO_MAX_MS = 120_000;

/** Messages `from` (included) to `to` (excluded), sent as one. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly sentAtMs: number;
  repeated: boolean;
  /** Sent again because what came after it has arrived. */
  hastened: boolean;
}

interface Packet {
  /** None: a bare acknowledgement. */
  readonly messages?: { readonly from: number; readonly to: number };
  readonly ack: number;
  /** Something after `ack` has arrived: a selective acknowledgement. */
  readonly gap: boolean;
  readonly sentAtMs: number;
  /** Timestamp echo (RFC 7323): when the packet was sent that this one answers. */
  readonly echoedMs: number;
}

/**
 * One end of a TCP connection with a few small messages, as Linux has it: the retransmission time-out by RFC 6298
 * with a least variation of 200 ms and its timestamps (tcp_rtt_estimator, tcp_ack_update_rtt, net/ipv4/tcp_input.c),
 * doubled at each expiry; one tail loss probe before it (RFC 8985; tcp_schedule_loss_probe, tcp_output.c); one
 * segment on its way after an expiry; and a segment sent again at once when a later one has arrived. Messages are
 * counted, not measured, for all fit one segment.
 */
export class StreamEnd {
  readonly #clock: VirtualClock;
  readonly #path: LossyPath;
  readonly #random: Random;
  readonly #arrived: (message: number) => void;
  #other: StreamEnd | undefined;

  #written = 0;
  #sent = 0;
  #acked = 0;
  #flying: Segment[] = [];
  #lossUntil = 0;
  #probed = false;
  #timer = 0;

  #received = 0;
  #early: { readonly from: number; readonly to: number }[] = [];
  #ackSent = 0;
  #recentMs = 0;
  #ackTimer = 0;

  #smoothedMs: number;
  #deviationMs: number;
  #deviationMaxMs = RTO_MIN_MS;
  #variationMs = RTO_MIN_MS;
  #roundEnds = 0;
  #timeoutMs: number;

  /** @param arrived told of each message of the other end, in order */
  constructor(clock: VirtualClock, path: LossyPath, random: Random, arrived: (message: number) => void) {
    this.#clock = clock;
    this.#path = path;
    this.#random = random;
    this.#arrived = arrived;
    // The handshake was the first sample.
    this.#smoothedMs = path.rttMs;
    this.#deviationMs = 2 * path.rttMs;
    this.#timeoutMs = path.rttMs + RTO_MIN_MS;
  }

  /** Joins two ends. */
  static join(one: StreamEnd, another: StreamEnd): void {
    one.#other = another;
    another.#other = one;
  }

  /** The application writes a message. */
  write(): void {
    this.#written += 1;
    this.#sendNew();
  }

  get #recovering(): boolean {
    return this.#acked < this.#lossUntil;
  }

  #sendNew(): void {
    if (this.#written === this.#sent || (this.#recovering && this.#flying.length > 0)) return;
    const segment = { from: this.#sent, to: this.#written, sentAtMs: this.#clock.nowMs };
    this.#flying.push({ ...segment, repeated: false, hastened: false });
    this.#sent = this.#written;
    this.#transmit(segment);
    // A time-out that runs is not begun anew by what is sent later.
    if (this.#flying.length > 1 && (this.#recovering || this.#probed)) return;
    if (this.#recovering) this.#expireIn(this.#timeoutMs);
    else this.#probeSoon();
  }

  #probeSoon(): void {
    const allowance = this.#flying.length === 1 ? RTO_MIN_MS : 8;
    const expiresInMs = this.#flying[0]!.sentAtMs + this.#timeoutMs - this.#clock.nowMs;
    const probeInMs = 2 * this.#smoothedMs + allowance;
    // Not after the oldest would have expired.
    const ms = expiresInMs > 0 ? Math.min(probeInMs, expiresInMs) : probeInMs;
    this.#setTimer(ms, () => {
      this.#probed = true;
      this.#repeat(this.#flying.at(-1)!);
      this.#expireIn(this.#timeoutMs);
    });
  }

  #expireIn(ms: number): void {
    this.#setTimer(ms, () => {
      this.#lossUntil = this.#sent;
      this.#repeat(this.#flying[0]!);
      this.#timeoutMs = Math.min(2 * this.#timeoutMs, RTO_MAX_MS);
      this.#expireIn(this.#timeoutMs);
    });
  }

  #setTimer(ms: number, fire: () => void): void {
    this.#timer += 1;
    const mine = this.#timer;
    const lateMs = ms * this.#path.timerLateness * this.#random();
    this.#clock.after(ms + lateMs, () => {
      if (mine === this.#timer) fire();
    });
  }

  #repeat(segment: Segment): void {
    segment.repeated = true;
    this.#transmit(segment);
  }

  #transmit(messages?: { readonly from: number; readonly to: number }): void {
    this.#ackTimer += 1;
    this.#ackSent = this.#received;
    if (this.#random() < this.#path.lossRate) return;
    const packet: Packet = {
      ...(messages && { messages }),
      ack: this.#received,
      gap: this.#early.length > 0,
      sentAtMs: this.#clock.nowMs,
      echoedMs: this.#recentMs,
    };
    const other = this.#other!;
    this.#clock.after(this.#path.rttMs / 2, () => other.#take(packet));
  }

  #take(packet: Packet): void {
    if (packet.messages !== undefined) this.#takeMessages(packet.messages, packet.sentAtMs);
    if (packet.ack > this.#acked) this.#takeAck(packet);
    else if (packet.gap) this.#hasten();
  }

  #takeMessages({ from, to }: { readonly from: number; readonly to: number }, sentAtMs: number): void {
    if (from <= this.#ackSent) this.#recentMs = sentAtMs;
    if (from > this.#received || to <= this.#received) {
      if (from > this.#received) this.#early.push({ from, to });
      this.#transmit(); // What is out of order is acknowledged at once.
      return;
    }
    const first = this.#received;
    this.#received = to;
    const filled = this.#early.length > 0;
    for (const each of this.#early)
      if (each.from <= this.#received) this.#received = Math.max(this.#received, each.to);
    this.#early = this.#early.filter((each) => each.to > this.#received);
    this.#ackTimer += 1;
    const mine = this.#ackTimer;
    for (let message = first; message < this.#received; message++) this.#arrived(message);
    if (mine !== this.#ackTimer) return; // The answer carries it.
    if (filled) this.#transmit();
    else
      this.#clock.after(this.#path.delayedAckMs, () => {
        if (mine === this.#ackTimer) this.#transmit();
      });
  }

  #takeAck({ ack, echoedMs }: Packet): void {
    const acked = this.#flying.filter(({ to }) => to <= ack);
    const clean = acked.find(({ repeated }) => !repeated);
    this.#acked = ack;
    this.#flying = this.#flying.filter(({ to }) => to > ack);
    this.#sample(this.#clock.nowMs - (clean === undefined ? echoedMs : clean.sentAtMs));
    this.#probed = false;
    this.#timer += 1;
    if (this.#flying.length > 0) {
      if (this.#recovering) this.#repeat(this.#flying[0]!);
      this.#expireIn(this.#timeoutMs);
    }
    this.#sendNew();
  }

  #hasten(): void {
    const [head] = this.#flying;
    if (head === undefined || head.hastened) return;
    head.hastened = true;
    this.#repeat(head);
  }

  /** In Linux's scale the deviation is four times the mean one. */
  #sample(rttMs: number): void {
    const error = rttMs - this.#smoothedMs;
    this.#smoothedMs += error / 8;
    const excess = Math.abs(error) - this.#deviationMs / 4;
    // A sudden shorter round trip must not look like variation.
    this.#deviationMs += error < 0 && excess > 0 ? excess / 8 : excess;
    this.#deviationMaxMs = Math.max(this.#deviationMaxMs, this.#deviationMs);
    this.#variationMs = Math.max(this.#variationMs, this.#deviationMaxMs);
    if (this.#acked > this.#roundEnds) {
      if (this.#deviationMaxMs < this.#variationMs) {
        this.#variationMs -= (this.#variationMs - this.#deviationMaxMs) / 4;
      }
      this.#roundEnds = this.#sent;
      this.#deviationMaxMs = RTO_MIN_MS;
    }
    this.#timeoutMs = this.#smoothedMs + this.#variationMs;
  }
}
