import type { Fault } from "./fault.js";

/**
 * The peer's whole machine is gone at once: a power cut, a dead mainboard, a virtual machine destroyed. Nobody
 * closes anything for its processes, because their kernel is gone too.
 *
 * The lab takes the peer's interface down from inside the peer, so that no FIN and no reset escapes, and then
 * kills every process there. The router goes on sending to it and tells nobody, as a switch does that stands
 * between them. To heal it is to boot a new host in its place.
 */
export const hostGone: Fault = {
  name: "host-gone",
  title: "peer's whole machine is gone",
  effect: { kind: "path-cut", directions: "both", packets: "dropped", unacknowledgedData: false },
  strike: ({ lab }) => lab.hosts.vanish("peer"),
  heal: ({ lab }) => lab.hosts.boot("peer"),
};
