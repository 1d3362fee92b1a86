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
  /** When we last spoke of our own accord to a peer that asks for restraint, and when its confirming probes begin. */
  spokeMs = Number.NEGATIVE_INFINITY;
  confirmFromMs = Number.POSITIVE_INFINITY;

  /** The doubt is over, in one way or the other. */
  trusted(): void {
    this.reprieveMs = 0;
    this.confirmFromMs = Number.POSITIVE_INFINITY;
  }

  /** Whether the confirming probes begin now; asked once whenever something is sent. */
  takesConfirming(nowMs: number): boolean {
    const begins = nowMs >= this.confirmFromMs;
    this.confirmFromMs = Number.POSITIVE_INFINITY;
    return begins;
  }
}
