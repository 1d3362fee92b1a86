import type { PolicyFactory } from "../../src/index.js";
import { Bench, echo } from "./bench.js";

/** What becomes of a probe: its round trip, or "lost". */
export type Fate = number | "lost";

/**
 * A detector in virtual time whose probes are answered, each after a delay of its own or never. Answers that are
 * due come before the tick of the same instant, as a driver drains before it judges.
 */
export class Answering extends Bench {
  readonly #fate: (sentMs: number) => Fate;
  readonly #flights: { readonly arrivesMs: number; readonly seq: number }[] = [];
  #seen = 0;

  constructor(policy: PolicyFactory, random: () => number, fate: (sentMs: number) => Fate) {
    super(policy, { random });
    this.#fate = fate;
    this.open();
    this.#launch();
  }

  override runTo(untilMs: number): void {
    for (;;) {
      const arrivesMs = this.#flights[0]?.arrivesMs ?? Number.POSITIVE_INFINITY;
      const nextMs = Math.min(arrivesMs, this.detector.deadlineMs);
      if (nextMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      if (arrivesMs <= this.nowMs) this.hear(echo(this.#flights.shift()!.seq));
      else this.tick();
      this.#launch();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** This process does not run; what arrives meanwhile waits, and is heard before the next tick. */
  override stall(stalledMs: number) {
    const outputs = super.stall(stalledMs);
    this.runTo(this.nowMs);
    return outputs;
  }

  #launch(): void {
    for (const { atMs, output } of this.trace.slice(this.#seen)) {
      if (output.type !== "send" || output.heartbeat.kind !== "probe") continue;
      const fate = this.#fate(atMs);
      if (fate !== "lost") this.#flights.push({ arrivesMs: atMs + fate, seq: output.heartbeat.seq });
    }
    this.#seen = this.trace.length;
    this.#flights.sort((one, other) => one.arrivesMs - other.arrivesMs);
  }
}
