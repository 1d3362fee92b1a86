import {
  BEAT_OCTETS,
  type CloseReason,
  decodeHeartbeat,
  encodeHeartbeat,
  type Heartbeat,
  type Link,
  type LinkListener,
  MAX_FRAME_OCTETS,
  PROBE_OCTETS,
  type Proof,
  requireDurationMs,
  type Transport,
  type WireCost,
} from "@heartwire/core";
import { systemTime, type Time } from "./time.js";

/** One of the two ends of a {@link MemoryPair}. */
export type MemoryEnd = "near" | "far";

/** Options of {@link memoryPair}. */
export interface MemoryPairOptions {
  /** Where the delay passes; {@link systemTime} if absent. */
  readonly time?: Time;
  /** How long a heartbeat is on its way. 0 if absent: the next turn. */
  readonly delayMs?: number;
  /** What the two transports say they prove; `application` if absent. */
  readonly proves?: Proof;
}

/** Two transports joined to each other; see {@link memoryPair}. */
export interface MemoryPair {
  /** Opened at most once. */
  readonly near: Transport;
  /** Opened at most once. */
  readonly far: Transport;
  /** Makes `octets` arrive at the link of `at` in the place of an encoded heartbeat. */
  inject(at: MemoryEnd, octets: Uint8Array): void;
  /** Makes one end vanish: its link is closed as `ended` by `local`, the other's as `reset`. */
  break(end: MemoryEnd): void;
  /** Ends the path from one end in order: both links are closed without a reason. */
  end(end: MemoryEnd): void;
}

/** What is on its way to one end. */
type Parcel =
  | { readonly type: "frame"; readonly octets: Uint8Array }
  | { readonly type: "opened" }
  | { readonly type: "closed"; readonly reason?: CloseReason };

/** More frames than these are not on their way at once: what does not drain is dropped. */
const MAX_IN_FLIGHT = 1024;

const WIRE: WireCost = {
  probe: { out: [PROBE_OCTETS], in: [PROBE_OCTETS] },
  beat: { out: [BEAT_OCTETS], in: [] },
  loss: "drops",
};

/**
 * Two transports in memory, joined to each other: heartbeats go through core's codec, arrive in order, none
 * is lost, and all is deterministic in virtual time. Both are opened once both were opened. A link that is
 * closed after a `bye` closes the other without a reason, else as `ended`.
 *
 * ```ts
 * const time = virtualTime();
 * const { near, far } = memoryPair({ time, delayMs: 5 });
 * ```
 *
 * @throws RangeError when delayMs is no finite number from 0.
 */
export function memoryPair(options: MemoryPairOptions = {}): MemoryPair {
  const { time = systemTime, delayMs = 0, proves = "application" } = options;
  requireDurationMs("delayMs", delayMs, 0, Number.MAX_SAFE_INTEGER);
  const near = new MemoryLink(time, delayMs);
  const far = new MemoryLink(time, delayMs);
  near.join(far);
  far.join(near);
  const ends = { near, far };
  const other = { near: far, far: near };
  const transport = (link: MemoryLink): Transport => ({
    name: "memory",
    proves,
    wire: WIRE,
    open: (listener) => link.open(listener),
  });
  return {
    near: transport(near),
    far: transport(far),
    inject: (at, octets) => ends[at].post({ type: "frame", octets: Uint8Array.from(octets) }),
    break(end) {
      other[end].post({ type: "closed", reason: { kind: "reset", errno: "ECONNRESET" } });
      ends[end].post({ type: "closed", reason: { kind: "ended", by: "local" } });
    },
    end(end) {
      other[end].post({ type: "closed" });
      ends[end].post({ type: "closed" });
    },
  };
}

class MemoryLink implements Link {
  #peer: MemoryLink | undefined;
  #listener: LinkListener | undefined;
  #state: "new" | "opening" | "open" | "closed" = "new";
  #saidBye = false;
  /** In order, whatever the order in which {@link Time} runs works of one due time. */
  readonly #inbox: Parcel[] = [];
  readonly #cancels = new Set<() => void>();

  constructor(
    private readonly time: Time,
    private readonly delayMs: number,
  ) {}

  join(peer: MemoryLink): void {
    this.#peer = peer;
  }

  open(listener: LinkListener): Link {
    if (this.#state !== "new") throw new Error("this end of the memory pair was opened already");
    this.#listener = listener;
    this.#state = "opening";
    const peer = this.#peer;
    if (peer === undefined) return this;
    if (peer.#state === "opening") {
      peer.post({ type: "opened" });
      this.post({ type: "opened" });
    } else if (peer.#state === "closed") {
      this.post({ type: "closed", reason: { kind: "refused", errno: "ECONNREFUSED" } });
    }
    return this;
  }

  send(heartbeat: Heartbeat): void {
    if (this.#state !== "open") return;
    const octets = encoded(heartbeat);
    if (octets === undefined) return;
    this.#saidBye ||= heartbeat.kind === "bye";
    this.#peer?.post({ type: "frame", octets });
  }

  close(): void {
    if (this.#state === "open" || this.#state === "opening") {
      this.#peer?.post(
        this.#saidBye ? { type: "closed" } : { type: "closed", reason: { kind: "ended", by: "peer" } },
      );
    }
    this.#release();
  }

  /** Puts a parcel on its way to this end. */
  post(parcel: Parcel): void {
    if (this.#state === "new" || this.#state === "closed") return;
    if (parcel.type === "frame" && this.#inbox.length >= MAX_IN_FLIGHT) return;
    this.#inbox.push(parcel);
    const cancel = this.time.schedule(() => {
      this.#cancels.delete(cancel);
      const next = this.#inbox.shift();
      if (next !== undefined) this.#arrive(next);
    }, this.delayMs);
    this.#cancels.add(cancel);
  }

  #arrive(parcel: Parcel): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    if (parcel.type === "opened") {
      this.#state = "open";
      listener.opened();
    } else if (parcel.type === "closed") {
      this.#release();
      if (parcel.reason === undefined) listener.closed();
      else listener.closed(parcel.reason);
    } else if (this.#state === "open") {
      const decoded = decodeHeartbeat(parcel.octets);
      if (decoded.kind === "malformed") listener.rejected(decoded);
      else listener.received(decoded);
    }
  }

  #release(): void {
    this.#state = "closed";
    this.#listener = undefined;
    this.#inbox.length = 0;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

/** The frame, or nothing where the heartbeat is impossible: a link's send() never throws. */
function encoded(heartbeat: Heartbeat): Uint8Array | undefined {
  const scratch = new Uint8Array(MAX_FRAME_OCTETS);
  try {
    return scratch.slice(0, encodeHeartbeat(heartbeat, scratch));
  } catch {
    return undefined;
  }
}
