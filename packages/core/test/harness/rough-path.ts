import {
  Detector,
  type Heartbeat,
  type LivenessEvent,
  type Path,
  type PolicyFactory,
} from "../../src/index.js";

/** What {@link RoughPath} is made of. */
export interface RoughPathOptions {
  readonly monitor: PolicyFactory;
  readonly peer: PolicyFactory;
  readonly random: () => number;
  /** The delay of each frame, one way. */
  readonly delayMs: () => number;
  readonly lossRate: number;
  /** `drops`: datagrams. `delays`: a stream, where what is lost comes late, and what follows waits for it. */
  readonly loss: "drops" | "delays";
  /** Of a stream: after how long what was lost is sent again; doubles each time. */
  readonly retransmitMs: number;
  /** The monitor's timers fire up to so much late. */
  readonly timerSlackMs: number;
  /** What is on the way in this time is lost, retransmissions too. */
  readonly outage?: { readonly fromMs: number; readonly toMs: number };
}

interface Flight {
  readonly arrivesMs: number;
  readonly heartbeat: Heartbeat;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * Two real detectors and a network between them, in virtual time. Frames may be lost, overtake each other, or wait for
 * each other. The peer can be killed; after a mistake the two can be linked anew, so that mistakes can be counted.
 */
export class RoughPath {
  nowMs = 0;
  monitor: Detector;
  /** What the monitor told. */
  readonly events: LivenessEvent[] = [];
  /** Heartbeats handed to the network, lost ones too: the monitor's and the peer's. */
  readonly sent = { out: 0, in: 0 };
  readonly #options: RoughPathOptions;
  #peer: Detector;
  #peerLives = true;
  #slackMs = 0;
  #outbound: Flight[] = [];
  #inbound: Flight[] = [];

  constructor(options: RoughPathOptions) {
    this.#options = options;
    this.monitor = this.#detector(options.monitor);
    this.#peer = this.#detector(options.peer);
    this.relink();
  }

  /** From now on the peer says nothing; what it has sent still arrives. */
  kill(): void {
    this.#peerLives = false;
  }

  /** A new link; what was in flight on the old one is lost. */
  relink(): void {
    this.#outbound = [];
    this.#inbound = [];
    this.monitor = this.#detector(this.#options.monitor);
    this.#peer = this.#detector(this.#options.peer);
    this.#give(this.monitor, { type: "opened" });
    this.#give(this.#peer, { type: "opened" });
  }

  /** Runs until `untilMs`, or until the monitor's verdict is final. */
  runTo(untilMs: number): void {
    while (this.monitor.state !== "dead") {
      const arriveMs = Math.min(this.#inbound[0]?.arrivesMs ?? NEVER, this.#outbound[0]?.arrivesMs ?? NEVER);
      const peerMs = this.#peerLives ? this.#peer.deadlineMs : NEVER;
      const nextMs = Math.min(this.monitor.deadlineMs + this.#slackMs, peerMs, arriveMs);
      if (nextMs > untilMs) {
        this.nowMs = untilMs;
        return;
      }
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.#step();
    }
  }

  /** What arrives now comes before what is due now, as a driver drains before it judges. */
  #step(): void {
    if ((this.#inbound[0]?.arrivesMs ?? NEVER) <= this.nowMs) {
      this.#give(this.monitor, { type: "received", heartbeat: this.#inbound.shift()!.heartbeat });
    } else if ((this.#outbound[0]?.arrivesMs ?? NEVER) <= this.nowMs) {
      const { heartbeat } = this.#outbound.shift()!;
      if (this.#peerLives) this.#give(this.#peer, { type: "received", heartbeat });
    } else if (this.#peerLives && this.#peer.deadlineMs <= this.nowMs) {
      this.#give(this.#peer, { type: "tick" });
    } else {
      this.#give(this.monitor, { type: "tick" });
      this.#slackMs = this.#options.timerSlackMs * this.#options.random();
    }
  }

  #detector(policy: PolicyFactory): Detector {
    return new Detector(policy(), { proves: "process", random: this.#options.random }, this.nowMs);
  }

  #give(detector: Detector, input: Parameters<Detector["handle"]>[0]): void {
    const fromMonitor = detector === this.monitor;
    for (const output of detector.handle(input, this.nowMs)) {
      if (output.type === "event") {
        if (fromMonitor) this.events.push(output.event);
        continue;
      }
      this.sent[fromMonitor ? "out" : "in"] += 1;
      this.#launch(fromMonitor ? this.#outbound : this.#inbound, output.heartbeat);
    }
  }

  #launch(flights: Flight[], heartbeat: Heartbeat): void {
    const { loss, delayMs, retransmitMs } = this.#options;
    let sentMs = this.nowMs;
    let travelMs = delayMs();
    for (let waitMs = retransmitMs; this.#isLost(sentMs, travelMs); waitMs *= 2) {
      if (loss === "drops") return;
      sentMs += waitMs;
      travelMs = delayMs();
    }
    const inOrderMs = loss === "delays" ? (flights.at(-1)?.arrivesMs ?? 0) : 0;
    const arrivesMs = Math.max(sentMs + travelMs, inOrderMs);
    let place = flights.length;
    while (place > 0 && flights[place - 1]!.arrivesMs > arrivesMs) place -= 1;
    flights.splice(place, 0, { arrivesMs, heartbeat });
  }

  #isLost(sentMs: number, travelMs: number): boolean {
    const { outage, random, lossRate } = this.#options;
    if (outage !== undefined && sentMs < outage.toMs && sentMs + travelMs > outage.fromMs) return true;
    return random() < lossRate;
  }
}

/** The path that `predict` describes: a constant delay, and datagrams lost independently. */
export function evenPath({
  rttMs,
  lossRate = 0,
  timerSlackMs = 0,
  ...ends
}: Path & Pick<RoughPathOptions, "monitor" | "peer" | "random">): RoughPath {
  const delayMs = () => rttMs / 2;
  return new RoughPath({ ...ends, delayMs, lossRate, loss: "drops", retransmitMs: 0, timerSlackMs });
}

/** Delays of so much on average, with that standard deviation, of three shapes. */
export const DELAYS = {
  /** Never much later, as often early as late. */
  uniform: (meanMs: number, sigmaMs: number, random: () => number) => () =>
    meanMs + Math.sqrt(12) * sigmaMs * (random() - 0.5),
  /** A queue's. */
  exponential: (meanMs: number, sigmaMs: number, random: () => number) => () =>
    meanMs - sigmaMs - sigmaMs * Math.log(1 - random()),
  /** Nearly always on time, one in fifty late by seven deviations: near the worst that Cantelli allows. */
  twoPoint: (meanMs: number, sigmaMs: number, random: () => number) => () =>
    meanMs + (random() < 0.02 ? 7 * sigmaMs : -sigmaMs / 7),
} as const;
