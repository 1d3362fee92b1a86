import { type Heartbeat, isNewer, MAX_OUTSTANDING_PROBES } from "@heartwire/core";

/**
 * Which frames of one link are evidence: judged by what was sent and received, not by asking the detector. A beat or
 * probe that is newer than all before; the first echo to one of the last 32 probes. Memory: 64 numbers at most.
 */
export class EvidenceRecord {
  #newestBeat: number | undefined;
  #newestProbe: number | undefined;
  readonly #echoed = new Set<number>();

  /** @param firstSeq the number of the first probe of this end */
  constructor(private readonly firstSeq: number) {}

  /** Whether it is evidence now. `probes`: how many were sent so far. */
  isNew(heartbeat: Heartbeat, probes: number): boolean {
    switch (heartbeat.kind) {
      case "beat":
        return this.#newestBeat === undefined || isNewer(heartbeat.seq, this.#newestBeat);
      case "probe":
        return this.#newestProbe === undefined || isNewer(heartbeat.seq, this.#newestProbe);
      case "echo": {
        const age = this.#age(heartbeat.seq, probes);
        return age >= 1 && age <= MAX_OUTSTANDING_PROBES && !this.#echoed.has(heartbeat.seq);
      }
      case "bye":
        return false;
    }
  }

  /** It was read. */
  note(heartbeat: Heartbeat, probes: number): void {
    if (heartbeat.kind === "beat") this.#newestBeat = heartbeat.seq;
    else if (heartbeat.kind === "probe") this.#newestProbe = heartbeat.seq;
    else if (heartbeat.kind === "echo") this.#noteEcho(heartbeat.seq, probes);
  }

  #noteEcho(seq: number, probes: number): void {
    this.#echoed.add(seq);
    if (this.#echoed.size <= 2 * MAX_OUTSTANDING_PROBES) return;
    for (const old of this.#echoed) {
      if (this.#age(old, probes) > MAX_OUTSTANDING_PROBES) this.#echoed.delete(old);
    }
  }

  /** 1 for the probe sent last. */
  #age(seq: number, probes: number): number {
    return probes - ((seq - this.firstSeq) >>> 0);
  }
}
