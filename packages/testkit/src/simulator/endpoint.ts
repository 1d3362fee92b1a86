import type { DetectorOptions, Heartbeat, LivenessEvent, PolicyFactory } from "@heartwire/core";
import type { GroupWitness } from "./group-witness.js";
import type { Happening } from "./happening-queue.js";
import type { Host, Readable, World } from "./host.js";
import type { InvariantName } from "./invariants.js";
import type { JudgeFactory } from "./judge.js";
import { type Lane, LOST } from "./lane.js";
import type { Direction, Tally } from "./tally.js";
import { Watch } from "./watch.js";
import type { WatchOwner } from "./watch-owner.js";

/** Nothing of the other end was heard yet. Sessions count from 1. */
const NO_SESSION = 0;

/** What the ends of all links share. */
export interface EndpointOptions {
  readonly world: World & {
    broken(invariant: InvariantName, detail: string, peer?: number): void;
  };
  /** Its number. */
  readonly peer: number;
  readonly policy: PolicyFactory;
  readonly judge: JudgeFactory;
  readonly tally: Tally;
  /** Which way it sends. */
  readonly direction: Direction;
  readonly lane: Lane;
  /** For the application's own octets. */
  readonly dataLane: Lane;
  /** Of the end that judges many. */
  readonly group: GroupWitness | undefined;
  /** For the detector: what it proves, and its jitter. */
  readonly detector: DetectorOptions;
  readonly record: ((line: () => string) => void) | undefined;
}

class Frame implements Happening, Readable {
  constructor(
    readonly to: Endpoint,
    /** Absent: the application's own octets. */
    readonly heartbeat: Heartbeat | undefined,
    readonly session: number,
  ) {}

  happen(): void {
    this.to.arrived(this);
  }

  read(): void {
    this.to.read(this);
  }
}

/**
 * One end of one link. Like a UDP path of ours it knows sessions: frames of an older one than heard before are dropped
 * and counted, one of a newer session means that the other end was restarted.
 */
export abstract class Endpoint implements WatchOwner {
  protected current: Watch | undefined;
  /** What its frames carry. */
  protected session = NO_SESSION;
  /** The newest session heard of the other end. */
  #newest = NO_SESSION;
  #other: Endpoint | undefined;
  /** How many partitions swallow what this end sends. */
  #severed = 0;
  #isOpening = false;
  readonly record?: (line: () => string) => void;

  constructor(
    public host: Host,
    protected readonly options: EndpointOptions,
  ) {
    if (options.record !== undefined) this.record = options.record;
  }

  /** An end of the link was called dead or left, and its watch is over. */
  protected abstract ended(event: LivenessEvent): void;
  protected abstract heard(): void;
  /** A frame came, and nobody watches. */
  protected abstract unwatched(): void;

  get watch(): Watch | undefined {
    return this.current;
  }

  get newestSession(): number {
    return this.#newest;
  }

  get isSevered(): boolean {
    return this.#severed > 0;
  }

  join(other: Endpoint): void {
    this.#other = other;
    other.#other = this;
  }

  sever(): void {
    this.#severed += 1;
  }

  heal(): void {
    this.#severed -= 1;
  }

  /** A new process, which has heard of nobody. */
  moveTo(host: Host): void {
    this.host = host;
    this.#newest = NO_SESSION;
  }

  open(session: number): void {
    this.session = session;
    this.#isOpening = true;
    const { policy, judge, detector, group } = this.options;
    this.current = new Watch(this.host, this, policy(), detector, judge, group?.joins());
    this.current.start();
    this.#isOpening = false;
  }

