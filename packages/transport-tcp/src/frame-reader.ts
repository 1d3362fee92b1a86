import { decodeHeartbeat, type Heartbeat, type Malformed } from "@heartwire/core";

/** The longest frame that one length octet can announce. */
export const MAX_STREAM_FRAME_OCTETS = 255;

/**
 * Finds heartbeats in a stream: one length octet, then a frame of so many octets, cut into chunks anywhere.
 * Keeps at most one partial frame; a frame that lies whole in a chunk is decoded where it lies.
 */
export class FrameReader {
  /** What the last {@link take} completed; undefined when its frame goes on in the next chunk. */
  result: Heartbeat | Malformed | undefined;
  /** Allocated at the first split frame only: most links never see one. */
  #partial: Uint8Array | undefined;
  #filled = 0;

  /** Takes the octets of one frame from `at` on, and returns the offset behind them. */
  take(chunk: Uint8Array, at: number): number {
    if (this.#filled === 0) {
      const end = at + 1 + chunk[at]!;
      if (end <= chunk.length) {
        this.result = decodeHeartbeat(chunk, at + 1, end);
        return end;
      }
    }
    return this.#fill(chunk, at);
  }

  #fill(chunk: Uint8Array, at: number): number {
    this.#partial ??= new Uint8Array(1 + MAX_STREAM_FRAME_OCTETS);
    const partial = this.#partial;
    let from = at;
    if (this.#filled === 0) {
      partial[0] = chunk[from++]!;
      this.#filled = 1;
    }
    const frameEnd = 1 + partial[0]!;
    while (this.#filled < frameEnd && from < chunk.length) partial[this.#filled++] = chunk[from++]!;
    this.result = undefined;
    if (this.#filled === frameEnd) {
      this.result = decodeHeartbeat(partial, 1, frameEnd);
      this.#filled = 0;
    }
    return from;
  }
}
