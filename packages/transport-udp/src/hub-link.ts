import type { BeatTaker, CloseReason, Heartbeat, Link, LinkListener } from "@heartwire/core";
import { ipv4Number, type UdpAddress } from "./address.js";

/** What a link asks of the hub that carries it. */
export interface LinkCarrier {
  transmit(link: HubLink, heartbeat: Heartbeat): void;
  release(link: HubLink): void;
  refuse(link: HubLink): void;
  end(link: HubLink, reason: CloseReason | undefined): void;
  shortCut(link: HubLink, taker: BeatTaker, place: number): boolean;
  endShortCut(link: HubLink, place: number): void;
}

/**
 * One peer of a hub. There may be 100 000, so all that is known of a peer is held here once, and the links
 * of one session are chained through {@link next} instead of being put into arrays.
 */
export class HubLink implements Link {
  // What a datagram touches comes first, and so lies in one cache line.
  /** The remote port, and {@link ipv4Number} of the address: to compare them without leaving this object. */
  port: number;
  ipv4: number;
  readonly listener: LinkListener;
  /** The next peer that happens to have chosen the same session. */
  next: HubLink | undefined = undefined;
  /** The peer's session as int32; undefined until its first datagram. */
  session: number | undefined = undefined;
  state: "opening" | "open" | "closed" = "opening";
  /** Who made the first step: the peer, or we by `connect()`. */
  readonly origin: "peer" | "connect";
  /** The remote address as one string. */
  key: string;
  readonly #carrier: LinkCarrier;
  #remote: UdpAddress;

  constructor(
    carrier: LinkCarrier,
    listener: LinkListener,
    origin: "peer" | "connect",
    remote: UdpAddress,
    key: string,
  ) {
    this.port = remote.port;
    this.ipv4 = ipv4Number(remote.address);
    this.listener = listener;
    this.origin = origin;
    this.key = key;
    this.#carrier = carrier;
    this.#remote = remote;
  }

  get remote(): UdpAddress {
    return this.#remote;
  }

  set remote(remote: UdpAddress) {
    this.#remote = remote;
    this.port = remote.port;
    this.ipv4 = ipv4Number(remote.address);
  }

  send(heartbeat: Heartbeat): void {
    if (this.state === "open") this.#carrier.transmit(this, heartbeat);
  }

  close(): void {
    this.#carrier.release(this);
  }

  refuse(): void {
    this.#carrier.refuse(this);
  }

  shortCut(taker: BeatTaker, place: number): boolean {
    return this.#carrier.shortCut(this, taker, place);
  }

  endShortCut(place: number): void {
    this.#carrier.endShortCut(this, place);
  }

  failed(reason: CloseReason): void {
    this.#carrier.end(this, reason);
  }
}
