import { applicationUnhealthy } from "./application-unhealthy.js";
import { burstOutage } from "./burst-outage.js";
import { cablePulledAtMonitor } from "./cable-pulled-at-monitor.js";
import { cablePulledAtPeer } from "./cable-pulled-at-peer.js";
import { eventLoopBlocked } from "./event-loop-blocked.js";
import { exit } from "./exit.js";
import type { Fault } from "./fault.js";
import { hang } from "./hang.js";
import { hostGone } from "./host-gone.js";
import { hostRebooted } from "./host-rebooted.js";
import { jitter } from "./jitter.js";
import { kill } from "./kill.js";
import { loss1 } from "./loss-1.js";
import { loss5 } from "./loss-5.js";
import { loss20 } from "./loss-20.js";
import { natExpired } from "./nat-expired.js";
import { oneWayCutToMonitor } from "./one-way-cut-to-monitor.js";
import { oneWayCutToPeer } from "./one-way-cut-to-peer.js";
import { ownStall } from "./own-stall.js";
import { silentBehindProxy } from "./silent-behind-proxy.js";
import { silentCutIdle } from "./silent-cut-idle.js";
import { silentCutUnacknowledged } from "./silent-cut-unacknowledged.js";

export type { Destination, EndCommand, Fault, FaultContext, FaultEffect, Listener } from "./fault.js";
export { type Strike, strikeOf } from "./strike.js";

/** Every fault, from the easiest to notice to the hardest, and then those that are none: the peer lives. */
export const faults: readonly Fault[] = [
  kill,
  exit,
  hostRebooted,
  hostGone,
  cablePulledAtPeer,
  cablePulledAtMonitor,
  silentCutIdle,
  silentCutUnacknowledged,
  oneWayCutToMonitor,
  oneWayCutToPeer,
  hang,
  eventLoopBlocked,
  silentBehindProxy,
  applicationUnhealthy,
  burstOutage,
  ownStall,
  natExpired,
  jitter,
  loss1,
  loss5,
  loss20,
];

/** The faults of the quick comparison. */
export const quickFaults: readonly Fault[] = [
  kill,
  cablePulledAtPeer,
  silentCutIdle,
  silentCutUnacknowledged,
  hang,
];
