import type { CloseReason, Heartbeat, Link, LinkListener, Transport } from "@heartwire/core";
import { completeImpairment, type Impairment } from "./impaired/impairment.js";
import { Lane } from "./impaired/lane.js";
import { type ListenerCall, replayCall } from "./listener-call.js";
import { type SeededRandom, seededRandom } from "./seeded-random.js";
import { systemTime, type Time } from "./time.js";

export type { Impairment } from "./impaired/impairment.js";

/** Which way is meant, seen from the impaired end. */
export type Direction = "in" | "out" | "both";

/** A transport over a bad path; see {@link impair}. */
export interface ImpairedTransport extends Transport {
  /**
   * Cuts the path silently, also for what is on its way: datagrams are lost, a stream's heartbeats wait for
   * {@link heal}, and so does the news of an end that the peer caused.
   */
  cut(direction: Direction): void;
  /** Ends a cut. What waited arrives in the next turn, in order. */
  heal(direction: Direction): void;
}

/**
 * Puts a bad path in front of any transport: delay, jitter, loss, duplicates, reordering, and cuts in one or
 * both directions. All follows from the seed; with {@link virtualTime} a run repeats to the last bit.
 * The path is impaired in both directions by one decorator: do not decorate the far end as well.
 *
 * ```ts
 * const time = virtualTime();
 * const pair = memoryPair({ time });
 * const near = impair(pair.near, { seed: 1, delayMs: 20, jitterMs: 5, loss: 0.05 }, time);
 * near.cut("in");
 * ```
 *
 * `close()` silences the link at once; the inner link is closed when the heartbeats sent before have left,
 * those that wait for a heal excepted.
 *
 * @throws RangeError or TypeError naming the option that cannot be.
 */
export function impair(
  transport: Transport,
  impairment: Impairment,
  time: Time = systemTime,
): ImpairedTransport {
  const complete = completeImpairment(impairment);
  const random = seededRandom(complete.seed);
  const cuts = { in: false, out: false };
  const paths = new Set<Path>();
  const apply = (direction: Direction, isCut: boolean): void => {
    for (const way of direction === "both" ? (["in", "out"] as const) : [direction]) {
      cuts[way] = isCut;
      for (const path of paths) {
        if (isCut) path[way].cut();
        else path[way].heal();
      }
    }
  };
  return {
    name: transport.name,
    proves: transport.proves,
    wire: transport.wire,
    open(listener) {
      const lane = <Content>(arrive: (content: Content) => void): Lane<Content> =>
        new Lane(complete, fork(random), time, arrive);
      const link = new ImpairedLink(listener, lane, (path) => paths.delete(path));
      for (const way of ["in", "out"] as const) if (cuts[way]) link[way].cut();
      link.openOn(transport);
      paths.add(link);
      return link;
    },
    cut: (direction) => apply(direction, true),
    heal: (direction) => apply(direction, false),
  };
}

/** A generator of its own for each link and direction, so that the traffic of one leaves the others alone. */
function fork(random: SeededRandom): SeededRandom {
  return seededRandom(random.uint32());
}

/** The two directions of one link. */
interface Path {
  readonly in: Lane<ListenerCall>;
  readonly out: Lane<Heartbeat>;
}

class ImpairedLink implements Link, Path {
  readonly in: Lane<ListenerCall>;
  readonly out: Lane<Heartbeat>;
  #inner: Link | undefined;
  #state: "opening" | "open" | "closed" = "opening";

  constructor(
    private readonly listener: LinkListener,
    lane: <Content>(arrive: (content: Content) => void) => Lane<Content>,
    private readonly forget: (path: Path) => void,
  ) {
    this.in = lane((call) => this.#arrive(call));
    this.out = lane((heartbeat) => this.#inner?.send(heartbeat));
  }

  openOn(transport: Transport): void {
    this.#inner = transport.open({
      opened: () => this.in.pushCertain({ call: "opened" }),
      received: (heartbeat) => this.in.push({ call: "received", heartbeat }),
      active: (agoMs) => this.in.push(agoMs === undefined ? { call: "active" } : { call: "active", agoMs }),
      doubted: (silentMs) => this.in.push({ call: "doubted", silentMs }),
      rejected: (rejection) => this.in.push({ call: "rejected", rejection }),
      closed: (reason) => this.#innerClosed(reason),
    });
  }

  send(heartbeat: Heartbeat): void {
    if (this.#state === "open") this.out.push(copyOf(heartbeat));
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.in.clear();
    this.out.drain(() => {
      this.forget(this);
      this.#inner?.close();
    });
  }

  refuse(): void {
    this.#inner?.refuse?.();
  }

  hearing(): boolean {
    return this.#inner?.hearing?.() ?? true;
  }

  #innerClosed(reason: CloseReason | undefined): void {
    const call: ListenerCall = reason === undefined ? { call: "closed" } : { call: "closed", reason };
    if (this.#state === "closed") return;
    if (isNewsFromThePeer(reason)) this.in.pushCertain(call);
    else this.#arrive(call);
  }

  #arrive(call: ListenerCall): void {
    if (this.#state === "closed") return;
    if (call.call === "opened") this.#state = "open";
    if (call.call === "closed") {
      this.out.clear();
      this.close();
    }
    replayCall(call, this.listener);
  }
}

/** What comes over the path, and so is delayed or cut; what our own side finds out is not. */
function isNewsFromThePeer(reason: CloseReason | undefined): boolean {
  switch (reason?.kind) {
    case undefined:
    case "reset":
    case "refused":
    case "restarted":
      return true;
    case "ended":
      return reason?.by === "peer";
    default:
      return false;
  }
}

/** A heartbeat that stays as it is, whatever its sender does to the payload's buffer meanwhile. */
function copyOf(heartbeat: Heartbeat): Heartbeat {
  if (heartbeat.kind === "bye" || heartbeat.payload === undefined) return heartbeat;
  return { ...heartbeat, payload: Uint8Array.from(heartbeat.payload) };
}
