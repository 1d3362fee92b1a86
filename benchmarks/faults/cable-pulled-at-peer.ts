import type { Fault } from "./fault.js";

/**
 * Somebody pulls the peer's network cable, or its switch port, its adapter or its virtual machine's network
 * goes.
 *
 * The lab takes down the router's end of the peer's link, so that the peer's interface loses its carrier.
 * Kernel, process and application fall silent together; but the router knows that nothing is there, and
 * answers what is sent to the peer with ICMP "network unreachable". That is a hint, not a verdict: TCP goes
 * on retransmitting, and reports it only as the reason when it gives up; a UDP socket does not report it at
 * all.
 */
export const cablePulledAtPeer: Fault = {
  name: "cable-pulled-at-peer",
  title: "peer's network cable is pulled",
  effect: { kind: "path-cut", directions: "both", packets: "refused", unacknowledgedData: false },
  strike: ({ lab }) => lab.wire.pullCable("peer"),
  async heal({ lab }) {
    await lab.wire.plugCable("peer");
  },
};
