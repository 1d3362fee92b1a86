import type { Fault } from "./fault.js";

/**
 * The path breaks while nobody speaks: a router far away fails, a firewall forgets the connection, a radio
 * loses cover.
 *
 * The lab's router stops forwarding, both ways, and tells nobody. Kernel, process and application fall silent
 * together, and no packet is under way whose loss could tell.
 */
export const silentCutIdle: Fault = {
  name: "silent-cut-idle",
  title: "network is cut silently while idle",
  effect: { kind: "path-cut", directions: "both", packets: "dropped", unacknowledgedData: false },
  strike: ({ lab }) => lab.wire.cut("both"),
  async heal({ lab }) {
    await lab.wire.mend();
  },
};