  send(heartbeat: Heartbeat, isConfirming: boolean): void {
    const { world, lane } = this.options;
    this.#count(heartbeat, isConfirming);
    // Asked even when the path is cut, so that the fate of later frames stays theirs.
    const delayMs = lane.send(world.nowMs);
    if (this.isSevered || this.#other === undefined) return;
    const frame = new Frame(this.#other, heartbeat, this.session);
    if (delayMs !== LOST) world.schedule(world.nowMs + delayMs, frame);
    const copyMs = lane.copy();
    if (copyMs !== LOST) world.schedule(world.nowMs + copyMs, frame);
  }

  /** The application writes. It is no heartbeat, and to this end no evidence. */
  sendData(): void {
    const { world, dataLane } = this.options;
    if (this.host.state !== "running") return;
    const delayMs = dataLane.send(world.nowMs);
    if (this.isSevered || this.#other === undefined || delayMs === LOST) return;
    world.schedule(world.nowMs + delayMs, new Frame(this.#other, undefined, this.session));
  }

  arrived(frame: Frame): void {
    if (this.host.state === "down") return;
    const { heartbeat } = frame;
    if (this.#isMonitor && this.#isWatching && heartbeat) this.options.tally.crossed("in", heartbeat);
    this.host.arrive(frame);
  }

  read(frame: Frame): void {
    if (frame.session < this.#newest) {
      this.current?.take({
        type: "rejected",
        rejection: { kind: "ended-session", session: frame.session },
      });
      return;
    }
    const previousSession = this.#newest;
    this.#newest = frame.session;
    if (frame.session > previousSession && this.current?.hasHeard === true) {
      const reason = { kind: "restarted", previousSession, session: frame.session } as const;
      this.current.take({ type: "closed", reason });
    }
    if (this.current === undefined || this.current.isOver) this.unwatched();
    const { heartbeat } = frame;
    this.current?.take(heartbeat === undefined ? { type: "active" } : { type: "received", heartbeat });
  }

  told(event: LivenessEvent): void {
    if (event.type === "alive") this.heard();
    else if (event.type === "dead" || event.type === "left") this.ended(event);
  }

  #count(heartbeat: Heartbeat, isConfirming: boolean): void {
    const { tally, direction } = this.options;
    if (this.#isMonitor) tally.crossed("out", heartbeat);
    if (!this.#isOpening && !isConfirming && heartbeat.kind !== "bye") return;
    tally.expectBeyond(direction, heartbeat);
    // The echo to a probe that was not predicted is not predicted either.
    if (heartbeat.kind === "probe") {
      tally.expectBeyond(direction === "out" ? "in" : "out", { kind: "echo", seq: heartbeat.seq });
    }
  }

  get #isMonitor(): boolean {
    return this.options.direction === "out";
  }

  get #isWatching(): boolean {
    return this.current !== undefined && !this.current.isOver;
  }

  broken(invariant: InvariantName, detail: string): void {
    const { world, peer } = this.options;
    world.broken(invariant, detail, peer);
  }

  hasUnread(): boolean {
    return this.host.unread.some(
      (waiting) =>
        waiting instanceof Frame &&
        waiting.to === this &&
        waiting.session >= this.#newest &&
        (waiting.heartbeat === undefined || this.current?.isEvidence(waiting.heartbeat) === true),
    );
  }
}

/** The answering or beating end: it opens when its process starts, and again when somebody new calls. */
export class PeerEndpoint extends Endpoint {
  protected override heard(): void {}
  protected override ended(): void {}

  protected override unwatched(): void {
    this.open(this.session);
  }
}

/** What a {@link MonitorEndpoint} tells its simulation. */
export interface MonitorListener {
  /** The peer is alive. */
  heard(): void;
  /** The verdict, or its farewell; the watch is over. */
  ended(event: LivenessEvent): void;
}

/** The judging end: after a verdict its socket is closed, until the simulation opens the next link. */
export class MonitorEndpoint extends Endpoint {
  constructor(
    host: Host,
    options: EndpointOptions,
    private readonly listener: MonitorListener,
  ) {
    super(host, options);
  }

  openNext(): void {
    this.open(this.session + 1);
  }

  protected override heard(): void {
    this.listener.heard();
  }

  protected override ended(event: LivenessEvent): void {
    this.listener.ended(event);
  }

  protected override unwatched(): void {}
}
