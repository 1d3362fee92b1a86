import type { AddressInfo, LookupFunction } from "node:net";
import type { PeerSource, Transport } from "@heartwire/core";
import type { SocketType, UdpAddress } from "./address.js";
import { DatagramHub } from "./datagram-hub.js";
import { requireFunction, requireInteger, requireSocketType, requireText } from "./options.js";

/** How a {@link UdpHub} is made. Everything has a default. */
export interface UdpHubOptions {
  /** The local port, 0 to 65535. Default 0: the system chooses; see {@link UdpHub.bound}. */
  readonly port?: number;
  /** The local address or name. Default: all interfaces. */
  readonly address?: string;
  /** Default "udp4". A "udp6" hub on all interfaces also serves IPv4, unless `ipv6Only`. */
  readonly type?: SocketType;
  /** With "udp6": no IPv4, so that a "udp4" hub can have the same port. Default false. */
  readonly ipv6Only?: boolean;
  /**
   * Sets SO_REUSEADDR. Default false. On Linux two sockets that both set it can then bind one port, and only
   * the later one gets the datagrams: nothing for sharing load.
   */
  readonly reuseAddr?: boolean;
  /**
   * The kernel's receive buffer, in octets; the kernel may grant less (Linux: `net.core.rmem_max`). Default:
   * the system's, which on Linux holds some 280 heartbeats that arrive while the process is busy.
   */
  readonly recvBufferOctets?: number;
  /** Peers that came by themselves and have an open link, at most. 1 to 16 000 000, default 100 000. */
  readonly maxPeers?: number;
  /** Finds the address of a name given to `connect`. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction;
}

/** Heartbeats with many peers over one UDP socket. */
export interface UdpHub {
  /**
   * The peers that come by themselves. A valid heartbeat from an address unknown makes a new
   * {@link Peer}; if its transport is opened within `peer()`, that heartbeat is the link's first. A peer that
   * is not opened is not stored, and is told of again with its next heartbeat. A `bye` makes no peer.
   *
   * `listen` throws an Error while there is another subscription: a heartbeat belongs to one link.
   */
  readonly peers: PeerSource<UdpAddress>;
  /**
   * A peer that we address first, over the same socket. The name is looked up once per `open()`. One
   * address has one link: opening a second one ends in `connect-failed` with `EISCONN`; a link of a peer
   * that came by itself gives way, and is closed as `ended` by `local`.
   *
   * @throws TypeError or RangeError for a host or port that cannot be.
   */
  connect(remote: { readonly host: string; readonly port: number }): Transport;
  /**
   * The local address, once bound. Rejects when binding fails or the hub is closed before; ignoring that is
   * safe, as links and peers are told by their own `closed`.
   */
  readonly bound: Promise<AddressInfo>;
  /**
   * Closes all links (`closed()` without a reason, and no `bye`: send it before), the peer source and the
   * socket; resolves when the socket is closed. Idempotent, never rejects.
   */
  close(): Promise<void>;
}

/**
 * Makes a hub and binds its socket at once. A failure to bind, such as `EADDRINUSE`, arrives at every link
 * and at the peer source as `closed({ kind: "connect-failed", errno, … })`, and as rejection of
 * {@link UdpHub.bound}. The socket keeps the process running until {@link UdpHub.close}.
 *
 * @throws TypeError or RangeError for an option that cannot be, with its name and value.
 */
export function udpHub(options: UdpHubOptions = {}): UdpHub {
  const { port = 0, type = "udp4", maxPeers = 100_000, address, recvBufferOctets, lookup } = options;
  requireInteger("port", port, 0, 65_535);
  requireSocketType(type);
  requireInteger("maxPeers", maxPeers, 1, 16_000_000);
  if (address !== undefined) requireText("address", address);
  if (recvBufferOctets !== undefined) requireInteger("recvBufferOctets", recvBufferOctets, 1, 0x7fff_ffff);
  if (lookup !== undefined) requireFunction("lookup", lookup);
  return new DatagramHub({ ...options, port, type, maxPeers });
}
