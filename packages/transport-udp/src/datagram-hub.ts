import type { RemoteInfo } from "node:dgram";
import type { AddressInfo } from "node:net";
import {
  type BeatTaker,
  type CloseReason,
  causeOfError,
  type FrameRejection,
  type Heartbeat,
  type LinkListener,
  type PeerSource,
  type PeerSourceListener,
  type PeerSourceSubscription,
  type Transport,
} from "@heartwire/core";
import { formatAddress, ipv4Number, NOT_IPV4, resolveHost, type UdpAddress } from "./address.js";
import { type BindOptions, DatagramSocket } from "./datagram-socket.js";
import {
  BYE_QUARANTINE_MS,
  EndedSessions,
  endedSession,
  REFUSAL_QUARANTINE_MS,
  RESTART_QUARANTINE_MS,
} from "./ended-sessions.js";
import {
  decodeDatagram,
  intervalOf,
  isBad,
  isBareBeat,
  randomSession,
  seqOf,
  sessionOf,
} from "./envelope.js";
import type { UdpHub, UdpHubOptions } from "./hub.js";
import { HubLink, type LinkCarrier } from "./hub-link.js";
import { IncomingPeer, type IncomingPeerOpener } from "./incoming-peer.js";
import { LinkTable, MAX_LINKS_PER_SESSION, TOO_MANY_ALIKE } from "./link-table.js";
import { requireInteger, requireText } from "./options.js";
import { NO_PLACE, PlaceTable } from "./place-table.js";
import { sendHeartbeat } from "./sending.js";
import { tellClosed, UDP } from "./udp-transport.js";

/** One socket, its links, and whoever listens for peers. */
export class DatagramHub implements UdpHub, LinkCarrier, IncomingPeerOpener {
  readonly peers: PeerSource<UdpAddress> = {
    name: UDP.name,
    listen: (listener) => this.#listen(listener),
  };
  readonly bound: Promise<AddressInfo>;
  readonly #socket: DatagramSocket;
  readonly #session = randomSession();
  readonly #links = new LinkTable();
  readonly #places = new PlaceTable();
  #taker: BeatTaker | undefined;
  readonly #opening = new Set<HubLink>();
  readonly #ended = new EndedSessions();
  /** Apart, for where thousands come and go their goodbyes would soon push a flooder out of memory. */
  readonly #refused = new EndedSessions();
  readonly #lookup: UdpHubOptions["lookup"];
  readonly #type: BindOptions["type"];
  readonly #tooManyPeers: FrameRejection;
  readonly #maxPeers: number;
  #peerCount = 0;
  #subscription: { readonly listener: PeerSourceListener<UdpAddress> } | undefined;
  #stopped: { readonly reason: CloseReason | undefined } | undefined;

