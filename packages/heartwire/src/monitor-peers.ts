import {
  type CloseReason,
  type DetectorOptions,
  describeCause,
  type FrameRejection,
  type GroupMember,
  GroupSilence,
  type GroupSilenceEvent,
  type GroupSilenceOptions,
  isPowerOfTwo,
  type LivenessEvent,
  NOT_SUSPECT,
  type Peer,
  type PeerSource,
  type PeerSourceListener,
  type PeerSourceSubscription,
  type Policy,
  type PolicyFactory,
  type Timekeeper,
  type Transport,
} from "@heartwire/core";
import { Observable, type Subscriber } from "rxjs";
import { LinkWatch } from "./link-watch.js";
import { detectorOptions, type MonitorOptions } from "./monitor.js";
import { monotonicScheduler } from "./monotonic-scheduler.js";
import { timekeeperOf } from "./scheduler-loop.js";

/**
 * What {@link monitorPeers} tells: what happens to one peer, and what the silence of many means. The latter have types of
 * their own, `group-…`; {@link isGroupSilence} tells them apart.
 */
export type PeerEvent = LivenessEvent | GroupSilenceEvent;

/**
 * One thing that happened to one of many peers. Of an event of the group, `peer` is the one on whose occasion it is told:
 * whose verdict waits, who answered, or who is called dead first. So there always is a peer.
 */
export interface PeerLiveness<Handle, Event extends PeerEvent = PeerEvent> {
  readonly peer: Peer<Handle>;
  readonly event: Event;
}

/** Options of {@link monitorPeers}. `samples` is off by default here: at 100 000 peers nobody reads them. */
export interface MonitorPeersOptions extends MonitorOptions {
  /**
   * Suspects ourselves first when many peers fall silent together: their deaths then wait for another confirming phase
   * of their policy (from suspicion to death), and a second one if anybody is heard meanwhile. Worst case of detection:
   * `deadAfterMs + 2 × (deadAfterMs - suspectAfterMs)`, twice `deadAfterMs` with a fixed timeout's defaults. Default: as
   * soon as half of all, five at least, on three hosts at least, are in doubt as the first would be called dead. `"off"`:
   * each peer is judged for itself alone, and the stream tells nothing of a group.
   */
  readonly groupSilence?: "off" | GroupSilenceOptions;
  /** Octets that belong to no peer were dropped. Called at the totals 1, 2, 4, 8, …. */
  readonly onRejected?: (rejection: FrameRejection, total: number) => void;
}

/** The server itself failed: its port was taken, its socket broke. */
export class PeerSourceError extends Error {
  override readonly name = "PeerSourceError";
  readonly reason: CloseReason;

  constructor(source: string, reason: CloseReason) {
    super(`the ${source} server failed: ${describeCause(reason)}`);
    this.reason = reason;
  }
}

/**
 * Watches everyone who comes to a server, with one policy each and one timer for all. Unsubscribing leaves
 * the peers with a `bye` and the server to its owner. Completes when the server has closed and the last peer
 * is gone; errors with {@link PeerSourceError} when the server fails, and with RangeError for an option that cannot be.
 *
 * Worst case of detection: that of the policy, and when many fall silent together two confirming phases more, see
 * {@link MonitorPeersOptions.groupSilence}.
 */
export function monitorPeers<Handle>(
  source: PeerSource<Handle>,
  policy: PolicyFactory,
  options: MonitorPeersOptions & { readonly groupSilence: "off" },
): Observable<PeerLiveness<Handle, LivenessEvent>>;
export function monitorPeers<Handle>(
  source: PeerSource<Handle>,
  policy: PolicyFactory,
  options?: MonitorPeersOptions,
): Observable<PeerLiveness<Handle>>;
export function monitorPeers<Handle>(
  source: PeerSource<Handle>,
  policy: PolicyFactory,
  options: MonitorPeersOptions = {},
): Observable<PeerLiveness<Handle>> {
  return new Observable((subscriber) => {
    const watching = new PeerWatching(source, policy, options, subscriber);
    return () => watching.stop();
  });
}

