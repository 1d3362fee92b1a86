import type { Socket } from "node:net";
import type { LinkListener } from "@heartwire/core";
import {
  hasUnacknowledged,
  type KeepaliveInForce,
  KernelEvidence,
  type KernelFinding,
} from "./kernel-evidence.js";
import type { TcpInfoReading } from "./tcp-info.js";
import { readTcpInfo } from "./tcp-info-read.js";

/** Whether sent data was unacknowledged when the socket failed. `unknown`: the kernel could never be asked. */
export type Unacknowledged = "yes" | "no" | "unknown";

/**
 * Looks at a connected socket's TCP_INFO whenever that can matter, by one timer, and tells the listener `active`
 * and `doubted`. Where TCP_INFO cannot be read it never looks again. Its timer does not keep the process alive:
 * the socket does.
 */
export class EvidenceSampler {
  readonly #socket: Socket;
  readonly #listener: Pick<LinkListener, "active" | "doubted">;
  readonly #evidence: KernelEvidence;
  readonly #read: (socket: Socket) => TcpInfoReading;
  #timer: NodeJS.Timeout | undefined;
  #last: { readonly unacknowledged: boolean; readonly bytesWritten: number } | undefined;

  constructor(
    socket: Socket,
    listener: Pick<LinkListener, "active" | "doubted">,
    settings: KeepaliveInForce,
    read: (socket: Socket) => TcpInfoReading = readTcpInfo,
  ) {
    this.#socket = socket;
    this.#listener = listener;
    this.#evidence = new KernelEvidence(settings);
    this.#read = read;
  }

  /** Looks for the first time, and says that the peer's kernel was heard: when, or else just now. */
  start(): void {
    if (this.#look() === "unreadable") this.#listener.active();
  }

  /** Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /**
   * Asked after the kernel gave up, when the descriptor is gone. Known from the last look; and inferred, if more
   * was written since: had it been acknowledged, the kernel could not have given up before the next look.
   */
  get unacknowledged(): Unacknowledged {
    if (this.#last === undefined) return "unknown";
    const wroteSince = this.#socket.bytesWritten > this.#last.bytesWritten;
    return this.#last.unacknowledged || wroteSince ? "yes" : "no";
  }

  readonly #look = (): "looked" | "unreadable" => {
    const info = this.#read(this.#socket);
    // A closed connection's numbers are gone, and its error is on the way.
    if (info.kind === "unreadable" || info.state === "closed" || info.lastAckReceivedMs === undefined) {
      return "unreadable";
    }
    this.#last = { unacknowledged: hasUnacknowledged(info), bytesWritten: this.#socket.bytesWritten };
    const { finding, againMs } = this.#evidence.look(info, performance.now());
    // Before the listener is told, for it may stop us.
    this.#timer = setTimeout(this.#look, againMs).unref();
    this.#tell(finding);
    return "looked";
  };

  #tell(finding: KernelFinding): void {
    if (finding.kind === "heard") this.#listener.active(finding.agoMs);
    else if (finding.kind === "unanswered") this.#listener.doubted(finding.silentMs);
  }
}
