import type { CloseReason, Heartbeat, Transport } from "@heartwire/core";

/** How a link can end: with a typed cause, or `orderly`, {@link LinkListener.closed} without a reason. */
export type CloseKind = CloseReason["kind"] | "orderly";

/**
 * Two ends of one path, and the means to disturb it. The suite makes a new fixture for every case.
 *
 * The suite opens {@link far} first and {@link near} directly after it, in the same turn, each exactly once,
 * and waits until both are `opened`. Where the far end's transport exists only once the near end has
 * connected (a server's accepted peer), make it with {@link lateTransport}. Cases that ask about one end
 * only ask about `near`; all else is tested both ways.
 *
 * Every hook but {@link dispose} belongs to one capability, and is present exactly if that is declared.
 * A hook may be called at any time between `opened` and {@link dispose}.
 */
export interface LinkFixture {
  readonly near: Transport;
  readonly far: Transport;
  /**
   * Makes `octets` arrive at the near link as the content of one well-formed frame of this transport: with
   * the correct length octet, envelope or magic around them, but in the place of the encoded heartbeat. They
   * come from the far end's own address, connection and session. At most 255 octets, perhaps none.
   *
   * Belongs to {@link LinkCapabilities.injectsFrames}.
   */
  injectFrame?(octets: Uint8Array): void | Promise<void>;
  /**
   * Puts `octets` on the wire to the near link as they are, without any framing of this transport: bytes of
   * the TCP stream, one UDP datagram, one binary WebSocket message. From the far end's own address or
   * connection. 1 to 2048 octets.
   *
   * Belongs to {@link LinkCapabilities.injectsWire}.
   */
  injectWire?(octets: Uint8Array): void | Promise<void>;
  /**
   * Makes the far end vanish abruptly and without `bye`: its socket destroyed or reset, its process killed.
   * Not through `close()` of the far link, which the suite calls itself.
   *
   * Belongs to {@link LinkCapabilities.brokenAs}.
   */
  breakFar?(): void | Promise<void>;
  /**
   * Ends the path under the far link in its own orderly way and without `bye`: FIN, a WebSocket close frame.
   *
   * Belongs to {@link LinkCapabilities.endedAs}.
   */
  endFar?(): void | Promise<void>;
  /**
   * A third transport, that leads to an address where nobody is: opened alone, it must end as `closed`.
   *
   * Belongs to {@link LinkCapabilities.unreachableAs}.
   */
  readonly nobody?: Transport;
  /**
   * Sends some bytes of the application's own from the far to the near end: they must arrive as `active()`.
   *
   * Belongs to {@link LinkCapabilities.sharedWithApplication}.
   */
  sendApplicationData?(): void | Promise<void>;
  /**
   * How many things the two links hold right now that outlive nobody but them: sockets they own, timers,
   * listeners they added to emitters of others. The suite compares the number before opening with the one
   * after both were closed; see {@link listenerCount} and {@link activeResources}.
   *
   * Belongs to {@link LinkCapabilities.countsHandles}.
   */
  openHandles?(): number;
  /** Releases everything, whatever state the links are in; both are closed before. */
  dispose(): Promise<void>;
}

/**
 * What a transport can do. What is not declared is not passed over in silence: where absence can be seen,
 * a case asserts it.
 */
export interface LinkCapabilities {
  /**
   * The kinds of heartbeat that `send` carries to the peer's `received`. `[]` for kernel keepalive. All
   * others must be dropped: nothing of them arrives. Without `echo` where the link itself answers probes.
   */
  readonly carries: readonly Heartbeat["kind"][];
  /**
   * Who answers a probe. `listener`: it arrives at the peer's `received`, and the peer's listener sends the
   * echo. `link`: the peer's link or protocol answers by itself (WebSocket ping, dialects); the peer's
   * listener may or may not hear of it. Without probes in {@link carries}: irrelevant.
   */
  readonly probesAnsweredBy: "listener" | "link";
  /** Which ends send. `near`: the far end is a foreign peer that only answers. */
  readonly senders: "both" | "near";
  /** The longest payload that survives, 0 to 255. Longer ones must be dropped, not cut. */
  readonly maxPayloadOctets: number;
  /** `reliable`: what was sent on an open and drained link arrives. Else most of it. */
  readonly delivery: "reliable" | "best-effort";
  /** Whether heartbeats arrive in the order in which they were sent. */
  readonly order: "kept" | "not-kept";
  /**
   * 200 heartbeats sent in one turn: `all` arrive; or `some`, for the link drops what does not drain
   * (TLS, back-pressure, a small socket buffer).
   */
  readonly burst: "all" | "some";
  /**
   * `by-opening`: both ends become `opened` by opening alone. `by-first-heartbeat`: the far end is a peer
   * that a server knows only from its first heartbeat; the suite then sends some from the near end.
   */
  readonly peerAppears: "by-opening" | "by-first-heartbeat";
  /** {@link LinkFixture.injectFrame} is there. */
  readonly injectsFrames: boolean;
  /**
   * {@link LinkFixture.injectWire} is there. `message`: garbage in one message does no harm to the next, so
   * the link must go on working. `stream`: garbage may cost the synchronisation, so the link may instead
   * fall silent, or close with the cause `protocol` (or `ended` or `reset`, if a protocol below gave up first).
   */
  readonly injectsWire: "message" | "stream" | "no";
  /**
   * The kinds of `closed` that the near end may report after {@link LinkFixture.breakFar}, while it keeps
   * sending. `[]`: it never notices. `undefined`: the fixture has no such hook.
   */
  readonly brokenAs: readonly CloseKind[] | undefined;
  /** The same after {@link LinkFixture.endFar}. */
  readonly endedAs: readonly CloseKind[] | undefined;
  /** The kinds of `closed` that {@link LinkFixture.nobody} may report, while it keeps sending. */
  readonly unreachableAs: readonly CloseKind[] | undefined;
  /** {@link LinkFixture.sendApplicationData} is there. */
  readonly sharedWithApplication: boolean;
  /** {@link LinkFixture.openHandles} is there. */
  readonly countsHandles: boolean;
  /** How long one case may take, `setup()` included and `dispose()` not. 3000 if absent. */
  readonly timeLimitMs?: number;
  /** How long to listen for what must not happen. 100 if absent. */
  readonly quietMs?: number;
}