class PeerWatching<Handle> implements PeerSourceListener<Handle> {
  readonly #source: PeerSource<Handle>;
  readonly #policy: PolicyFactory;
  readonly #options: MonitorPeersOptions;
  readonly #subscriber: Subscriber<PeerLiveness<Handle>>;
  readonly group: GroupSilence | undefined;
  readonly keeper: Timekeeper;
  readonly #watches = new Set<PeerWatch<Handle>>();
  /** By what differs from one peer's transport to the next. */
  readonly #shared = new Map<string, DetectorOptions>();
  readonly #subscription: PeerSourceSubscription;
  #sourceClosed = false;
  #rejected = 0;

  constructor(
    source: PeerSource<Handle>,
    policy: PolicyFactory,
    options: MonitorPeersOptions,
    subscriber: Subscriber<PeerLiveness<Handle>>,
  ) {
    this.#source = source;
    this.#policy = policy;
    this.#options = options;
    this.#subscriber = subscriber;
    const { groupSilence } = options;
    if (groupSilence !== "off") this.group = new GroupSilence(groupSilence);
    this.keeper = timekeeperOf(options.scheduler ?? monotonicScheduler);
    this.#subscription = source.listen(this);
  }

  peer(peer: Peer<Handle>): void {
    // Whatever throws here is a bug of what we were given, and no business of the server that calls us.
    try {
      const options = this.#sharedOptions(peer.transport);
      const watch = new PeerWatch(this.#policy(peer), options, this.keeper, peer, this);
      this.#watches.add(watch);
      this.group?.joined();
      watch.start(peer.transport);
    } catch (error) {
      this.failed(error);
    }
  }

  rejected(rejection: FrameRejection): void {
    this.#rejected += 1;
    if (!isPowerOfTwo(this.#rejected)) return;
    try {
      this.#options.onRejected?.(rejection, this.#rejected);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  closed(reason?: CloseReason): void {
    this.#sourceClosed = true;
    if (reason !== undefined) this.#subscriber.error(new PeerSourceError(this.#source.name, reason));
    else this.#completeIfEmpty();
  }

  stop(): void {
    this.#subscription.close();
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }

  #sharedOptions(transport: Transport): DetectorOptions {
    const key = `${transport.proves} ${transport.wire.loss}`;
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = detectorOptions(transport, this.#options, this.keeper, false);
      this.#shared.set(key, shared);
    }
    return shared;
  }

  tell(peer: Peer<Handle>, event: PeerEvent): void {
    this.#subscriber.next({ peer, event });
  }

  /** Ends the watching of all, so that nobody need be told which one was at fault. */
  failed(error: unknown): void {
    this.#subscriber.error(error);
  }

  /** A peer died or left. */
  gone(watch: PeerWatch<Handle>): void {
    this.group?.parted(watch);
    this.#watches.delete(watch);
    this.#completeIfEmpty();
  }

  #completeIfEmpty(): void {
    if (this.#sourceClosed && this.#watches.size === 0) this.#subscriber.complete();
  }
}

class PeerWatch<Handle> extends LinkWatch implements GroupMember {
  reprieves = NOT_SUSPECT;
  readonly #peer: Peer<Handle>;
  readonly #watching: PeerWatching<Handle>;

  constructor(
    policy: Policy,
    options: DetectorOptions,
    keeper: Timekeeper,
    peer: Peer<Handle>,
    watching: PeerWatching<Handle>,
  ) {
    super(policy, options, keeper);
    this.#peer = peer;
    this.#watching = watching;
  }

  protected get keeper(): Timekeeper {
    return this.#watching.keeper;
  }

  /** The address without the port. Made anew when asked for, which is when the peer is in doubt. */
  get host(): string {
    return this.#peer.address.replace(/:\d+$/, "");
  }

  protected override isReprieved(nowMs: number, phaseMs: number): boolean {
    const verdict = this.#watching.group?.judge(this, nowMs, phaseMs);
    if (verdict?.event !== undefined) this.#watching.tell(this.#peer, verdict.event);
    return verdict?.reprieved === true;
  }

  protected event(event: LivenessEvent): void {
    const { group } = this.#watching;
    if (event.type === "suspect") group?.suspected(this);
    const ofGroup = event.type === "alive" ? group?.answered(this, event.atMs) : undefined;
    this.#watching.tell(this.#peer, event);
    if (ofGroup !== undefined) this.#watching.tell(this.#peer, ofGroup);
  }

  protected ended(): void {
    this.#watching.gone(this);
  }

  protected failed(error: unknown): void {
    this.#watching.failed(error);
  }
}
