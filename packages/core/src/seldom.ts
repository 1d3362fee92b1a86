import type { ReceiveLimit } from "./receive-limit.js";

/** What most detectors never need. Made for one that does: each field in all of them would be 8 octets a link. */
export class Seldom {
  /** What we ask of the peer. */
  limit: ReceiveLimit | undefined;
  /** What the peer asks of us. */
  peerLimitMs = 0;
  /** Frames that were dropped. */
  rejected = 0;
  /** How much later than by its policy the suspect is dead. */
  reprieveMs = 0;
}
