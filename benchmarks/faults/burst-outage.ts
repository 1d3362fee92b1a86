import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.js";

/** More than one interval at the nominal second, and far less than three. */
const OUTAGE_MS = 1200;

/**
 * The network is gone for a moment, and back before anybody should have given up: routes that are found anew, a
 * radio between two cells, a switch that restarts a port. The peer lives.
 *
 * The lab's router drops everything, tells nobody, and stops doing so by itself. The strike lasts as long as
 * the outage; the instant is that of its beginning.
 */
export const burstOutage: Fault = {
  name: "burst-outage",
  title: "network is gone for 1.2 s, then back",
  effect: { kind: "harmless", by: "outage", forMs: OUTAGE_MS },
  lastsMs: OUTAGE_MS,
  async strike({ lab }) {
    const instant = await lab.wire.cut("both");
    await sleep(OUTAGE_MS);
    await lab.wire.mend();
    return instant;
  },
  async heal({ lab }) {
    await lab.wire.mend();
  },
};
