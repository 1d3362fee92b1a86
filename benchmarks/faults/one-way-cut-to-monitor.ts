import type { Fault } from "./fault.js";

/**
 * The path from the peer breaks, the way to it does not: routes that differ by direction, one fibre of a pair,
 * a firewall's new rule. The peer hears all we send, and answers in vain.
 *
 * The lab's router drops what comes from the peer, and tells nobody.
 */
export const oneWayCutToMonitor: Fault = {
  name: "one-way-cut-to-monitor",
  title: "nothing from the peer arrives any more (one-way cut)",
  effect: { kind: "path-cut", directions: "to-monitor", packets: "dropped", unacknowledgedData: false },
  strike: ({ lab }) => lab.wire.cut("to-monitor"),
  async heal({ lab }) {
    await lab.wire.mend();
  },
};
