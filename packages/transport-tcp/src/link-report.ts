import type { CloseReason, FrameRejection, Heartbeat, LinkListener, Malformed } from "@heartwire/core";

/** How many malformed frames in a row, without one good heartbeat, end a link unless an option says else. */
export const DEFAULT_MAX_MALFORMED_FRAMES = 16;

/**
 * Tells one link's listener, and keeps the contract for every kind of link here: `opened` first, `closed` at
 * most once, nothing after it or after {@link stop}.
 */
export class LinkReport {
  readonly #listener: LinkListener;
  readonly #maxMalformedFrames: number;
  #state: "opening" | "open" | "over" = "opening";
  #malformedInARow = 0;
  #byeReceived = false;

  constructor(listener: LinkListener, maxMalformedFrames = DEFAULT_MAX_MALFORMED_FRAMES) {
    this.#listener = listener;
    this.#maxMalformedFrames = maxMalformedFrames;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  opened(): void {
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#listener.opened();
  }

  active(): void {
    if (this.#state === "open") this.#listener.active();
  }

  rejected(rejection: FrameRejection): void {
    if (this.#state === "open") this.#listener.rejected(rejection);
  }

  /** Reports a frame; returns the reason to close when the peer sends nothing but malformed ones. */
  frame(frame: Heartbeat | Malformed): CloseReason | undefined {
    if (this.#state !== "open") return undefined;
    if (frame.kind !== "malformed") {
      this.#malformedInARow = 0;
      if (frame.kind === "bye") this.#byeReceived = true;
      this.#listener.received(frame);
      return undefined;
    }
    this.#malformedInARow += 1;
    this.#listener.rejected(frame);
    if (this.#malformedInARow < this.#maxMalformedFrames) return undefined;
    return {
      kind: "protocol",
      detail: `${this.#malformedInARow} malformed frames in a row`,
      rejection: frame,
    };
  }

  /** After a `bye` every end is the orderly one: a peer that leaves may well reset what it did not read. */
  closed(reason: CloseReason): void {
    if (this.#state === "over") return;
    this.#state = "over";
    if (this.#byeReceived) this.#listener.closed();
    else this.#listener.closed(reason);
  }

  stop(): void {
    this.#state = "over";
  }
}
