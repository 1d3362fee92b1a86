import type { Socket } from "node:net";
import { type CloseReason, causeOfError } from "@heartwire/core";

/** What a {@link SocketWatch} tells. Never before the tick in which the watch was made is over. */
export interface SocketHandler {
  /** Connected, and for TLS authenticated. At most once. */
  ready(): void;
  data(chunk: Buffer): void;
  /** No more can be heard: exactly once, unless released before. The watch is released already. */
  over(reason: CloseReason, error?: Error): void;
}

/** Sockets whose octets already belong to a heartbeat link: a second reader would tear the frames apart. */
const watched = new WeakSet<Socket>();

/** An error listener for sockets whose end is told, or told by something else. */
export function ignoreError(): void {}

/**
 * The life of one socket as three calls: ready, data, over. The one place that knows Node's events and their
 * order, for plain and TLS sockets, connected or connecting, ours or the application's.
 */
export class SocketWatch {
  readonly #socket: Socket;
  readonly #handler: SocketHandler;
  readonly #role: "reader" | "observer";
  readonly #flowedBefore: boolean;
  #phase: "connecting" | "open" | "released" = "connecting";
  #endedWhileConnecting = false;

  /**
   * A `reader` owns the octets and starts the socket's flow; an `observer` sees what the application reads,
   * when the application reads it.
   *
   * @throws Error when a link on this socket is open already.
   */
  constructor(socket: Socket, handler: SocketHandler, role: "reader" | "observer") {
    if (watched.has(socket)) throw new Error("a heartbeat link on this socket is open already");
    watched.add(socket);
    this.#socket = socket;
    this.#handler = handler;
    this.#role = role;
    this.#flowedBefore = socket.readableFlowing === true;
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    // First, for another listener may end our side in return: afterwards nobody knows who was first.
    socket.prependListener("end", this.#onEnd);
    if (isReady(socket) || socket.closed) process.nextTick(this.#onStart);
    else this.#awaitReady();
  }

  /** Gives the socket back: no listener of ours stays, and what nobody else reads waits for its owner. */
  release(): void {
    if (this.#phase === "released") return;
    this.#phase = "released";
    watched.delete(this.#socket);
    const socket = this.#socket;
    socket.off("error", this.#onError);
    socket.off("close", this.#onClose);
    socket.off("end", this.#onEnd);
    socket.off("data", this.#onData);
    socket.off("connect", this.#onReady);
    socket.off("secure", this.#onReady);
    const isRead = this.#flowedBefore || socket.listenerCount("data") + socket.listenerCount("readable") > 0;
    if (!isRead) socket.pause();
  }

  #awaitReady(): void {
    this.#socket.on("connect", this.#onReady);
    // Unlike "secureConnect" it comes on both ends of TLS. Node's own listener, which checks the
    // certificate, was there first.
    this.#socket.on("secure", this.#onReady);
  }

  readonly #onStart = (): void => {
    if (this.#phase === "released") return;
    const { closed, errored, readableEnded } = this.#socket;
    if (closed) {
      if (errored) this.#over(causeOfError(errored, "connecting"), errored);
      else this.#over({ kind: "ended", by: readableEnded ? "peer" : "local" });
    } else if (readableEnded) {
      this.#over({ kind: "ended", by: "peer" });
    } else {
      this.#onReady();
    }
  };

  readonly #onReady = (): void => {
    if (this.#phase !== "connecting" || this.#socket.destroyed || !isReady(this.#socket)) return;
    this.#phase = "open";
    this.#socket.off("connect", this.#onReady);
    this.#socket.off("secure", this.#onReady);
    this.#handler.ready();
    // The handler may have closed the link.
    if (this.#isReleased()) return;
    this.#socket.on("data", this.#onData);
    // A "data" listener alone does not restart a socket that was paused, as by `pauseOnConnect`.
    if (this.#role === "reader") this.#socket.resume();
  };

  #isReleased(): boolean {
    return this.#phase === "released";
  }

  readonly #onData = (chunk: Buffer): void => this.#handler.data(chunk);

  readonly #onEnd = (): void => {
    // The TLS handshake fails with an error of its own right after.
    if (this.#phase === "connecting") this.#endedWhileConnecting = true;
    else this.#over({ kind: "ended", by: this.#socket.writableEnded ? "local" : "peer" });
  };

  readonly #onError = (error: Error): void => {
    this.#over(causeOfError(error, this.#phase === "open" ? "open" : "connecting"), error);
  };

  readonly #onClose = (): void => {
    this.#over(
      this.#endedWhileConnecting
        ? { kind: "connect-failed", errno: "ECONNRESET", detail: "the peer ended the handshake" }
        : { kind: "ended", by: "local" },
    );
  };

  #over(reason: CloseReason, error?: Error): void {
    this.release();
    // Node still has to end its own side, which can fail when nobody but us ever listened.
    ignoreErrorsUntilClosed(this.#socket);
    this.#handler.over(reason, error);
  }
}

function isReady(socket: Socket): boolean {
  return !socket.pending && !(socket as { secureConnecting?: boolean }).secureConnecting;
}

function ignoreErrorsUntilClosed(socket: Socket): void {
  if (socket.closed) return;
  socket.on("error", ignoreError);
  socket.once("close", () => socket.off("error", ignoreError));
}
