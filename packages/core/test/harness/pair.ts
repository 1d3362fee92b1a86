import { Detector, type Heartbeat, type LivenessEvent, type Policy } from "../../src/index.js";

/** What a {@link Pair} is made of. */
export interface PairOptions {
  readonly monitor: () => Policy;
  readonly peer: () => Policy;
  readonly rttMs: number;
  /** Of each frame, in each direction, independently. */
  readonly lossRate?: number;
  /** The monitor's timers fire up to so much late. */
  readonly timerSlackMs?: number;
  readonly random: () => number;
}

interface Flight {
  readonly arrivesMs: number;
  readonly heartbeat: Heartbeat;
}

/**
 * Two real detectors and a network between them, in virtual time. The network's delay is constant, so what is
 * in flight is a queue. The peer can be killed; after a mistake the two can be linked anew, so that mistakes
 * can be counted.
 */
export class Pair {
  nowMs = 0;
  readonly events: LivenessEvent[] = [];
  /** Frames sent, lost ones too. */
  readonly frames = { out: 0, in: 0 };
  monitor: Detector;
  readonly #options: PairOptions;
  #peer: Detector;
  #peerLives = true;
  #outbound: Flight[] = [];
  #inbound: Flight[] = [];
  #slackMs = 0;

  constructor(options: PairOptions) {
    this.#options = options;
    this.monitor = this.#detector(options.monitor);
    this.#peer = this.#detector(options.peer);
    this.#open(this.monitor);
    this.#open(this.#peer);
  }

  /** From now on the peer says nothing; what it has sent still arrives. */
  kill(): void {
    this.#peerLives = false;
  }

  /** A new link, with a new detector at either end; what was in flight on the old one is lost. */
  relink(): void {
    this.#outbound = [];
    this.#inbound = [];
    this.monitor = this.#detector(this.#options.monitor);
    this.#peer = this.#detector(this.#options.peer);
    this.#open(this.monitor);
    this.#open(this.#peer);
  }

  /** Runs until `untilMs`, or until the monitor's verdict is final. */
  runTo(untilMs: number): void {
    while (this.monitor.state !== "dead") {
      const nextMs = Math.min(
        this.monitor.deadlineMs + this.#slackMs,
        this.#peerLives ? this.#peer.deadlineMs : Number.POSITIVE_INFINITY,
        this.#outbound[0]?.arrivesMs ?? Number.POSITIVE_INFINITY,
        this.#inbound[0]?.arrivesMs ?? Number.POSITIVE_INFINITY,
      );
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      this.#step();
    }
    this.nowMs = Math.max(this.nowMs, this.monitor.state === "dead" ? 0 : untilMs);
  }

  /** What arrives now comes before what is due now, as a driver drains before it judges. */
  #step(): void {
    const { timerSlackMs = 0, random } = this.#options;
    if ((this.#inbound[0]?.arrivesMs ?? Number.POSITIVE_INFINITY) <= this.nowMs) {
      this.#give(this.monitor, { type: "received", heartbeat: this.#inbound.shift()!.heartbeat });
    } else if ((this.#outbound[0]?.arrivesMs ?? Number.POSITIVE_INFINITY) <= this.nowMs) {
      const { heartbeat } = this.#outbound.shift()!;
      if (this.#peerLives) this.#give(this.#peer, { type: "received", heartbeat });
    } else if (this.#peerLives && this.#peer.deadlineMs <= this.nowMs) {
      this.#give(this.#peer, { type: "tick" });
    } else {
      this.#give(this.monitor, { type: "tick" });
      this.#slackMs = timerSlackMs * random();
    }
  }

  #detector(policy: () => Policy): Detector {
    return new Detector(policy(), { proves: "process", random: this.#options.random }, this.nowMs);
  }

  #open(detector: Detector): void {
    this.#give(detector, { type: "opened" });
  }

  #give(detector: Detector, input: Parameters<Detector["handle"]>[0]): void {
    const { rttMs, lossRate = 0, random } = this.#options;
    const fromMonitor = detector === this.monitor;
    for (const output of detector.handle(input, this.nowMs)) {
      if (output.type === "event") {
        if (fromMonitor) this.events.push(output.event);
        continue;
      }
      this.frames[fromMonitor ? "out" : "in"] += 1;
      if (random() < lossRate) continue;
      const flight = { arrivesMs: this.nowMs + rttMs / 2, heartbeat: output.heartbeat };
      (fromMonitor ? this.#outbound : this.#inbound).push(flight);
    }
  }
}
