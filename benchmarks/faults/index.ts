import { cablePulled } from "./cable-pulled.js";
import type { Fault } from "./fault.js";
import { hang } from "./hang.js";
import { kill } from "./kill.js";
import { silentCutIdle } from "./silent-cut-idle.js";
import { silentCutUnacknowledged } from "./silent-cut-unacknowledged.js";

export type { Destination, EndCommand, Fault, FaultContext, FaultEffect, Listener } from "./fault.js";

/** Every fault, from the easiest to notice to the hardest. */
export const faults: readonly Fault[] = [kill, cablePulled, silentCutIdle, silentCutUnacknowledged, hang];
