import type { RemoteInfo } from "node:dgram";
import {
  type CloseReason,
  causeOfError,
  type Heartbeat,
  type Link,
  type LinkListener,
} from "@heartwire/core";
import { resolveHost, type UdpAddress } from "./address.js";
import { DatagramSocket } from "./datagram-socket.js";
import { type EndedSessions, endedSession, RESTART_QUARANTINE_MS } from "./ended-sessions.js";
import { decodeDatagram, isBad, randomSession, sessionOf } from "./envelope.js";
import { sendHeartbeat } from "./sending.js";
import type { UdpOptions } from "./udp.js";
import { tellClosed } from "./udp-transport.js";

/** The links of one transport have one peer, so its address need not tell its ended sessions apart. */
const SOLE_PEER = "";

/** A link with a connected socket of its own. */
export class ConnectedLink implements Link {
  readonly #listener: LinkListener;
  readonly #ended: EndedSessions;
  readonly #session = randomSession();
  #state: "opening" | "open" | "closed" = "opening";
  #socket: DatagramSocket | undefined;
  #remote: UdpAddress = { address: "", port: 0 };
  /** The peer's session as int32; undefined until its first datagram. */
  #peerSession: number | undefined;

  constructor(options: UdpOptions, listener: LinkListener, ended: EndedSessions) {
    this.#listener = listener;
    this.#ended = ended;
    void this.#open(options);
  }

  send(heartbeat: Heartbeat): void {
    if (this.#state === "open" && this.#socket !== undefined) {
      sendHeartbeat(this.#socket.socket, this.#session, heartbeat, undefined, this);
    }
  }

  close(): void {
    this.#state = "closed";
    if (this.#socket === undefined) return;
    this.#socket.socket.removeListener("message", this.#received);
    this.#socket.socket.removeListener("error", this.#socketFailed);
    void this.#socket.close();
    this.#socket = undefined;
  }

  failed(reason: CloseReason): void {
    if (this.#state === "closed") return;
    this.close();
    tellClosed(this.#listener, reason);
  }

  async #open({ host, port, type, localAddress, localPort, lookup }: UdpOptions): Promise<void> {
    try {
      const target = await resolveHost(host, type, lookup);
      if (this.#isClosed()) return;
      this.#socket = new DatagramSocket({ type: target.type, address: localAddress, port: localPort });
      await this.#connect(this.#socket, target.address, port);
    } catch (error) {
      this.failed(causeOfError(error, "connecting"));
      return;
    }
    if (this.#isClosed()) return;
    this.#state = "open";
    this.#listener.opened();
  }

  async #connect({ socket, bound }: DatagramSocket, address: string, port: number): Promise<void> {
    await bound;
    await new Promise<void>((resolve, reject) => {
      socket.connect(port, address, (error?: Error) => (error ? reject(error) : resolve()));
    });
    if (this.#isClosed()) return;
    this.#remote = socket.remoteAddress();
    socket.on("error", this.#socketFailed);
    socket.on("message", this.#received);
  }

  // A method, for what `await` lets happen in between is nothing the compiler can see.
  #isClosed(): boolean {
    return this.#state === "closed";
  }

  readonly #socketFailed = (error: Error): void => this.failed(causeOfError(error, "open"));

  // The hot path: no closure, string or array is made for a datagram.
  readonly #received = (datagram: Buffer, from: RemoteInfo): void => {
    // Came in after bind and before connect, from anybody.
    if (from.port !== this.#remote.port || from.address !== this.#remote.address) return;
    const heartbeat = decodeDatagram(datagram);
    if (isBad(heartbeat)) {
      this.#listener.rejected(heartbeat);
      return;
    }
    const session = sessionOf(datagram);
    if (session === this.#peerSession || this.#admits(session, heartbeat)) this.#listener.received(heartbeat);
  };

  /** Judges a session that is not the one we know: a stray of an old one, the first, or a restart. */
  #admits(session: number, heartbeat: Heartbeat): boolean {
    const known = this.#peerSession;
    // A bye ends the session we know, and begins none.
    const endsNothing = heartbeat.kind === "bye" && known !== undefined;
    if (endsNothing || this.#ended.has(SOLE_PEER, session)) {
      this.#listener.rejected(endedSession(session));
      return false;
    }
    if (known === undefined) {
      this.#peerSession = session;
      return true;
    }
    this.#ended.remember(SOLE_PEER, known, RESTART_QUARANTINE_MS);
    this.failed({ kind: "restarted", previousSession: known >>> 0, session: session >>> 0 });
    return false;
  }
}
