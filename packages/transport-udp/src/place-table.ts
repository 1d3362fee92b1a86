import { randomBytes } from "node:crypto";

/** A record: address, session, port, place. A quarter of a cache line. */
const WORDS = 4;
const [IPV4, SESSION, PORT, PLACE] = [0, 1, 2, 3] as const;
const LEAST_RECORDS = 64;
/** No datagram that is answered comes from port 0. */
const EMPTY = 0;

/** No such peer is in the table. */
export const NO_PLACE = -1;

/**
 * From a peer's address, port and session to a small number, for the hot path of a hub: all that is looked at lies in one
 * cache line. Open addressing with linear probing in a flat array that is at most half full; removal closes the gap.
 * The hash has a secret, so that a sender of forged addresses cannot make others' look-ups long.
 */
export class PlaceTable {
  readonly #secret = randomBytes(8);
  readonly #before = this.#secret.readInt32LE(0);
  readonly #between = this.#secret.readInt32LE(4);
  #mask = LEAST_RECORDS - 1;
  #words = new Int32Array(LEAST_RECORDS * WORDS);
  #size = 0;

  /** The place of that peer, or {@link NO_PLACE}. Allocates nothing. */
  find(ipv4: number, port: number, session: number): number {
    const at = this.#search(ipv4, port, session);
    return this.#words[at + PORT] === EMPTY ? NO_PLACE : this.#words[at + PLACE]!;
  }

  /** @param place 0 to 2^31 - 1 */
  set(ipv4: number, port: number, session: number, place: number): void {
    let at = this.#search(ipv4, port, session);
    if (this.#words[at + PORT] === EMPTY) {
      if (2 * (this.#size + 1) * WORDS > this.#words.length) {
        this.#grow();
        at = this.#search(ipv4, port, session);
      }
      this.#size += 1;
    }
    this.#words[at + IPV4] = ipv4;
    this.#words[at + SESSION] = session;
    this.#words[at + PORT] = port;
    this.#words[at + PLACE] = place;
  }

  /** Removes that peer, if it is there. */
  remove(ipv4: number, port: number, session: number): void {
    let gap = this.#search(ipv4, port, session);
    const words = this.#words;
    if (words[gap + PORT] === EMPTY) return;
    this.#size -= 1;
    // Whoever was pushed past the gap by it, or by those before it, moves up.
    for (let at = this.#after(gap); words[at + PORT] !== EMPTY; at = this.#after(at)) {
      const home = this.#home(words[at + IPV4]!, words[at + PORT]!, words[at + SESSION]!);
      if (this.#distance(home, at) < this.#distance(gap, at)) continue;
      words.copyWithin(gap, at, at + WORDS);
      gap = at;
    }
    words.fill(EMPTY, gap, gap + WORDS);
  }

  /** Where that peer is, or the empty record where it would be. */
  #search(ipv4: number, port: number, session: number): number {
    const words = this.#words;
    let at = this.#home(ipv4, port, session);
    while (
      words[at + PORT] !== EMPTY &&
      !(words[at + SESSION] === session && words[at + IPV4] === ipv4 && words[at + PORT] === port)
    ) {
      at = this.#after(at);
    }
    return at;
  }

  #after(at: number): number {
    return (at + WORDS) & (this.#words.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#words.length - 1);
  }

  /** Multiplications and shifts as MurmurHash3's finalizer. */
  #home(ipv4: number, port: number, session: number): number {
    let hash = Math.imul(ipv4 ^ this.#before, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ session, 0xc2b2_ae35);
    hash = Math.imul(hash ^ (hash >>> 16) ^ port ^ this.#between, 0x85eb_ca6b);
    return ((hash ^ (hash >>> 15)) & this.#mask) * WORDS;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Int32Array(2 * before.length);
    this.#mask = 2 * this.#mask + 1;
    for (let at = 0; at < before.length; at += WORDS) {
      if (before[at + PORT] === EMPTY) continue;
      const to = this.#search(before[at + IPV4]!, before[at + PORT]!, before[at + SESSION]!);
      this.#words.set(before.subarray(at, at + WORDS), to);
    }
  }
}
