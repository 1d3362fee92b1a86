import type { Socket } from "node:net";
import { type CloseReason, causeOfError, type Link, type LinkListener } from "@heartwire/core";
import { EvidenceSampler } from "./evidence-sampler.js";
import type { KeepaliveInForce } from "./kernel-evidence.js";
import {
  causeOfEnd,
  causeOfGone,
  causeOfSocketError,
  NO_EVIDENCE,
  type TimeoutEvidence,
} from "./socket-cause.js";

/** What a link needs to know of its socket and its maker. */
export interface KeepaliveLinkSetup {
  readonly socket: Socket;
  readonly listener: LinkListener;
  /** Who destroys the socket: this link at its end, or nobody but the application. */
  readonly owner: "link" | "application";
  /** What says that the socket is open. `none`: it is open already, or gone. */
  readonly openingEvent: "connect" | "secureConnect" | "none";
  /** How long the opening may take. `Infinity`: as long as the system lets it. */
  readonly connectTimeoutMs: number;
  /** What to do with what the peer sends: `drained`, it is evidence and thrown away; `left`, not ours. */
  readonly data: "drained" | "left";
  /** The socket is open. Sets keepalive; returns what is in force. */
  ready(): KeepaliveInForce;
  /** The link is over: called once, before the listener hears of it. */
  released(): void;
}

/**
 * A link that sends nothing: the kernel probes, its TCP_INFO tells of answers and of their absence, and the
 * socket's end is the verdict. On a socket of the application's it listens to `close`, `error`, `end` and the
 * opening, and never touches the data.
 */
export class KeepaliveLink implements Link {
  readonly #setup: KeepaliveLinkSetup;
  /** `connected`: the socket is, but the listener must not hear of it before open() has returned. */
  #phase: "connecting" | "connected" | "open" | "closed";
  #userTimeoutMs = 0;
  #sampler: EvidenceSampler | undefined;
  #connectTimer: NodeJS.Timeout | undefined;

  constructor(setup: KeepaliveLinkSetup) {
    this.#setup = setup;
    const { socket, openingEvent, connectTimeoutMs } = setup;
    this.#phase = openingEvent === "none" ? "connected" : "connecting";
    socket.on("error", this.#onError);
    socket.on("close", this.#onClose);
    // First in the row, since another listener may answer the peer's FIN with our own.
    socket.prependListener("end", this.#onEnd);
    if (openingEvent === "none") process.nextTick(this.#onOpen);
    else socket.once(openingEvent, this.#onOpen);
    if (connectTimeoutMs !== Number.POSITIVE_INFINITY) {
      this.#connectTimer = setTimeout(this.#onConnectTimeout, connectTimeoutMs);
    }
  }

  /** Drops every heartbeat: keepalive carries nothing of ours, not even a `bye`. */
  send(): void {}

  close(): void {
    if (this.#phase !== "closed") this.#release();
  }

  readonly #onOpen = (): void => {
    if (this.#phase === "closed") return;
    const { socket, listener, data } = this.#setup;
    if (socket.destroyed || socket.readableEnded) {
      this.#finish(causeOfGone(socket, NO_EVIDENCE));
      return;
    }
    clearTimeout(this.#connectTimer);
    this.#phase = "open";
    const inForce = this.#setup.ready();
    this.#userTimeoutMs = inForce.userTimeoutMs;
    // ready() and the listener call the application, which may close this link at any point.
    if (this.#isOpen()) listener.opened();
    if (this.#isOpen()) {
      this.#sampler = new EvidenceSampler(socket, listener, inForce);
      this.#sampler.start();
    }
    if (this.#isOpen() && data === "drained") socket.on("data", this.#onActive);
  };

  readonly #onActive = (): void => {
    if (this.#isOpen()) this.#setup.listener.active();
  };

  readonly #onError = (error: Error): void => {
    this.#finish(
      this.#phase === "connecting"
        ? causeOfError(error, "connecting")
        : causeOfSocketError(error, this.#timeoutEvidence()),
    );
  };

  readonly #onEnd = (): void => {
    // Within a TLS handshake an error says more, and follows.
    if (this.#phase !== "connecting") this.#finish(causeOfEnd(this.#setup.socket));
  };

  readonly #onClose = (): void => this.#finish(causeOfGone(this.#setup.socket, this.#timeoutEvidence()));

  readonly #onConnectTimeout = (): void => {
    const detail = `not connected within ${this.#setup.connectTimeoutMs} ms`;
    this.#finish({ kind: "connect-failed", errno: "ETIMEDOUT", detail });
  };

  #timeoutEvidence(): TimeoutEvidence {
    return { userTimeoutMs: this.#userTimeoutMs, unacknowledged: this.#sampler?.unacknowledged ?? "unknown" };
  }

  #isOpen(): boolean {
    return this.#phase === "open";
  }

  #finish(reason: CloseReason): void {
    if (this.#phase === "closed") return;
    this.#release();
    this.#setup.listener.closed(reason);
  }

  #release(): void {
    const { socket, owner, openingEvent } = this.#setup;
    this.#phase = "closed";
    clearTimeout(this.#connectTimer);
    this.#sampler?.stop();
    if (openingEvent !== "none") socket.removeListener(openingEvent, this.#onOpen);
    socket.removeListener("error", this.#onError);
    socket.removeListener("close", this.#onClose);
    socket.removeListener("end", this.#onEnd);
    socket.removeListener("data", this.#onActive);
    if (owner === "link") {
      // An error may still come; nobody is left to hear it.
      socket.on("error", ignore);
      socket.destroy();
    }
    this.#setup.released();
  }
}

function ignore(): void {}
