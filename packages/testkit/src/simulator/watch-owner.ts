import type { Heartbeat, LivenessEvent } from "@heartwire/core";
import type { InvariantName } from "./invariants.js";

/** Who carries out what a watch's detector wants. */
export interface WatchOwner {
  send(heartbeat: Heartbeat, isConfirming: boolean): void;
  /** `dead` and `left` come when the watch is over. */
  told(event: LivenessEvent): void;
  /** Evidence that waits in the host's buffer. */
  hasUnread(): boolean;
  /** An invariant does not hold. Throws, unless it is to be ignored. */
  broken(invariant: InvariantName, detail: string): void;
  /** For the history; only called where one is kept. */
  record?(line: () => string): void;
}
