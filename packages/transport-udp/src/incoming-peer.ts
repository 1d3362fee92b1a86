import type { Link, LinkListener, Peer, Transport } from "@heartwire/core";
import type { UdpAddress } from "./address.js";
import type { HubLink } from "./hub-link.js";
import { UDP } from "./udp-transport.js";

/** Makes the one link of a peer that came by itself. */
export interface IncomingPeerOpener {
  openIncoming(peer: IncomingPeer, listener: LinkListener): HubLink;
}

/**
 * A peer that came by itself, and its transport, in one object: a hub may hold 100 000. What all of them
 * have in common are getters, for a field would cost each of them 8 octets.
 */
export class IncomingPeer implements Peer<UdpAddress>, Transport {
  readonly address: string;
  readonly handle: UdpAddress;
  readonly #opener: IncomingPeerOpener;
  #link: HubLink | undefined = undefined;

  constructor(opener: IncomingPeerOpener, address: string, handle: UdpAddress) {
    this.#opener = opener;
    this.address = address;
    this.handle = handle;
  }

  get name(): string {
    return UDP.name;
  }

  get proves(): Transport["proves"] {
    return UDP.proves;
  }

  get wire(): Transport["wire"] {
    return UDP.wire;
  }

  get transport(): Transport {
    return this;
  }

  /** The link, once opened. */
  get link(): HubLink | undefined {
    return this.#link;
  }

  open(listener: LinkListener): Link {
    if (this.#link !== undefined) throw new Error(`the one link to ${this.address} was opened already`);
    this.#link = this.#opener.openIncoming(this, listener);
    return this.#link;
  }
}
