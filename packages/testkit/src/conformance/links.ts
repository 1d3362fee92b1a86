import { strict as assert } from "node:assert";
import type { Heartbeat } from "@heartwire/core";
import type { RecordingListener } from "../recording-listener.js";
import { showHeartbeat } from "../show.js";
import { pause, within } from "../within.js";
import { End, FIRST_INTRODUCTION_SEQ, type Reaction } from "./end.js";
import type { LinkCapabilities, LinkFixture } from "./fixture.js";

/** How often to send while a condition is awaited that only traffic brings about. */
const TRAFFIC_INTERVAL_MS = 20;

/** What a case adds to the two ends. */
export interface Reactions {
  readonly near?: Reaction;
  readonly far?: Reaction;
}

/** Where and as what a heartbeat shows up. */
interface Expectation {
  readonly at: End;
  readonly kind: Heartbeat["kind"];
  readonly text: string;
}

/** One case's fixture with both ends under observation, and one deadline for all its waits. */
export class Links {
  readonly near: End;
  readonly far: End;

  constructor(
    readonly fixture: LinkFixture,
    readonly capabilities: LinkCapabilities,
    readonly quietMs: number,
    private readonly deadlineMs: number,
    reactions: Reactions = {},
  ) {
    this.near = new End("near", fixture.near, reactions.near);
    this.far = new End("far", fixture.far, reactions.far);
  }

  /** Opens far, then near, in one turn, and nothing else. */
  openBoth(): void {
    this.far.open();
    this.near.open();
  }

  /** Opens both and waits until they are. */
  async opened(): Promise<void> {
    this.openBoth();
    await this.waitFor(this.near, (listener) => listener.count("opened") > 0, "the near end to be opened");
    await this.#introduce(() =>
      this.waitFor(this.far, (listener) => listener.count("opened") > 0, "the far end to be opened"),
    );
  }

  /** Waits for a condition on what one end heard, until the case's deadline. */
  waitFor(end: End, predicate: (listener: RecordingListener) => boolean, what: string): Promise<void> {
    return end.listener.waitFor(predicate, { timeoutMs: this.#remainingMs(), what });
  }

  /** Runs one hook of the fixture, until the case's deadline. */
  async hook(name: string, run: (() => void | Promise<void>) | undefined): Promise<void> {
    if (run === undefined) throw new Error(`the fixture has no ${name}()`);
    await within(Promise.resolve(run.call(this.fixture)), this.#remainingMs(), `${name}() of the fixture`);
  }

  /** Lets time pass in which something must not happen. */
  quiet(): Promise<void> {
    return pause(this.quietMs);
  }

  /** Keeps sending from the near end, as a monitor does, until `work` settles. */
  async withTraffic(work: () => Promise<void>): Promise<void> {
    const timer = setInterval(() => this.near.send(this.sample(this.near.nextSeq())), TRAFFIC_INTERVAL_MS);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  /** The directions in which heartbeats are sent, as sender and receiver. */
  directions(): readonly (readonly [from: End, to: End])[] {
    const forth = [this.near, this.far] as const;
    return this.capabilities.senders === "both" ? [forth, [this.far, this.near]] : [forth];
  }

  /** A heartbeat of a kind that this transport carries best. */
  sample(seq: number, payload?: Uint8Array): Heartbeat {
    const rest = payload === undefined ? {} : { payload };
    return this.capabilities.carries.includes("beat")
      ? { kind: "beat", seq, intervalMs: 1000, ...rest }
      : { kind: "probe", seq, ...rest };
  }

  /** Where a heartbeat sent by `from` to `to` must show up: an answer of the link's own, at its sender. */
  expectation(from: End, to: End, heartbeat: Heartbeat): Expectation {
    const answered = heartbeat.kind === "probe" && this.capabilities.probesAnsweredBy === "link";
    const seen: Heartbeat = answered ? { ...heartbeat, kind: "echo" } : heartbeat;
    return { at: answered ? from : to, kind: seen.kind, text: showHeartbeat(seen) };
  }

  /** Sends one heartbeat and awaits that it arrives once, as it was. */
  async deliver(from: End, to: End, heartbeat: Heartbeat): Promise<void> {
    const { at, kind, text } = this.expectation(from, to, heartbeat);
    const before = at.arrived(kind).length;
    from.send(heartbeat);
    await this.waitFor(at, () => at.arrived(kind).length > before, `the ${at.name} end to receive ${text}`);
    assert.deepEqual(at.arrived(kind).slice(before), [text], `sent by the ${from.name} end`);
  }

  /** Asserts that the link still carries heartbeats, each way; without any to carry, that it is not closed. */
  async expectWorking(): Promise<void> {
    for (const end of [this.near, this.far]) {
      assert.equal(end.listener.count("closed"), 0, `the ${end.name} end must not be closed`);
    }
    if (this.capabilities.carries.length === 0) return;
    for (const [from, to] of this.directions()) await this.deliver(from, to, this.sample(from.nextSeq()));
  }

  /** A peer that a server knows only by its heartbeats needs some until it is known; they may be lost. */
  async #introduce(known: () => Promise<void>): Promise<void> {
    if (this.capabilities.peerAppears === "by-opening") return known();
    let seq = FIRST_INTRODUCTION_SEQ;
    const send = (): void => this.near.send(this.sample(seq++));
    send();
    const timer = setInterval(send, TRAFFIC_INTERVAL_MS);
    try {
      await known();
    } finally {
      clearInterval(timer);
    }
  }

  #remainingMs(): number {
    // At least a moment, so that what is true already is still found true, and named if it is not.
    return Math.max(1, Math.round(this.deadlineMs - performance.now()));
  }
}
