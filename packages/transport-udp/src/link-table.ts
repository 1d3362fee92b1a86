import type { FrameRejection } from "@heartwire/core";
import { ipv4Number, NOT_IPV4 } from "./address.js";
import type { HubLink } from "./hub-link.js";

/**
 * How many links may share one session: far more than chance ever brings together, and so few that a forger
 * cannot make one chain long and every look-up in it slow.
 */
export const MAX_LINKS_PER_SESSION = 16;

/** A new peer beyond {@link MAX_LINKS_PER_SESSION}. */
export const TOO_MANY_ALIKE: FrameRejection = Object.freeze({
  kind: "too-many-peers",
  limit: MAX_LINKS_PER_SESSION,
});

/**
 * The open links of a hub by two keys: by session for the hot path, where a number is looked up and two
 * fields are compared; by address for whatever does not carry a session that we know.
 *
 * A session is not unique: among 100 000 random ones a collision has a probability of 69 % (birthday bound,
 * n²/2^33 expected pairs), so the links of one session form a chain.
 */
export class LinkTable {
  readonly #bySession = new Map<number, HubLink>();
  readonly #byAddress = new Map<string, HubLink>();

  /** The link of this very session and address. Allocates nothing. */
  find(session: number, port: number, address: string): HubLink | undefined {
    let link = this.#bySession.get(session);
    if (link === undefined) return undefined;
    const ipv4 = ipv4Number(address);
    while (link !== undefined && !isAt(link, port, ipv4, address)) link = link.next;
    return link;
  }

  /** The link of this address, whatever its session. */
  at(key: string): HubLink | undefined {
    return this.#byAddress.get(key);
  }

  /** How many links have that session. */
  sharing(session: number): number {
    let count = 0;
    for (let link = this.#bySession.get(session); link !== undefined; link = link.next) count++;
    return count;
  }

  /** All links; those removed meanwhile are passed over. */
  links(): Iterable<HubLink> {
    return this.#byAddress.values();
  }

  /** Adds a link whose address is free. */
  add(link: HubLink): void {
    this.#byAddress.set(link.key, link);
    if (link.session !== undefined) this.#chain(link, link.session);
  }

  /** Learns the session of a link that was added without one. */
  learn(link: HubLink, session: number): void {
    link.session = session;
    this.#chain(link, session);
  }

  remove(link: HubLink): void {
    this.#byAddress.delete(link.key);
    if (link.session !== undefined) this.#unchain(link, link.session);
  }

  #chain(link: HubLink, session: number): void {
    link.next = this.#bySession.get(session);
    this.#bySession.set(session, link);
  }

  #unchain(link: HubLink, session: number): void {
    const first = this.#bySession.get(session);
    if (first === link) {
      if (link.next === undefined) this.#bySession.delete(session);
      else this.#bySession.set(session, link.next);
    } else {
      let before = first;
      while (before !== undefined && before.next !== link) before = before.next;
      if (before !== undefined) before.next = link.next;
    }
    link.next = undefined;
  }
}

function isAt(link: HubLink, port: number, ipv4: number, address: string): boolean {
  return link.port === port && link.ipv4 === ipv4 && (ipv4 !== NOT_IPV4 || link.remote.address === address);
}
