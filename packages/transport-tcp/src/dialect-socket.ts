import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import {
  type CloseReason,
  type Heartbeat,
  type Link,
  type LinkListener,
  type Probe,
  streamCost,
  type Transport,
} from "@heartwire/core";
import type { AnswerRecogniser, Dialect } from "./dialect.js";
import { MAX_UNSENT_OCTETS, type Unsendable } from "./frame-writer.js";
import { octetSocket } from "./heartbeat-socket.js";
import { LinkReport } from "./link-report.js";
import { integerOption } from "./options.js";
import { type SocketHandler, SocketWatch } from "./socket-watch.js";

const DEFAULT_MAX_OUTSTANDING_PROBES = 16;

/** What {@link dialectSocket} can be told. */
export interface DialectSocketOptions {
  /** Probes without an answer beyond which no more are sent. 1 or more; 16 unless given. */
  readonly maxOutstandingProbes?: number;
}

/**
 * Heartbeats inside a protocol that has its own ping, on a socket that stays the application's: probes are
 * written between its messages, and what it receives is observed. A recognised answer is the echo of the
 * oldest probe without one; any other octets are told as `active`. The protocol has only questions and
 * answers, so beats and byes are dropped (use a policy of mode `echo`), and so is a probe with a payload, which
 * is told as rejected.
 *
 * The application must write whole messages at a time, must expect the answers (see {@link AnswerRecogniser}),
 * and should read the socket before open(): a socket that nobody reads is made to flow. While it reads slowly
 * `hearing()` is false. While its writes do not drain, one probe at most waits behind them. close() leaves the
 * socket as it is.
 *
 * @throws TypeError when the socket decodes its octets to strings (`setEncoding`).
 * @throws RangeError when an option is out of its range.
 */
export function dialectSocket(
  socket: Socket | TLSSocket,
  dialect: Dialect,
  options: DialectSocketOptions = {},
): Transport {
  const { maxOutstandingProbes = DEFAULT_MAX_OUTSTANDING_PROBES } = options;
  integerOption("maxOutstandingProbes", maxOutstandingProbes, 1);
  octetSocket(socket);
  const { probe } = streamCost({
    probeOut: dialect.probe(0).length,
    echoIn: dialect.answerOctets,
    beatOut: 0,
  });
  return {
    name: `tcp-${dialect.name}`,
    proves: dialect.proves,
    wire: { probe, beat: { out: [], in: [] }, loss: "delays" },
    open: (listener) => new DialectLink(socket, dialect, listener, maxOutstandingProbes),
  };
}

class DialectLink implements Link, SocketHandler {
  readonly #socket: Socket;
  readonly #dialect: Dialect;
  readonly #recogniser: AnswerRecogniser;
  readonly #report: LinkReport;
  readonly #watch: SocketWatch;
  readonly #maxOutstandingProbes: number;
  /** The probes without an answer, oldest first. */
  readonly #outstanding: number[] = [];

  constructor(socket: Socket, dialect: Dialect, listener: LinkListener, maxOutstandingProbes: number) {
    this.#socket = socket;
    this.#dialect = dialect;
    this.#maxOutstandingProbes = maxOutstandingProbes;
    this.#recogniser = dialect.recogniser();
    this.#report = new LinkReport(listener);
    this.#watch = new SocketWatch(socket, this, "observer");
  }

  send(heartbeat: Heartbeat): void {
    if (heartbeat.kind !== "probe" || !this.#report.isOpen || !this.#socket.writable) return;
    const unsendable = whyUnsendable(heartbeat);
    if (unsendable !== undefined) {
      this.#refuseLater(unsendable);
      return;
    }
    // A transfer of the application's may take longer than the peer may be silent: one probe goes behind it.
    const limit = this.#socket.writableLength > MAX_UNSENT_OCTETS ? 1 : this.#maxOutstandingProbes;
    if (this.#outstanding.length >= limit) return;
    let octets: Uint8Array;
    try {
      octets = this.#dialect.probe(heartbeat.seq);
    } catch (error) {
      this.#refuseLater({ kind: "protocol", detail: `cannot send a probe: ${String(error)}` });
      return;
    }
    this.#outstanding.push(heartbeat.seq);
    this.#socket.write(octets);
  }

  close(): void {
    this.#report.stop();
    this.#watch.release();
  }

  hearing(): boolean {
    return this.#socket.readableLength === 0;
  }

  ready(): void {
    this.#report.opened();
  }

  data(chunk: Buffer): void {
    let answers: number;
    try {
      answers = this.#recogniser.observe(chunk);
    } catch (error) {
      this.#end({ kind: "protocol", detail: String(error) });
      return;
    }
    let echoes = 0;
    // An answer too many is one that the application asked for.
    for (; echoes < answers && this.#outstanding.length > 0; echoes++) {
      this.#report.frame({ kind: "echo", seq: this.#outstanding.shift()! });
    }
    if (echoes === 0) this.#report.active();
  }

  over(reason: CloseReason): void {
    this.#report.closed(reason);
  }

  /** Later, because the caller may be in the middle of handling something else the link told. */
  #refuseLater(unsendable: Unsendable): void {
    process.nextTick(() => {
      if (unsendable.kind === "oversized") this.#report.rejected(unsendable);
      else this.#end(unsendable);
    });
  }

  #end(reason: CloseReason): void {
    if (this.#report.isOver) return;
    this.#watch.release();
    this.#report.closed(reason);
  }
}

function whyUnsendable({ seq, payload }: Probe): Unsendable | undefined {
  if (payload !== undefined) return { kind: "oversized", octets: payload.length, limitOctets: 0 };
  if (seq >>> 0 === seq) return undefined;
  return { kind: "protocol", detail: `cannot send a probe: seq must be a uint32, not ${seq}` };
}
