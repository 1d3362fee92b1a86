// The process that beats for any number of UDP peers.
import { answerCalls } from "./calls.js";
import { Fleet } from "./fleet.js";
import { type PaceReport, Pacer } from "./pacer.js";

/** What a fleet is to do. */
export interface FleetOrder {
  readonly port: number;
  readonly peers: number;
  /** Between two beats of a peer; what the beats announce. */
  readonly intervalMs: number;
  /** Over how many intervals the peers arrive, evenly. */
  readonly arrivalIntervals: number;
}

/** The last sign of life of a peer that was silenced. */
export interface Silenced {
  readonly peer: number;
  readonly lastBeatMs: number;
}

/** What the process does when asked. */
export type UdpLoadCalls = {
  start(order: FleetOrder): void;
  /** How many beats have left between two instants, to a burst exactly. */
  sentBetween(fromMs: number, toMs: number): number;
  /** Silences so many peers for good, at random moments within a time, and says when each beat last. */
  silence(count: number, withinMs: number): Promise<readonly Silenced[]>;
  stop(): Promise<PaceReport>;
};

/**
 * A prime far from any multiple of the numbers of peers in use. Visiting the peers in strides of it makes their
 * order another one than that of their arrival, in which their objects lie in the receiver's memory.
 */
const STRIDE = 7_368_787;

class Beating {
  readonly #fleet: Fleet;
  readonly #silent: Uint8Array;
  readonly #order: FleetOrder;
  readonly #pacer: Pacer;

  constructor(order: FleetOrder) {
    this.#order = order;
    this.#fleet = new Fleet(order.port, order.peers, order.intervalMs);
    this.#silent = new Uint8Array(order.peers);
    const perSecond = (1000 * order.peers) / order.intervalMs;
    this.#pacer = new Pacer(
      perSecond,
      (slot) => this.#beat(slot),
      () => this.#fleet.flush(),
    );
    this.#pacer.start();
  }

  sentBetween(fromMs: number, toMs: number): number {
    return this.#pacer.sentBetween(fromMs, toMs);
  }

  async silence(count: number, withinMs: number): Promise<readonly Silenced[]> {
    const peers = sample(this.#order.peers, count);
    await Promise.all(peers.map((peer) => this.#silenceAt(peer, Math.random() * withinMs)));
    return peers.map((peer) => ({ peer, lastBeatMs: this.#fleet.sentAtMs(peer) }));
  }

  async stop(): Promise<PaceReport> {
    const { maxLagMs } = await this.#pacer.stop();
    this.#fleet.close();
    return { sent: this.#fleet.sent, maxLagMs };
  }

  #silenceAt(peer: number, afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(() => {
        this.#silent[peer] = 1;
        resolve();
      }, afterMs);
    });
  }

  #beat(slot: number): void {
    const { peers, arrivalIntervals } = this.#order;
    const round = Math.floor(slot / peers);
    const place = slot % peers;
    const arriving = round < arrivalIntervals;
    const peer = arriving ? place : (place * STRIDE) % peers;
    if (arriving && peer % arrivalIntervals > round) return;
    if (this.#silent[peer] === 0) this.#fleet.beat(peer);
  }
}

/** So many different numbers below a limit. */
function sample(limit: number, count: number): readonly number[] {
  const numbers = Array.from({ length: limit }, (_, index) => index);
  for (let index = 0; index < count; index++) {
    const other = index + Math.floor(Math.random() * (limit - index));
    [numbers[index], numbers[other]] = [numbers[other]!, numbers[index]!];
  }
  return numbers.slice(0, count);
}

let beating: Beating | undefined;

await answerCalls({
  start(order) {
    beating = new Beating(order);
  },
  sentBetween: (fromMs, toMs) => beating!.sentBetween(fromMs, toMs),
  silence: (count, withinMs) => beating!.silence(count, withinMs),
  stop: () => beating!.stop(),
} satisfies UdpLoadCalls);
