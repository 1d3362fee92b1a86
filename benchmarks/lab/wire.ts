import type { Agents, SpawnInLab } from "./agents.js";
import { type Capture, startCapture } from "./capture.js";
import type { Instant } from "./clock.js";
import type { WireCounters } from "./frame-counters.js";
import { END_HOSTS, type EndHost, restoreNeighbour } from "./topology.js";

/** Which packets a cut drops: all, or only those on their way to one end. */
export type CutDirection = "both" | "to-monitor" | "to-peer";

/** What connects the monitor and the peer: what it has carried, and how to break it. */
export interface Wire {
  /** Everything that has passed on the monitor's link so far. */
  counters(): Promise<WireCounters>;
  /**
   * Records every frame on the monitor's link from now on, where the router's port sees it: what
   * {@link counters} counts, frame by frame.
   *
   * @returns once it records
   * @throws Error if koffi cannot be loaded
   */
  capture(): Promise<Capture>;
  /**
   * Makes the router drop packets and tell nobody, as a broken path or a firewall does: no ICMP, no reset.
   *
   * @param direction which packets; those of the other direction pass as before
   * @returns when the last of these packets could pass
   */
  cut(direction: CutDirection): Promise<Instant>;
  /** Undoes every {@link cut}. */
  mend(): Promise<Instant>;
  /**
   * Pulls the cable between the router and an end. The interface of that end loses its carrier, so nothing
   * that it sends leaves it; its sends succeed all the same, until somebody takes the interface down. The
   * router loses its route, and so answers what the other end sends with ICMP "network unreachable". Few hear
   * that: a TCP socket notes it as the reason should it time out later, a UDP socket ignores it, and an end
   * that sends nothing gets none.
   */
  pullCable(end: EndHost): Promise<Instant>;
  /** Undoes {@link pullCable}. */
  plugCable(end: EndHost): Promise<Instant>;
}

const INCOMING_PORTS: Readonly<Record<CutDirection, readonly EndHost[]>> = {
  both: END_HOSTS,
  "to-monitor": ["peer"],
  "to-peer": ["monitor"],
};

/**
 * The wire of a lab.
 *
 * @param lab the name of the lab
 * @param agents who acts in its hosts
 * @param spawn how to start a program in its hosts
 */
export function createWire(lab: string, agents: Agents, spawn: SpawnInLab): Wire {
  return {
    async counters() {
      const reply = await agents.ask("router", { kind: "read-counters" });
      if (reply.kind !== "counters") {
        throw new Error(`The router was asked for its counters, and answered "${reply.kind}".`);
      }
      return reply.counters;
    },
    capture: () => startCapture(spawn),
    cut: (direction) =>
      agents.act("router", { kind: "set-forwarding", ports: INCOMING_PORTS[direction], enabled: false }),
    mend: () => agents.act("router", { kind: "set-forwarding", ports: END_HOSTS, enabled: true }),
    // The router's port has the name of the end that it leads to.
    pullCable: (end) => agents.act("router", { kind: "set-link", device: end, up: false }),
    async plugCable(end) {
      const instant = await agents.act("router", { kind: "set-link", device: end, up: true });
      await restoreNeighbour(lab, end);
      return instant;
    },
  };
}
