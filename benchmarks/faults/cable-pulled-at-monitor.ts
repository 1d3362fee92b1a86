import type { Fault } from "./fault.js";

/**
 * Somebody pulls the cable of the machine that watches: it is cut off itself, and all its peers look dead.
 *
 * The lab takes down the router's end of the monitor's link, so that the monitor's interface loses its carrier.
 * What the monitor sends does not leave it, and yet its sends succeed: the kernel throws the packets away, and
 * tells no socket. (Where a network manager then takes the interface down, they would fail.) No ICMP reaches
 * the monitor, for nothing does.
 */
export const cablePulledAtMonitor: Fault = {
  name: "cable-pulled-at-monitor",
  title: "our own network cable is pulled",
  effect: { kind: "path-cut", directions: "both", packets: "unsendable", unacknowledgedData: false },
  strike: ({ lab }) => lab.wire.pullCable("monitor"),
  async heal({ lab }) {
    await lab.wire.plugCable("monitor");
  },
};
