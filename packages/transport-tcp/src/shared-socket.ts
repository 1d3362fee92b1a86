import type { Socket } from "node:net";
import type { CloseReason, Heartbeat, Link, LinkListener, Malformed } from "@heartwire/core";
import { type ApplicationCarrier, ApplicationStream } from "./application-stream.js";
import { ApplicationWriter } from "./application-writer.js";
import { destroySocket, flushAndDestroySocket } from "./close-socket.js";
import { frameForStream, MAX_UNSENT_OCTETS, type Unsendable } from "./frame-writer.js";
import { SharedLink, type SharedLinkCarrier } from "./shared-link.js";
import { SharedReader, type SharedSink } from "./shared-reader.js";
import { HEARTBEAT_CHANNEL } from "./shared-wire.js";
import { type SocketHandler, SocketWatch } from "./socket-watch.js";

/** One socket with two users: the application's stream, and at most one link at a time. */
export class SharedSocket implements SocketHandler, SharedSink, ApplicationCarrier, SharedLinkCarrier {
  readonly application: ApplicationStream;
  readonly #socket: Socket;
  readonly #watch: SocketWatch;
  readonly #reader = new SharedReader(this);
  readonly #writer: ApplicationWriter;
  readonly #maxMalformedFrames: number;
  #link: SharedLink | undefined;
  #isReady = false;
  #overBecause: CloseReason | undefined;
  #peerEnded = false;
  #isApplicationOver = false;
  #sawHeartbeat = false;
  #sawMalformed = false;
  #sawApplication = false;

  constructor(socket: Socket, options: { maxReadAheadOctets: number; maxMalformedFrames: number }) {
    this.#socket = socket;
    this.#maxMalformedFrames = options.maxMalformedFrames;
    this.#writer = new ApplicationWriter(socket);
    this.application = new ApplicationStream(this, this.#writer, options.maxReadAheadOctets);
    this.#watch = new SocketWatch(socket, this, "reader");
  }

  open(listener: LinkListener): Link {
    if (this.#link !== undefined) throw new Error("a heartbeat link on this socket is open already");
    const link = new SharedLink(this, listener, this.#maxMalformedFrames);
    this.#link = link;
    process.nextTick(() => {
      if (this.#overBecause !== undefined) link.end(this.#overBecause);
      else if (this.#isReady) link.report.opened();
    });
    return link;
  }

  sendHeartbeat(heartbeat: Heartbeat): Unsendable | undefined {
    if (!this.#socket.writable) return undefined;
    const unsent = this.#socket.writableLength - this.#writer.unsentOctets;
    if (heartbeat.kind !== "bye" && unsent > MAX_UNSENT_OCTETS) return undefined;
    const framed = frameForStream(heartbeat, HEARTBEAT_CHANNEL);
    if (!Buffer.isBuffer(framed)) return framed;
    this.#socket.write(framed);
    return undefined;
  }

  hearing(): boolean {
    return this.#socket.readableLength === 0;
  }

  linkOver(): void {
    this.#link = undefined;
    this.#endUnused();
  }

  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  applicationOver(): void {
    this.#isApplicationOver = true;
    this.#endUnused();
  }

  applicationAborted(): void {
    // Without the application's own error: that is no fault of the socket.
    this.#socket.destroy();
  }

  ready(): void {
    this.#isReady = true;
    this.#link?.report.opened();
  }

  data(chunk: Buffer): void {
    this.#sawHeartbeat = false;
    this.#sawMalformed = false;
    this.#sawApplication = false;
    this.#reader.read(chunk);
    if (this.#sawHeartbeat) return;
    if (this.#sawApplication || !this.#sawMalformed) this.#link?.report.active();
  }

  frame(frame: Heartbeat | Malformed): void {
    if (frame.kind === "malformed") this.#sawMalformed = true;
    else this.#sawHeartbeat = true;
    this.#link?.frame(frame);
  }

  applicationOctets(octets: Buffer): void {
    this.#sawApplication = true;
    this.application.deliver(octets);
  }

  applicationEnd(): void {
    this.#peerEnded = true;
    this.application.deliverEnd();
  }

  outOfSync(detail: string): void {
    this.#watch.release();
    this.over({ kind: "protocol", detail }, new Error(detail));
  }

  over(reason: CloseReason, error?: Error): void {
    this.#overBecause = reason;
    this.#link?.end(reason);
    destroySocket(this.#socket);
    // Both ends said all they had to say: what still waits here may be read in peace.
    if (this.#peerEnded && this.application.writableFinished) return;
    if (error !== undefined) this.application.destroy(error);
    else if (reason.kind === "ended" && reason.by === "peer") this.application.destroy(prematureEnd());
    else this.application.destroy();
  }

  #endUnused(): void {
    if (!this.#isApplicationOver || this.#link !== undefined || this.#overBecause !== undefined) return;
    this.#overBecause = { kind: "ended", by: "local" };
    this.#watch.release();
    flushAndDestroySocket(this.#socket);
  }
}

function prematureEnd(): Error {
  const error = new Error("the peer closed the socket before the end of its application's octets");
  return Object.assign(error, { code: "ERR_STREAM_PREMATURE_CLOSE" });
}
