import { Socket } from "node:net";
import { checkPartialKeepaliveSettings, type PartialKeepaliveSettings } from "@heartwire/core";
import { applyKeepalive } from "./apply-keepalive.js";
import type { ReportListener } from "./keepalive-transport.js";
import { requireFunction } from "./require.js";

/** What enforcing keepalive may be told besides. */
export interface EnforceKeepaliveOptions {
  /**
   * Hears what became of the settings each time they are applied: once a socket, and again each time something
   * else has overwritten them. Of a TLS server's connection it gets the TCP socket under the TLS one. What it
   * throws reaches whoever made the socket.
   */
  readonly onReport?: ReportListener;
}

/** Settings that are applied to every socket that something makes, until closed. */
export interface KeepaliveEnforcement {
  /** Ends it: detaches, and puts overridden methods back. Sockets that have the settings keep them. Idempotent. */
  close(): void;
  /** `close()`, for `using`: Node has that symbol as of 20.4. */
  [Symbol.dispose](): void;
}

/**
 * Applies settings to each socket handed to {@link take}: at once if it is connected, else as soon as it is.
 *
 * @throws RangeError when a setting is outside the kernel's range, with its name and value.
 * @throws TypeError when `settings` is no object, or `onReport` no function.
 */
export class SocketEnforcer implements KeepaliveEnforcement {
  readonly #settings: PartialKeepaliveSettings;
  readonly #onReport: ReportListener | undefined;
  /** Sockets that connect yet, and how to let go of each. */
  readonly #connecting = new Map<Socket, () => void>();
  readonly #releases: (() => void)[] = [];
  #closed = false;

  constructor(settings: PartialKeepaliveSettings, { onReport }: EnforceKeepaliveOptions = {}) {
    checkPartialKeepaliveSettings(settings);
    requireFunction("onReport", onReport);
    this.#settings = Object.freeze({ ...settings });
    this.#onReport = onReport;
  }

  /** Takes whatever a maker of sockets made. What is no socket of Node's own is passed over. */
  take(socket: unknown): void {
    if (this.#closed || !(socket instanceof Socket) || socket.destroyed) return;
    if (socket.pending) this.#awaitConnect(socket);
    else this.#apply(socket);
  }

  /** Has `release` called at the end. */
  atEnd(release: () => void): void {
    this.#releases.push(release);
  }

  close(): void {
    this.#closed = true;
    for (const release of this.#releases.splice(0)) release();
    for (const release of this.#connecting.values()) release();
    this.#connecting.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #awaitConnect(socket: Socket): void {
    if (this.#connecting.has(socket)) return;
    const release = (): void => {
      socket.removeListener("connect", connected);
      socket.removeListener("close", closed);
    };
    const closed = (): void => {
      release();
      this.#connecting.delete(socket);
    };
    const connected = (): void => {
      closed();
      this.#apply(socket);
    };
    // First in the row, so that whoever hears of the connection finds the settings in force.
    socket.prependListener("connect", connected);
    socket.once("close", closed);
    this.#connecting.set(socket, release);
  }

  #apply(socket: Socket): void {
    const report = applyKeepalive(socket, this.#settings);
    this.#onReport?.(report, socket);
  }
}
