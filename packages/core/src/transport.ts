import type { CloseReason } from "./cause.js";
import type { Heartbeat } from "./heartbeat.js";
import type { FrameRejection } from "./rejection.js";
import type { WireCost } from "./wire-cost.js";

/**
 * What evidence of a transport proves: `connection`, the peer's kernel holds it; `process`, the peer's event
 * loop answered; `application`, the peer's own code answered and could have withheld the answer.
 */
export type Proof = "connection" | "process" | "application";

/** A way to open links to one peer. */
export interface Transport {
  /** Such as "tcp-keepalive", "udp", "websocket-ping". */
  readonly name: string;
  readonly proves: Proof;
  /** What its heartbeats cost on the wire, for predictions. */
  readonly wire: WireCost;
  /**
   * Opens a link. Never calls the listener before it has returned. A failing connect arrives as
   * {@link LinkListener.closed}.
   *
   * @throws Error when the transport wraps one existing socket and a link on it is open already.
   */
  open(listener: LinkListener): Link;
}

/** One open path to one peer. */
export interface Link {
  /**
   * Sends a heartbeat, or drops it when the link is not open yet, is closed, or still holds unsent bytes:
   * what does not drain must not pile up. Never throws; failure arrives as {@link LinkListener.closed}, and a
   * heartbeat that cannot be encoded is dropped.
   */
  send(heartbeat: Heartbeat): void;
  /**
   * Releases everything the link holds. Idempotent; {@link LinkListener} is not called afterwards. A link
   * that opened its own socket destroys it; one on a socket of the application's detaches and leaves the
   * socket to its owner. A `bye` sent just before still goes out if the socket lives, also when the link
   * destroys a socket of its own.
   */
  close(): void;
  /**
   * Called just before {@link close} when the peer is refused: it broke the protocol, and goes on. What it still sends
   * shall not pass for a new peer. For links without a connection of their own; absent: closing is all that it takes.
   */
  refuse?(): void;
  /**
   * False while this end does not read although bytes of the peer wait, as when the application sharing the
   * socket applies back-pressure. The peer's silence then means nothing. Absent: always true.
   */
  hearing?(): boolean;
  /**
   * Offers a short cut for bare beats, those without payload and limit: `taker.takeBeat(place, …)` takes what is mere
   * routine, what it refuses goes to the listener as ever. For links that share a socket with thousands, which find a
   * place sooner than an object. False: not wanted, now or ever. Absent: never wanted.
   */
  shortCut?(taker: BeatTaker, place: number): boolean;
  /** That place is no longer this link's. Idempotent. */
  endShortCut?(place: number): void;
}

/** Takes in beats by place: see {@link Link.shortCut}. */
export interface BeatTaker {
  /** @param seq @param intervalMs uint32 or int32, as comes easier */
  takeBeat(place: number, seq: number, intervalMs: number): boolean;
}

/** What a link tells. Nothing comes after {@link closed}. */
export interface LinkListener {
  /** The path is ready for heartbeats. At most once, before any other call but {@link closed}. */
  opened(): void;
  received(heartbeat: Heartbeat): void;
  /**
   * Any other evidence: application bytes, an acknowledgement seen by the kernel. `agoMs`: how long ago it was
   * heard, where the link learns of it later; absent: just now.
   */
  active(agoMs?: number): void;
  /**
   * The link's own questions, such as the kernel's probes, go unanswered: nothing was heard for `silentMs`. Makes
   * the peer suspect, never dead. Only links whose kernel asks call it.
   */
  doubted(silentMs: number): void;
  /** A frame was counted and dropped. */
  rejected(rejection: FrameRejection): void;
  /** At most once. Without a reason: an orderly end. */
  closed(reason?: CloseReason): void;
}

/** A peer that came by itself, such as a client of a server. */
export interface Peer<Handle = unknown> {
  /** For people: "10.0.0.2:40312". */
  readonly address: string;
  /** What the application knows the peer by: its `net.Socket`, its `WebSocket`, its UDP address. */
  readonly handle: Handle;
  /** Opens exactly one link, at once. */
  readonly transport: Transport;
}

/** A server, or anything else where peers arrive. */
export interface PeerSource<Handle = unknown> {
  /** Such as "tcp", "udp". */
  readonly name: string;
  /**
   * Starts telling of peers: first of those already there, then of each as it comes. Never calls the
   * listener before it has returned.
   */
  listen(listener: PeerSourceListener<Handle>): PeerSourceSubscription;
}

/** What {@link PeerSource.listen} returns. */
export interface PeerSourceSubscription {
  /** Stops telling of peers and detaches; the server stays its owner's. Idempotent. */
  close(): void;
}

/** What a {@link PeerSource} tells. */
export interface PeerSourceListener<Handle = unknown> {
  /** A new peer. Its transport must be opened before this call returns, or its first frames may be lost. */
  peer(peer: Peer<Handle>): void;
  /** Octets that belong to no peer were counted and dropped. */
  rejected(rejection: FrameRejection): void;
  /** The server is gone, or never was: at most once. Without a reason: closed by its owner. */
  closed(reason?: CloseReason): void;
}
