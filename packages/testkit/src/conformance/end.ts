import { type Heartbeat, type Link, MAX_PAYLOAD_OCTETS, type Transport } from "@heartwire/core";
import { type ListenerCall, listenerOf, replayCall, showCall } from "../listener-call.js";
import { type RecordingListener, recordingListener } from "../recording-listener.js";
import { showHeartbeat } from "../show.js";

/** What a case does within a callback, after the call was recorded. */
export type Reaction = (call: ListenerCall, end: End) => void;

/** A heartbeat as it was at the moment of its arrival. */
interface Arrival {
  readonly heartbeat: Heartbeat;
  readonly text: string;
}

/** The first of the numbers kept for {@link Links}'s introductions; no case counts that far. */
export const FIRST_INTRODUCTION_SEQ = 0xffff_fe00;
const LAST_INTRODUCTION_SEQ = 0xffff_ff00;

/** One end of the path: opens its transport, and holds everything it calls against the contract. */
export class End {
  /** What the contract allowed to be called. */
  readonly listener: RecordingListener;
  /** What broke the contract. */
  readonly violations: string[] = [];
  readonly #arrivals: Arrival[] = [];
  #link: Link | undefined;
  /** Why no call is allowed now. */
  #forbidden: string | undefined = "before open() had returned";
  #opened = false;
  #seq = 0;

  constructor(
    readonly name: string,
    readonly transport: Transport,
    reaction?: Reaction,
  ) {
    this.listener = recordingListener(reaction && ((call) => reaction(call, this)));
  }

  open(): void {
    this.#link = this.transport.open(listenerOf((call) => this.#observe(call)));
    this.#forbidden = undefined;
  }

  /** A number that this end has not used. */
  nextSeq(): number {
    return this.#seq++;
  }

  send(heartbeat: Heartbeat): void {
    this.#attempt(`send(${showHeartbeat(heartbeat)})`, (link) => link.send(heartbeat));
  }

  close(): void {
    this.#attempt("close()", (link) => link.close());
    this.#forbidden ??= "after close()";
  }

  /** What the link says about whether it reads; true where it says nothing. */
  hearing(): boolean {
    let hearing = true;
    this.#attempt("hearing()", (link) => {
      hearing = link.hearing?.() ?? true;
    });
    return hearing;
  }

  /** The heartbeats of one kind in order of arrival, one line each; see {@link showHeartbeat}. */
  arrived(kind: Heartbeat["kind"]): readonly string[] {
    return this.#arrivals.filter(({ heartbeat }) => heartbeat.kind === kind).map(({ text }) => text);
  }

  /** Finds payloads that changed after they were delivered, for they shared a buffer that is used again. */
  checkPayloads(): void {
    for (const { heartbeat, text } of this.#arrivals) {
      const now = showHeartbeat(heartbeat);
      if (now !== text) this.#violation(`delivered ${text}, which later became ${now}`);
    }
  }

  #attempt(what: string, work: (link: Link) => void): void {
    if (this.#link === undefined) return;
    try {
      work(this.#link);
    } catch (error) {
      this.#violation(`${what} threw ${String(error)}`);
    }
  }

  #observe(call: ListenerCall): void {
    if (this.#forbidden !== undefined) {
      this.#violation(`${showCall(call)} was called ${this.#forbidden}`);
      return;
    }
    if (call.call === "opened" && this.#opened) this.#violation("opened() was called twice");
    if (call.call !== "opened" && call.call !== "closed" && !this.#opened) {
      this.#violation(`${showCall(call)} was called before opened()`);
    }
    if (call.call === "opened") this.#opened = true;
    if (call.call === "closed") this.#forbidden = "after closed()";
    if (call.call === "received" && !this.#arrives(call.heartbeat)) return;
    replayCall(call, this.listener);
  }

  /** Whether the heartbeat is one for the case to see. */
  #arrives(heartbeat: Heartbeat): boolean {
    const text = showHeartbeat(heartbeat);
    const flaw = flawOf(heartbeat);
    if (flaw !== undefined) this.#violation(`received(${text}) is no heartbeat: ${flaw}`);
    if (heartbeat.kind !== "bye" && isIntroduction(heartbeat.seq)) return false;
    this.#arrivals.push({ heartbeat, text });
    return true;
  }

  #violation(what: string): void {
    this.violations.push(`${this.name} end: ${what}`);
  }
}

function isIntroduction(seq: number): boolean {
  return seq >= FIRST_INTRODUCTION_SEQ && seq <= LAST_INTRODUCTION_SEQ;
}

function flawOf(heartbeat: Heartbeat): string | undefined {
  if (heartbeat.kind === "bye") return undefined;
  if (heartbeat.seq >>> 0 !== heartbeat.seq) return "seq is no uint32";
  if (heartbeat.kind === "beat" && heartbeat.intervalMs >>> 0 !== heartbeat.intervalMs) {
    return "intervalMs is no uint32";
  }
  const { payload } = heartbeat;
  if (payload === undefined) return undefined;
  if (!(payload instanceof Uint8Array)) return "payload is no Uint8Array";
  if (payload.length < 1 || payload.length > MAX_PAYLOAD_OCTETS) return "payload is not 1 to 255 octets";
  return undefined;
}
