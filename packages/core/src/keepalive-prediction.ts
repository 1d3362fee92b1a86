import { type KeepaliveConditions, keepaliveBound } from "./keepalive-bound.js";
import type { KeepaliveSettings } from "./policy.js";
import type { DetectionSpan } from "./prediction.js";

/**
 * How long the kernel takes to notice a peer that no longer acknowledges: the `detectionMs` of
 * {@link keepaliveBound}, which also tells why, and has the sources.
 *
 * @throws RangeError when a setting or a condition is out of range, with its name and value.
 */
export function keepaliveDetection(
  settings: KeepaliveSettings,
  conditions: KeepaliveConditions = {},
): DetectionSpan {
  return keepaliveBound(settings, conditions).detectionMs;
}
