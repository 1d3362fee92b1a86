/** What a waiting piece is charged beyond its octets: about what its Buffer object costs. */
const PIECE_OVERHEAD_OCTETS = 256;

/** Octets that came before the application asked for them. First in, first out. */
export class ReadAhead {
  #pieces: Buffer[] = [];
  #next = 0;
  #charged = 0;

  /** Octets that wait, and 256 more for each piece of them: many tiny pieces cost memory too. */
  get chargedOctets(): number {
    return this.#charged;
  }

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#charged += piece.length + PIECE_OVERHEAD_OCTETS;
  }

  take(): Buffer | undefined {
    const piece = this.#pieces[this.#next];
    if (piece === undefined) return undefined;
    this.#charged -= piece.length + PIECE_OVERHEAD_OCTETS;
    this.#next += 1;
    // Moved down in halves, so that taking stays cheap however much waits.
    if (this.#next * 2 >= this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#next);
      this.#next = 0;
    }
    return piece;
  }
}
