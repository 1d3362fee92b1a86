import type { CloseReason, Heartbeat, Link, LinkListener, Malformed } from "@heartwire/core";
import type { Unsendable } from "./frame-writer.js";
import { LinkReport } from "./link-report.js";

/** What a {@link SharedLink} asks of the socket it shares. */
export interface SharedLinkCarrier {
  /** Writes a heartbeat, or drops it while others are unsent; returns why when it can never be written. */
  sendHeartbeat(heartbeat: Heartbeat): Unsendable | undefined;
  hearing(): boolean;
  /** The link is over; the application goes on. */
  linkOver(): void;
}

/** The heartbeats' side of a shared socket. */
export class SharedLink implements Link {
  readonly report: LinkReport;
  readonly #carrier: SharedLinkCarrier;
  #byeSent = false;

  constructor(carrier: SharedLinkCarrier, listener: LinkListener, maxMalformedFrames: number) {
    this.#carrier = carrier;
    this.report = new LinkReport(listener, maxMalformedFrames);
  }

  send(heartbeat: Heartbeat): void {
    if (!this.report.isOpen || this.#byeSent) return;
    this.#byeSent = heartbeat.kind === "bye";
    const unsendable = this.#carrier.sendHeartbeat(heartbeat);
    // Later, because the caller may be in the middle of handling something else the link told.
    if (unsendable !== undefined) process.nextTick(() => this.#refuse(unsendable));
  }

  close(): void {
    if (this.report.isOver) return;
    this.report.stop();
    this.#carrier.linkOver();
  }

  hearing(): boolean {
    return this.#carrier.hearing();
  }

  frame(frame: Heartbeat | Malformed): void {
    const fault = this.report.frame(frame);
    if (fault !== undefined) this.end(fault);
  }

  #refuse(unsendable: Unsendable): void {
    if (unsendable.kind === "oversized") this.report.rejected(unsendable);
    else this.end(unsendable);
  }

  end(reason: CloseReason): void {
    if (this.report.isOver) return;
    // First, so that the listener may open the next link when it hears of this one's end.
    this.#carrier.linkOver();
    this.report.closed(reason);
  }
}
