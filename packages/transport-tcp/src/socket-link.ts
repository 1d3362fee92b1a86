import type { Socket } from "node:net";
import type { CloseReason, Heartbeat, Link, LinkListener } from "@heartwire/core";
import { destroySocket, flushAndDestroySocket } from "./close-socket.js";
import type { FrameReader } from "./frame-reader.js";
import { frameForStream, MAX_UNSENT_OCTETS, type Unsendable } from "./frame-writer.js";
import { LinkReport } from "./link-report.js";
import { type SocketHandler, SocketWatch } from "./socket-watch.js";

/** What becomes of a socket when its link ends: left to its owner, or destroyed. */
export type SocketFate = "detach" | "destroy";

/** The link over a whole socket. */
export class SocketLink implements Link, SocketHandler {
  readonly #socket: Socket;
  readonly #report: LinkReport;
  readonly #watch: SocketWatch;
  readonly #reader: FrameReader;
  readonly #fate: SocketFate;
  #byeSent = false;

  constructor(
    socket: Socket,
    listener: LinkListener,
    {
      reader,
      fate,
      maxMalformedFrames,
    }: { reader: FrameReader; fate: SocketFate; maxMalformedFrames: number },
  ) {
    this.#socket = socket;
    this.#reader = reader;
    this.#fate = fate;
    this.#report = new LinkReport(listener, maxMalformedFrames);
    this.#watch = new SocketWatch(socket, this, "reader");
  }

  send(heartbeat: Heartbeat): void {
    if (!this.#report.isOpen || this.#byeSent || !this.#socket.writable) return;
    const isBye = heartbeat.kind === "bye";
    if (!isBye && this.#socket.writableLength > MAX_UNSENT_OCTETS) return;
    const framed = frameForStream(heartbeat);
    if (!Buffer.isBuffer(framed)) {
      // Later, because the caller may be in the middle of handling something else the link told.
      process.nextTick(() => this.#refuse(framed));
      return;
    }
    this.#byeSent = isBye;
    this.#socket.write(framed);
  }

  close(): void {
    if (this.#report.isOver) return;
    this.#report.stop();
    this.#releaseSocket();
  }

  hearing(): boolean {
    return this.#socket.readableLength === 0;
  }

  ready(): void {
    this.#report.opened();
  }

  data(chunk: Buffer): void {
    let at = 0;
    let frames = 0;
    while (at < chunk.length && !this.#report.isOver) {
      at = this.#reader.take(chunk, at);
      const frame = this.#reader.result;
      if (frame === undefined) break;
      frames += 1;
      const fault = this.#report.frame(frame);
      if (fault !== undefined) this.#end(fault);
    }
    if (frames === 0) this.#report.active();
    // Whoever reads the socket next goes on where this link stopped.
    else if (at < chunk.length && !this.#socket.destroyed) this.#socket.unshift(chunk.subarray(at));
  }

  over(reason: CloseReason): void {
    if (this.#fate === "destroy") destroySocket(this.#socket);
    this.#report.closed(reason);
  }

  #refuse(unsendable: Unsendable): void {
    if (unsendable.kind === "oversized") this.#report.rejected(unsendable);
    else this.#end(unsendable);
  }

  #end(reason: CloseReason): void {
    if (this.#report.isOver) return;
    this.#releaseSocket();
    this.#report.closed(reason);
  }

  #releaseSocket(): void {
    this.#watch.release();
    if (this.#fate === "detach") return;
    if (this.#byeSent) flushAndDestroySocket(this.#socket);
    else destroySocket(this.#socket);
  }
}
