import type { Fault } from "./fault.js";

/**
 * The path breaks while the application speaks, which is the likelier moment: a busy connection is seldom
 * idle.
 *
 * The lab's router stops forwarding, both ways, and tells nobody; right after that the monitor's application
 * writes. Kernel, process and application fall silent together. The kernel now retransmits instead of
 * probing: TCP keepalive is suspended until that data is acknowledged or given up, by default after a quarter
 * of an hour.
 */
export const silentCutUnacknowledged: Fault = {
  name: "silent-cut-unacknowledged",
  title: "network is cut silently with data in flight",
  effect: { kind: "path-cut", directions: "both", packets: "dropped", unacknowledgedData: true },
  async strike({ lab, writeApplicationData }) {
    const instant = await lab.wire.cut("both");
    await writeApplicationData();
    return instant;
  },
  async heal({ lab }) {
    await lab.wire.mend();
  },
};
