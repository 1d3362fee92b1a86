import { Duplex } from "node:stream";
import type { ApplicationWriter } from "./application-writer.js";
import { ReadAhead } from "./read-ahead.js";
import { ignoreError } from "./socket-watch.js";

/** What an {@link ApplicationStream} asks of the socket below it. */
export interface ApplicationCarrier {
  /** More has come than the application takes: read no further. */
  pauseReading(): void;
  resumeReading(): void;
  /** Both directions ended in order. */
  applicationOver(): void;
  /** The application gave up before: the peer must not take what it got for the whole. */
  applicationAborted(): void;
}

/** The application's side of a shared socket: an ordinary Duplex with back-pressure both ways. */
export class ApplicationStream extends Duplex {
  readonly #carrier: ApplicationCarrier;
  readonly #writer: ApplicationWriter;
  readonly #maxReadAheadOctets: number;
  readonly #readAhead = new ReadAhead();
  #wanted = false;
  #paused = false;
  #endWaits = false;

  constructor(carrier: ApplicationCarrier, writer: ApplicationWriter, maxReadAheadOctets: number) {
    super({ allowHalfOpen: true });
    this.#carrier = carrier;
    this.#writer = writer;
    this.#maxReadAheadOctets = maxReadAheadOctets;
    // The link tells of a lost peer, so an application that only listens there must not be ended by it here.
    this.on("error", ignoreError);
  }

  /** Octets from the peer's application. */
  deliver(octets: Buffer): void {
    if (this.destroyed) return;
    if (this.#wanted) {
      this.#wanted = this.push(octets);
      return;
    }
    this.#readAhead.add(octets);
    if (!this.#paused && this.#readAhead.chargedOctets >= this.#maxReadAheadOctets) {
      this.#paused = true;
      this.#carrier.pauseReading();
    }
  }

  /** The peer's application sends no more. */
  deliverEnd(): void {
    this.#endWaits = true;
    this.#supply();
  }

  override _read(): void {
    this.#wanted = true;
    this.#supply();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#writer.write([chunk], done);
  }

  override _writev(
    writes: readonly { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#writer.write(
      writes.map(({ chunk }) => chunk),
      done,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#writer.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error === null && this.readableEnded && this.writableFinished) this.#carrier.applicationOver();
    else this.#carrier.applicationAborted();
    done(error);
  }

  #supply(): void {
    while (this.#wanted) {
      const octets = this.#readAhead.take();
      if (octets === undefined) break;
      this.#wanted = this.push(octets);
    }
    if (this.#readAhead.chargedOctets > 0) {
      this.#resumeBelow(this.#maxReadAheadOctets / 2);
      return;
    }
    this.#resumeBelow(this.#maxReadAheadOctets);
    if (!this.#endWaits) return;
    this.#endWaits = false;
    this.push(null);
  }

  #resumeBelow(octets: number): void {
    if (!this.#paused || this.#readAhead.chargedOctets >= octets) return;
    this.#paused = false;
    this.#carrier.resumeReading();
  }
}
