import type { Instant } from "./clock.js";
import type { WireCounters } from "./frame-counters.js";
import type { HostProcess } from "./host-process.js";
import type { AgentReply, AgentRequest } from "./router-protocol.js";
import { END_HOSTS, type EndHost, restoreNeighbour } from "./topology.js";

/** Which packets a cut drops: all, or only those on their way to one end. */
export type CutDirection = "both" | "to-monitor" | "to-peer";

/** What connects the monitor and the peer: what it has carried, and how to break it. */
export interface Wire {
  /** Everything that has passed on the monitor's link so far. */
  counters(): Promise<WireCounters>;
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
   * Pulls the cable between the router and the peer. The peer's interface loses its carrier, so nothing that
   * the peer sends leaves it. The router loses its route, and so answers what the monitor sends with ICMP
   * "network unreachable". Few hear that: a TCP socket notes it as the reason should it time out later, a UDP
   * socket ignores it, and a monitor that sends nothing gets none.
   */
  pullPeerCable(): Promise<Instant>;
  /** Undoes {@link pullPeerCable}. */
  plugPeerCable(): Promise<Instant>;
}

/** The process in the router that does it. */
export type RouterAgent = HostProcess<AgentReply, AgentRequest>;

const INCOMING_PORTS: Readonly<Record<CutDirection, readonly EndHost[]>> = {
  both: END_HOSTS,
  "to-monitor": ["peer"],
  "to-peer": ["monitor"],
};

/**
 * The wire of a lab.
 *
 * @param lab the name of the lab
 * @param agent the process in its router
 */
export function createWire(lab: string, agent: RouterAgent): Wire {
  const act = async (request: AgentRequest): Promise<Instant> => {
    const reply = await ask(agent, request);
    if (reply.kind !== "done") {
      throw new Error(`${agent.description} could not ${request.kind}: ${whyNot(reply)}`);
    }
    return reply.instant;
  };
  return {
    async counters() {
      const reply = await ask(agent, { kind: "read-counters" });
      if (reply.kind !== "counters") {
        throw new Error(`${agent.description} could not read its counters: ${whyNot(reply)}`);
      }
      return reply.counters;
    },
    cut: (direction) => act({ kind: "set-forwarding", ports: INCOMING_PORTS[direction], enabled: false }),
    mend: () => act({ kind: "set-forwarding", ports: END_HOSTS, enabled: true }),
    pullPeerCable: () => act({ kind: "set-link", port: "peer", up: false }),
    async plugPeerCable() {
      const instant = await act({ kind: "set-link", port: "peer", up: true });
      await restoreNeighbour(lab, "peer");
      return instant;
    },
  };
}

/** Replies come in the order of the requests, and so do those who wait for them. */
function ask(agent: RouterAgent, request: AgentRequest): Promise<AgentReply> {
  agent.send(request);
  return agent.messages.receive();
}

function whyNot(reply: AgentReply): string {
  return reply.kind === "failed" ? reply.why : `it answered "${reply.kind}"`;
}
