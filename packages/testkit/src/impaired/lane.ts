import type { SeededRandom } from "../seeded-random.js";
import type { Time } from "../time.js";
import type { CompleteImpairment } from "./impairment.js";

/** More than these are not on their way at once: what does not drain is dropped. */
const MAX_IN_FLIGHT = 1024;
/** As Linux: TCP_RTO_MAX. */
const LONGEST_RETRANSMIT_MS = 120_000;
/** As Linux: tcp_retries2. */
const MAX_RETRANSMISSIONS = 15;

/** What is on its way, and whether chance may touch it. */
interface Item<Content> {
  readonly content: Content;
  readonly certain: boolean;
}

/** One direction of an impaired path. */
export class Lane<Content> {
  readonly #inFlight = new Set<() => void>();
  /** In a stream, what is on its way, in order. */
  readonly #inOrder: Item<Content>[] = [];
  /** What waits for the cut to heal, in order. */
  #held: Item<Content>[] = [];
  #flushing = false;
  #cut = false;
  /** Nothing may arrive before this: what came earlier must be first. */
  #floorMs = Number.NEGATIVE_INFINITY;
  #latestDueMs = Number.NEGATIVE_INFINITY;
  #drained: (() => void) | undefined;

  constructor(
    private readonly impairment: CompleteImpairment,
    private readonly random: SeededRandom,
    private readonly time: Time,
    private readonly arrive: (content: Content) => void,
  ) {}

  /** Sends something that may be lost, delayed, doubled and overtaken. */
  push(content: Content): void {
    const { loss, duplicate, reorder, reorderMs, path } = this.impairment;
    // Always the same draws, so that one option does not change what chance does with another.
    const jitterMs = this.#jitterMs();
    const lossDraw = this.random.unit();
    const isDoubled = this.random.unit() < duplicate;
    const isOvertaken = this.random.unit() < reorder;
    const dueMs = this.time.now() + this.impairment.delayMs + jitterMs;
    if (path === "stream") {
      this.#launch(
        { content, certain: false },
        Math.max(this.#latestDueMs, dueMs + this.#lossDelayMs(lossDraw)),
      );
      return;
    }
    if (lossDraw < loss) return;
    const item = { content, certain: false };
    for (let copies = isDoubled ? 2 : 1; copies > 0; copies--) {
      this.#launch(item, Math.max(this.#floorMs, dueMs + (isOvertaken ? reorderMs : 0)));
    }
  }

  /** Sends something that arrives surely, after all before it and before all after it. */
  pushCertain(content: Content): void {
    const dueMs = Math.max(this.#latestDueMs, this.time.now() + this.impairment.delayMs);
    this.#floorMs = dueMs;
    this.#launch({ content, certain: true }, dueMs);
  }

  /** From now on nothing arrives: in a stream, and of what is certain, it waits for {@link heal}; else it is lost. */
  cut(): void {
    this.#cut = true;
  }

  /** Ends a {@link cut}: what waited arrives in the next turn. */
  heal(): void {
    if (!this.#cut) return;
    this.#cut = false;
    this.#flushSoon();
  }

  /** Calls `drained` once nothing is on its way; what waits for a heal is forgotten. */
  drain(drained: () => void): void {
    this.#held = [];
    this.#drained = drained;
    this.#checkDrained();
  }

  /** Forgets all that is on its way. */
  clear(): void {
    for (const cancel of this.#inFlight) cancel();
    this.#inFlight.clear();
    this.#inOrder.length = 0;
    this.#held = [];
    this.#flushing = false;
  }

  #launch(item: Item<Content>, dueMs: number): void {
    if (!item.certain && this.#inFlight.size + this.#held.length >= MAX_IN_FLIGHT) return;
    this.#latestDueMs = Math.max(this.#latestDueMs, dueMs);
    const delayMs = dueMs - this.time.now();
    if (this.impairment.path === "datagrams") {
      this.#schedule(() => this.#land(item), delayMs);
      return;
    }
    // Whichever timer fires lands the oldest: those of the system, rounded to milliseconds, may change places.
    this.#inOrder.push(item);
    this.#schedule(() => this.#land(this.#inOrder.shift()!), delayMs);
  }

  #schedule(work: () => void, delayMs: number): void {
    const cancel = this.time.schedule(() => {
      this.#inFlight.delete(cancel);
      work();
      this.#checkDrained();
    }, delayMs);
    this.#inFlight.add(cancel);
  }

  #land(item: Item<Content>): void {
    const canWait = item.certain || this.impairment.path === "stream";
    // After a heal, nothing overtakes what still waits for its turn.
    if (!this.#cut && this.#held.length === 0) this.arrive(item.content);
    else if (!this.#cut || (canWait && this.#drained === undefined)) this.#held.push(item);
  }

  #flushSoon(): void {
    if (this.#held.length === 0 || this.#flushing) return;
    this.#flushing = true;
    this.#schedule(() => {
      this.#flushing = false;
      // What arrives may cut or clear again.
      while (!this.#cut && this.#held.length > 0) this.arrive(this.#held.shift()!.content);
    }, 0);
  }

  #checkDrained(): void {
    if (this.#drained === undefined || this.#inFlight.size > 0) return;
    const drained = this.#drained;
    this.#drained = undefined;
    drained();
  }

  #jitterMs(): number {
    const { jitterMs, jitterDistribution } = this.impairment;
    const draw = this.random.unit();
    // Inverse transform sampling; 1 - draw is never 0.
    return jitterMs * (jitterDistribution === "uniform" ? draw : -Math.log(1 - draw));
  }

  /** How long the retransmissions of one segment take: their number is geometric, each waits twice as long. */
  #lossDelayMs(draw: number): number {
    const { loss, retransmitMs } = this.impairment;
    let totalMs = 0;
    let survival = loss;
    for (let lost = 0; lost < MAX_RETRANSMISSIONS && draw < survival; lost++) {
      totalMs += Math.min(retransmitMs * 2 ** lost, LONGEST_RETRANSMIT_MS);
      survival *= loss;
    }
    return totalMs;
  }
}
