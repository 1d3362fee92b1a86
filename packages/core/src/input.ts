import type { CloseReason } from "./cause.js";
import type { Heartbeat } from "./heartbeat.js";
import type { FrameRejection } from "./rejection.js";

/** Everything that can happen to a detector. */
export type Input =
  /** The link is ready: heartbeats may go out. */
  | { readonly type: "opened" }
  /** A heartbeat came from the peer. */
  | { readonly type: "received"; readonly heartbeat: Heartbeat }
  /** Other evidence of the peer, heard `agoMs` ago (absent: just now). */
  | { readonly type: "active"; readonly agoMs?: number }
  /** Questions of the link's own, such as the kernel's probes, go unanswered: nothing heard for `silentMs`. */
  | { readonly type: "doubted"; readonly silentMs: number }
  /** Death by silence waits for so much longer, in this silence only: there is doubt about ourselves. */
  | { readonly type: "reprieved"; readonly forMs: number }
  /** The link dropped a frame. */
  | { readonly type: "rejected"; readonly rejection: FrameRejection }
  /** The link is gone; without a reason, in an orderly way. */
  | { readonly type: "closed"; readonly reason?: CloseReason }
  /** Time has passed. The only input that judges silence. Harmless at any moment. */
  | { readonly type: "tick" }
  /** This process did not run for `stalledMs` up to now; what came meanwhile is read before the next tick. */
  | { readonly type: "stalled"; readonly stalledMs: number }
  /** This process does not read: the peer's silence up to now means nothing. */
  | { readonly type: "deaf" };
