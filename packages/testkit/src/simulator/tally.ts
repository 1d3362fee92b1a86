import {
  datagramCost,
  frameOctets,
  type Heartbeat,
  type PolicyFactory,
  predict,
  UDP_DATAGRAM_OCTETS,
} from "@heartwire/core";
import type { InvariantName } from "./invariants.js";

/** Around each heartbeat: what a UDP link of ours puts there, one octet and a session id of four. */
const ENVELOPE_OCTETS = 5;
const WIRE = datagramCost(ENVELOPE_OCTETS);
const HOUR_MS = 3_600_000;

/** Frames and octets of one direction, on the monitor's wire. */
export interface Traffic {
  readonly frames: number;
  readonly octets: number;
}

interface Counters {
  frames: number;
  octets: number;
  /** Heartbeats that predict() leaves out: at opening, while suspect, and goodbyes. */
  beyond: number;
  beyondOctets: number;
}

/** Which way a frame goes, seen from the monitor. */
export type Direction = "out" | "in";

/** Counts what crosses the monitor's wire while it watches, and holds it against the prediction. */
export class Tally {
  /** How long links were open, all together, in true time. */
  watchedMs = 0;
  /** Verdicts on peers that went on far above the pace they were asked for. */
  refused = 0;
  readonly #counted = { out: none(), in: none() };

  get out(): Traffic {
    return { frames: this.#counted.out.frames, octets: this.#counted.out.octets };
  }

  get in(): Traffic {
    return { frames: this.#counted.in.frames, octets: this.#counted.in.octets };
  }

  /** A frame on the wire of a monitor that watches: one it sends, or one that arrives. */
  crossed(direction: Direction, heartbeat: Heartbeat): void {
    const counters = this.#counted[direction];
    counters.frames += 1;
    counters.octets += octetsOf(heartbeat);
    if (heartbeat.kind === "bye" || heartbeat.minReceiveMs === undefined) return;
    // What it asks of the other end, predict() leaves out.
    const { minReceiveMs: _, ...plain } = heartbeat;
    counters.beyondOctets += octetsOf(heartbeat) - octetsOf(plain);
  }

  /** A frame that predict() leaves out will be among these: `heartbeat`, sent in this direction. */
  expectBeyond(direction: Direction, heartbeat: Heartbeat): void {
    const counters = this.#counted[direction];
    counters.beyond += 1;
    counters.beyondOctets += octetsOf(heartbeat);
  }

  /** Checks `prediction`, for a path that doubles a share of its frames, and tells where it is broken. */
  check(
    policy: PolicyFactory,
    duplicate: number,
    broken: (invariant: InvariantName, detail: string) => void,
  ): void {
    const { framesPerHour, octetsPerHour } = predict({ wire: WIRE }, policy, { rttMs: 0 });
    for (const direction of ["out", "in"] as const) {
      const hours = this.watchedMs / HOUR_MS;
      const counters = this.#counted[direction];
      const expected = framesPerHour[direction] * hours + counters.beyond;
      const factor = (direction === "in" ? 1 + duplicate : 1) * (1.01 + 6 / Math.sqrt(Math.max(1, expected)));
      const octets = octetsPerHour[direction] * hours + counters.beyondOctets;
      for (const [what, counted, predicted] of [
        ["frames", counters.frames, expected],
        ["octets", counters.octets, octets],
      ] as const) {
        const most = predicted * factor;
        if (counted <= most) continue;
        broken(
          "prediction",
          `${counted} ${what} ${direction} in ${hours.toFixed(3)} peer-hours, where ${predicted.toFixed(0)} were predicted`,
        );
      }
    }
  }
}

function none(): Counters {
  return { frames: 0, octets: 0, beyond: 0, beyondOctets: 0 };
}

function octetsOf(heartbeat: Heartbeat): number {
  return UDP_DATAGRAM_OCTETS + ENVELOPE_OCTETS + frameOctets(heartbeat);
}
