import type { Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { DgramAsPromised } from "dgram-as-promised";
import { numericLookup, type SocketType } from "./address.js";

/** Where and how to bind. */
export interface BindOptions {
  readonly type: SocketType;
  readonly port?: number | undefined;
  readonly address?: string | undefined;
  readonly ipv6Only?: boolean | undefined;
  readonly reuseAddr?: boolean | undefined;
  readonly recvBufferOctets?: number | undefined;
}

/**
 * A UDP socket that binds at once, cannot emit an unhandled 'error', and whose promises all settle.
 * dgram-as-promised binds and closes; datagrams are received and sent on {@link socket} itself, for its
 * receiving side loses datagrams and it cannot connect.
 */
export class DatagramSocket {
  readonly socket: Socket;
  /**
   * Rejects with the error of bind(2) or of the look-up, or when closed before; may be ignored. Even one that
   * failed is to be closed by its owner.
   */
  readonly bound: Promise<AddressInfo>;
  readonly #close: () => Promise<void>;
  #closing: Promise<void> | undefined;
  #closedEarly!: () => void;

  constructor(options: BindOptions) {
    const promised = DgramAsPromised.createSocket({
      type: options.type,
      ipv6Only: options.ipv6Only ?? false,
      reuseAddr: options.reuseAddr ?? false,
      recvBufferSize: options.recvBufferOctets,
      lookup: numericLookup,
    });
    this.socket = promised.socket;
    this.#close = () => promised.close();
    // Stays for good: an error may come late, even after close().
    this.socket.on("error", ignore);
    // A bind that waits for a name never settles once the socket is closed, hence the race.
    const closedEarly = new Promise<never>((_, reject) => {
      this.#closedEarly = () => reject(new Error("the socket was closed before it was bound"));
    });
    // Exclusive: the workers of a cluster must not silently share one socket and its sessions.
    const binding = promised.bind({
      port: options.port ?? 0,
      ...(options.address === undefined ? {} : { address: options.address }),
      exclusive: true,
    });
    this.bound = Promise.race([binding, closedEarly]);
    this.bound.catch(ignore);
  }

  /** Idempotent; resolves when the socket is closed, never rejects. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closedEarly();
      this.#closing = this.#close().catch(ignore);
    }
    return this.#closing;
  }
}

function ignore(): void {}
