import type { Heartbeat, Malformed } from "@heartwire/core";
import { FrameReader } from "./frame-reader.js";
import {
  APPLICATION_CHANNEL,
  APPLICATION_END_CHANNEL,
  HEARTBEAT_CHANNEL,
  MAX_PIECE_OCTETS,
} from "./shared-wire.js";

/** What a {@link SharedReader} finds. */
export interface SharedSink {
  frame(frame: Heartbeat | Malformed): void;
  /** All octets of the application that one chunk held, in one piece. */
  applicationOctets(octets: Buffer): void;
  applicationEnd(): void;
  /** The octets make no sense; nothing behind them can be read. */
  outOfSync(detail: string): void;
}

/** Where the reader stands when a chunk ends. */
type Expects = "channel" | "heartbeat" | "length-high" | "length-low" | "piece" | "nothing";

/** Takes a shared stream apart, cut into chunks anywhere. Stores at most one partial heartbeat. */
export class SharedReader {
  readonly #frames = new FrameReader();
  readonly #sink: SharedSink;
  #expects: Expects = "channel";
  /** Octets of the application still to come in this piece. */
  #pieceLeft = 0;
  #applicationEnded = false;
  /** The application's octets in this chunk, moved together. */
  #from = 0;
  #to = 0;

  constructor(sink: SharedSink) {
    this.#sink = sink;
  }

  /** The chunk must be ours: the application's octets are moved within it. */
  read(chunk: Buffer): void {
    this.#from = 0;
    this.#to = 0;
    let at = 0;
    while (at < chunk.length && this.#expects !== "nothing") at = this.#step(chunk, at);
    this.#flush(chunk);
  }

  #step(chunk: Buffer, at: number): number {
    switch (this.#expects) {
      case "channel":
        this.#enter(chunk[at]!, chunk);
        return at + 1;
      case "heartbeat":
        return this.#heartbeat(chunk, at);
      case "length-high":
        this.#pieceLeft = chunk[at]! << 8;
        this.#expects = "length-low";
        return at + 1;
      case "length-low":
        this.#pieceLeft |= chunk[at]!;
        this.#expects = "piece";
        if (this.#pieceLeft === 0 || this.#pieceLeft > MAX_PIECE_OCTETS) {
          this.#lose(`a piece of ${this.#pieceLeft} octets`);
        }
        return at + 1;
      case "piece":
        return this.#piece(chunk, at);
      case "nothing":
        return chunk.length;
    }
  }

  #enter(channel: number, chunk: Buffer): void {
    if (channel === HEARTBEAT_CHANNEL) {
      this.#expects = "heartbeat";
    } else if (channel === APPLICATION_CHANNEL && !this.#applicationEnded) {
      this.#expects = "length-high";
    } else if (channel === APPLICATION_END_CHANNEL && !this.#applicationEnded) {
      this.#applicationEnded = true;
      this.#flush(chunk);
      this.#sink.applicationEnd();
    } else {
      this.#lose(`channel ${channel}${this.#applicationEnded ? " after the application's end" : ""}`);
    }
  }

  #heartbeat(chunk: Buffer, at: number): number {
    const end = this.#frames.take(chunk, at);
    if (this.#frames.result !== undefined) {
      this.#expects = "channel";
      this.#sink.frame(this.#frames.result);
    }
    return end;
  }

  #piece(chunk: Buffer, at: number): number {
    const end = Math.min(at + this.#pieceLeft, chunk.length);
    // Together, because a flood of tiny pieces must not become a flood of objects.
    if (this.#from === this.#to) {
      this.#from = at;
      this.#to = end;
    } else {
      this.#to += chunk.copy(chunk, this.#to, at, end);
    }
    this.#pieceLeft -= end - at;
    if (this.#pieceLeft === 0) this.#expects = "channel";
    return end;
  }

  #flush(chunk: Buffer): void {
    if (this.#from === this.#to) return;
    const octets = chunk.subarray(this.#from, this.#to);
    this.#from = this.#to;
    this.#sink.applicationOctets(octets);
  }

  #lose(detail: string): void {
    this.#expects = "nothing";
    this.#sink.outOfSync(`out of sync: ${detail}`);
  }
}