  constructor(options: UdpHubOptions & BindOptions & { readonly maxPeers: number }) {
    this.#type = options.type;
    this.#lookup = options.lookup;
    this.#maxPeers = options.maxPeers;
    this.#tooManyPeers = Object.freeze({ kind: "too-many-peers", limit: options.maxPeers });
    this.#socket = new DatagramSocket(options);
    this.#socket.socket.on("message", this.#received);
    this.bound = this.#socket.bound;
    this.bound.catch((error: unknown) => this.#stop(causeOfBindError(error)));
  }

  connect({ host, port }: { readonly host: string; readonly port: number }): Transport {
    requireText("host", host);
    requireInteger("port", port, 1, 65_535);
    return {
      ...UDP,
      open: (listener) => {
        const link = new HubLink(this, listener, "connect", { address: host, port }, "");
        this.#opening.add(link);
        void this.#resolve(link, host, port);
        return link;
      },
    };
  }

  close(): Promise<void> {
    return this.#stop(undefined);
  }

  transmit(link: HubLink, heartbeat: Heartbeat): void {
    sendHeartbeat(this.#socket.socket, this.#session, heartbeat, link.remote, link);
  }

  release(link: HubLink): void {
    if (link.state === "open") {
      if (link.session !== undefined) this.#places.remove(link.ipv4, link.port, link.session);
      this.#links.remove(link);
      if (link.origin === "peer") this.#peerCount--;
    }
    this.#opening.delete(link);
    link.state = "closed";
  }

  refuse(link: HubLink): void {
    if (link.state !== "open" || link.session === undefined) return;
    this.#refused.remember(link.key, link.session, REFUSAL_QUARANTINE_MS);
  }

  shortCut({ state, ipv4, port, session }: HubLink, taker: BeatTaker, place: number): boolean {
    this.#taker ??= taker;
    if (state !== "open" || taker !== this.#taker || ipv4 === NOT_IPV4 || session === undefined) return false;
    this.#places.set(ipv4, port, session, place);
    return true;
  }

  endShortCut({ ipv4, port, session }: HubLink, place: number): void {
    if (session === undefined || this.#places.find(ipv4, port, session) !== place) return;
    this.#places.remove(ipv4, port, session);
  }

  end(link: HubLink, reason: CloseReason | undefined): void {
    if (link.state === "closed") return;
    this.release(link);
    tellClosed(link.listener, reason);
  }

  openIncoming(peer: IncomingPeer, listener: LinkListener): HubLink {
    const link = new HubLink(this, listener, "peer", peer.handle, peer.address);
    this.#opening.add(link);
    // Too late for one that was opened within peer(), which began already.
    queueMicrotask(() => this.#begin(link));
    return link;
  }

  #listen(listener: PeerSourceListener<UdpAddress>): PeerSourceSubscription {
    if (this.#subscription !== undefined) throw new Error("this hub's peers are being listened to already");
    const subscription = { listener };
    this.#subscription = subscription;
    if (this.#stopped !== undefined) queueMicrotask(() => this.#endSubscription(subscription));
    return {
      close: () => {
        if (this.#subscription === subscription) this.#subscription = undefined;
      },
    };
  }

  #endSubscription(subscription: { readonly listener: PeerSourceListener<UdpAddress> } | undefined): void {
    if (subscription === undefined || this.#subscription !== subscription) return;
    this.#subscription = undefined;
    tellClosed(subscription.listener, this.#stopped?.reason);
  }

  #stop(reason: CloseReason | undefined): Promise<void> {
    if (this.#stopped === undefined) {
      this.#stopped = { reason };
      this.#socket.socket.removeListener("message", this.#received);
      // Before any callback, for one may throw.
      void this.#socket.close();
      for (const link of this.#opening) this.end(link, reason);
      for (const link of this.#links.links()) this.end(link, reason);
      this.#endSubscription(this.#subscription);
    }
    return this.#socket.close();
  }

  async #resolve(link: HubLink, host: string, port: number): Promise<void> {
    try {
      const [{ address }] = await Promise.all([resolveHost(host, this.#type, this.#lookup), this.bound]);
      link.remote = { address, port };
      link.key = formatAddress(address, port);
    } catch (error) {
      this.end(link, this.#stopped === undefined ? causeOfError(error, "connecting") : this.#stopped.reason);
      return;
    }
    this.#begin(link);
  }

  /** The path is ready: makes an opening link an open one, unless its address has one already. */
  #begin(link: HubLink): void {
    const occupant = this.#links.at(link.key);
    if (link.state === "opening" && link.origin === "connect" && occupant?.origin === "peer") {
      link.session = occupant.session;
      this.end(occupant, { kind: "ended", by: "local", detail: `replaced by connect() to ${link.key}` });
    }
    // Asked again, for closed() may have done anything.
    if (link.state !== "opening") return;
    if (this.#stopped !== undefined) {
      this.end(link, this.#stopped.reason);
    } else if (this.#links.at(link.key) !== undefined) {
      const detail = `this hub has an open link to ${link.key} already`;
      this.end(link, { kind: "connect-failed", errno: "EISCONN", detail });
    } else {
      this.#opening.delete(link);
      link.state = "open";
      this.#links.add(link);
      if (link.origin === "peer") this.#peerCount++;
      link.listener.opened();
    }
  }

  // The hot path: no closure, string or array is made for a heartbeat of a known peer.
  readonly #received = (datagram: Buffer, from: RemoteInfo): void => {
    if (this.#taker !== undefined && isBareBeat(datagram)) {
      const place = this.#places.find(ipv4Number(from.address), from.port, sessionOf(datagram));
      if (place !== NO_PLACE && this.#taker.takeBeat(place, seqOf(datagram), intervalOf(datagram))) return;
    }
    const heartbeat = decodeDatagram(datagram);
    if (isBad(heartbeat)) {
      this.#reject(this.#links.at(formatAddress(from.address, from.port)), heartbeat);
      return;
    }
    const session = sessionOf(datagram);
    const link = this.#links.find(session, from.port, from.address);
    if (link === undefined) this.#receivedUnknown(session, heartbeat, from);
    else this.#deliver(link, session, heartbeat);
  };

  #deliver(link: HubLink, session: number, heartbeat: Heartbeat): void {
    if (heartbeat.kind === "bye") this.#ended.remember(link.key, session, BYE_QUARANTINE_MS);
    link.listener.received(heartbeat);
  }

  /** No link has that session at that address: a stray, a new peer, our peer's first word, or a restart. */
  #receivedUnknown(session: number, heartbeat: Heartbeat, from: RemoteInfo): void {
    const key = formatAddress(from.address, from.port);
    const link = this.#links.at(key);
    const isFirstWord = link !== undefined && link.session === undefined;
    // A bye ends what we know, and begins nothing: this one is of long ago, or was sent twice.
    const endsNothing = heartbeat.kind === "bye" && !isFirstWord;
    // Whom we address anew, we want to hear anew.
    const isRefused = !isFirstWord && this.#refused.has(key, session);
    if (endsNothing || isRefused || this.#ended.has(key, session)) {
      this.#reject(link, endedSession(session));
    } else if (link === undefined) {
      this.#announce(key, session, heartbeat, from);
    } else if (link.session === undefined) {
      this.#links.learn(link, session);
      this.#deliver(link, session, heartbeat);
    } else {
      this.#restarted(link, link.session, session);
      // One that we address is addressed again by whoever opened the link.
      if (link.origin === "peer") this.#announce(key, session, heartbeat, from);
    }
  }

  #restarted(link: HubLink, previous: number, session: number): void {
    this.#ended.remember(link.key, previous, RESTART_QUARANTINE_MS);
    this.end(link, { kind: "restarted", previousSession: previous >>> 0, session: session >>> 0 });
  }

  #announce(key: string, session: number, heartbeat: Heartbeat, from: RemoteInfo): void {
    const listener = this.#subscription?.listener;
    // Source port 0 asks for no answer, and none could be sent.
    if (listener === undefined || from.port === 0) return;
    const excess = this.#excess(session);
    if (excess !== undefined) {
      listener.rejected(excess);
      return;
    }
    const peer = new IncomingPeer(this, key, { address: from.address, port: from.port });
    listener.peer(peer);
    const { link } = peer;
    if (link === undefined) return;
    link.session = session;
    this.#begin(link);
    if (link.state === "open") this.#deliver(link, session, heartbeat);
  }

  #excess(session: number): FrameRejection | undefined {
    if (this.#peerCount >= this.#maxPeers) return this.#tooManyPeers;
    return this.#links.sharing(session) >= MAX_LINKS_PER_SESSION ? TOO_MANY_ALIKE : undefined;
  }

  #reject(link: HubLink | undefined, rejection: FrameRejection): void {
    (link?.listener ?? this.#subscription?.listener)?.rejected(rejection);
  }
}

/** Binding concerns no network and no peer, whatever errno it failed with. */
function causeOfBindError(error: unknown): CloseReason {
  const { code, message } = error as NodeJS.ErrnoException;
  return { kind: "connect-failed", errno: code ?? "unknown", detail: message };
}
