import type { Socket } from "node:net";
import {
  APPLICATION_CHANNEL,
  APPLICATION_END_CHANNEL,
  MAX_PIECE_OCTETS,
  PIECE_HEADER_OCTETS,
} from "./shared-wire.js";

/** With its header a full piece fills one TLS record. */
const SENT_PIECE_OCTETS = MAX_PIECE_OCTETS - PIECE_HEADER_OCTETS;

type Done = (error?: Error | null) => void;

/**
 * Writes the application's octets piece by piece, each only when the kernel has taken the one before: so a
 * heartbeat never waits in this process behind more than one piece.
 */
export class ApplicationWriter {
  readonly #socket: Socket;
  #chunks: readonly Buffer[] = [];
  #chunk = 0;
  #offset = 0;
  #left = 0;
  #done: Done = () => {};
  #unsentOctets = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Octets of the application, framing included, that the socket holds unsent. */
  get unsentOctets(): number {
    return this.#unsentOctets;
  }

  /** Not again before `done`. */
  write(chunks: readonly Buffer[], done: Done): void {
    this.#chunks = chunks;
    this.#chunk = 0;
    this.#offset = 0;
    this.#left = chunks.reduce((octets, chunk) => octets + chunk.length, 0);
    this.#done = done;
    this.#writePiece();
  }

  end(done: Done): void {
    if (!this.#socket.writable) done(notWritable());
    else this.#socket.write(Buffer.of(APPLICATION_END_CHANNEL), done);
  }

  #writePiece(): void {
    if (this.#left === 0) {
      this.#chunks = [];
      this.#done();
      return;
    }
    if (!this.#socket.writable) {
      this.#done(notWritable());
      return;
    }
    const octets = Math.min(this.#left, SENT_PIECE_OCTETS);
    const piece = Buffer.allocUnsafe(PIECE_HEADER_OCTETS + octets);
    piece[0] = APPLICATION_CHANNEL;
    piece.writeUInt16BE(octets, 1);
    for (let at = PIECE_HEADER_OCTETS; at < piece.length; ) at += this.#copyInto(piece, at);
    this.#left -= octets;
    this.#unsentOctets = piece.length;
    this.#socket.write(piece, this.#onWritten);
  }

  #copyInto(piece: Buffer, at: number): number {
    const chunk = this.#chunks[this.#chunk]!;
    const copied = chunk.copy(piece, at, this.#offset);
    this.#offset += copied;
    if (this.#offset === chunk.length) {
      this.#chunk += 1;
      this.#offset = 0;
    }
    return copied;
  }

  readonly #onWritten = (error?: Error | null): void => {
    this.#unsentOctets = 0;
    if (error) this.#done(error);
    else this.#writePiece();
  };
}

/** Node's own answer to such a write would destroy a socket whose other direction may still be read. */
function notWritable(): Error {
  return Object.assign(new Error("the socket takes no more octets"), { code: "EPIPE" });
}
