import {
  type CloseReason,
  type Heartbeat,
  type Link,
  type LinkListener,
  streamCost,
  type Transport,
} from "@heartwire/core";
import type { Observable, SchedulerLike, Subscription } from "rxjs";

/** One thing that a link does to its listener. */
export type Step = (link: MarbleLink) => void;

/** What was sent, and when. */
export interface Sent {
  readonly atMs: number;
  readonly heartbeat: Heartbeat;
}

/** One letter each, for marbles. The script's completion is an orderly end, its error a close reason. */
export const STEPS: Readonly<Record<string, Step>> = {
  /** The link opens. */
  o: (link) => link.listener.opened(),
  /** The peer beats, and promises the next beat within 100 ms. */
  b: (link) => link.listener.received({ kind: "beat", seq: link.nextSeq(), intervalMs: 100 }),
  /** The peer answers our newest probe. */
  e: (link) => link.listener.received({ ...link.newestProbe(), kind: "echo" }),
  /** The peer probes us. */
  p: (link) => link.listener.received({ kind: "probe", seq: link.nextSeq() }),
  /** The peer floods us. */
  f: (link) => {
    for (let count = 0; count < 200; count++) STEPS.b!(link);
  },
  /** Bytes of the peer that are no heartbeat. */
  a: (link) => link.listener.active(),
  /** A bad frame. */
  r: (link) => link.listener.rejected({ kind: "malformed", reason: "truncated" }),
  /** The peer says goodbye. */
  y: (link) => link.listener.received({ kind: "bye" }),
};

/** A link whose far end is a script of marbles. */
export class MarbleLink implements Link {
  readonly sent: Sent[] = [];
  readonly listener: LinkListener;
  closed = false;
  refused = false;
  deaf = false;
  readonly #scheduler: SchedulerLike;
  readonly #script: Subscription;
  #seq = 0;

  constructor(script: Observable<Step>, listener: LinkListener, scheduler: SchedulerLike) {
    this.listener = listener;
    this.#scheduler = scheduler;
    this.#script = script.subscribe({
      next: (step) => step(this),
      error: (reason: CloseReason) => listener.closed(reason),
      complete: () => listener.closed(),
    });
  }

  send(heartbeat: Heartbeat): void {
    if (!this.closed) this.sent.push({ atMs: this.#scheduler.now(), heartbeat });
  }

  close(): void {
    this.closed = true;
    this.#script.unsubscribe();
  }

  refuse(): void {
    if (this.closed) throw new Error("refused after it was closed");
    this.refused = true;
  }

  hearing(): boolean {
    return !this.deaf;
  }

  nextSeq(): number {
    return this.#seq++;
  }

  newestProbe(): Heartbeat & { kind: "probe" } {
    let newest: (Heartbeat & { kind: "probe" }) | undefined;
    for (const { heartbeat } of this.sent) if (heartbeat.kind === "probe") newest = heartbeat;
    if (newest === undefined) throw new Error("the script answers a probe, but none was sent");
    return newest;
  }
}

/** A transport that plays the same script on every link, and keeps the links for inspection. */
export class MarbleTransport implements Transport {
  readonly name = "marble";
  readonly proves = "process";
  readonly wire = streamCost({ probeOut: 6, echoIn: 6, beatOut: 10 });
  readonly links: MarbleLink[] = [];
  readonly #script: Observable<Step>;
  readonly #scheduler: SchedulerLike;

  constructor(script: Observable<Step>, scheduler: SchedulerLike) {
    this.#script = script;
    this.#scheduler = scheduler;
  }

  open(listener: LinkListener): Link {
    const link = new MarbleLink(this.#script, listener, this.#scheduler);
    this.links.push(link);
    return link;
  }

  /** One line for each heartbeat sent on the link of that number, such as `75 probe 1` for its second probe. */
  sent(index = 0): string[] {
    const firstSeq = new Map<string, number>();
    return this.links[index]!.sent.map(({ atMs, heartbeat }) => {
      const { kind } = heartbeat;
      if (kind === "bye") return `${atMs} bye`;
      // An echo repeats the peer's number; ours may begin anywhere.
      const first = kind === "echo" ? 0 : (firstSeq.get(kind) ?? heartbeat.seq);
      firstSeq.set(kind, first);
      return `${atMs} ${kind} ${heartbeat.seq - first}`;
    });
  }
}
