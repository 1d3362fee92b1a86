import type { Fault } from "./fault.js";

/**
 * The path to the peer breaks, the way back does not: routes that differ by direction, one fibre of a pair, a
 * firewall's new rule. The peer can still be heard, but does not hear; who only listens notices nothing.
 *
 * The lab's router drops what comes from the monitor, and tells nobody.
 */
export const oneWayCutToPeer: Fault = {
  name: "one-way-cut-to-peer",
  title: "nothing reaches the peer any more (one-way cut)",
  effect: { kind: "path-cut", directions: "to-peer", packets: "dropped", unacknowledgedData: false },
  strike: ({ lab }) => lab.wire.cut("to-peer"),
  async heal({ lab }) {
    await lab.wire.mend();
  },
};
