import type { LookupFunction } from "node:net";
import type { Transport } from "@heartwire/core";
import type { SocketType } from "./address.js";
import { ConnectedLink } from "./connected-link.js";
import { EndedSessions } from "./ended-sessions.js";
import { requireFunction, requireInteger, requireSocketType, requireText } from "./options.js";
import { UDP } from "./udp-transport.js";

/** Where {@link udp} finds its peer, and what it binds itself to. */
export interface UdpOptions {
  /** Name or numeric address of the peer; a name is looked up with every `open()`. */
  readonly host: string;
  /** The peer's port, 1 to 65535. */
  readonly port: number;
  /** Default: by the address; of a name with IPv4 and IPv6 addresses the first IPv4 address. */
  readonly type?: SocketType;
  /** The local address to send from. Default: the system chooses. */
  readonly localAddress?: string;
  /** The local port to send from, 0 to 65535. Default 0: a fresh one with every `open()`. */
  readonly localPort?: number;
  /** Finds the address of a name. Default: `dns.lookup`. */
  readonly lookup?: LookupFunction;
}

/**
 * Heartbeats with one peer, over a connected UDP socket of their own, made by each `open()` with a fresh
 * session and closed with the link. Being connected, the socket learns what the network says: when the
 * peer's process is gone but its host is not, the next heartbeat is answered by ICMP, and the link is closed
 * as `refused` within one round trip. With the host gone too there is only silence.
 *
 * Closes with `connect-failed` (name not found, local address in use), `unreachable`, `refused`, or
 * `restarted` (the peer answers under a new session; open again to go on with it).
 *
 * @throws TypeError or RangeError for an option that cannot be, with its name and value.
 */
export function udp(options: UdpOptions): Transport {
  const { host, port, type, localAddress, localPort, lookup } = options;
  requireText("host", host);
  requireInteger("port", port, 1, 65_535);
  if (type !== undefined) requireSocketType(type);
  if (localAddress !== undefined) requireText("localAddress", localAddress);
  if (localPort !== undefined) requireInteger("localPort", localPort, 0, 65_535);
  if (lookup !== undefined) requireFunction("lookup", lookup);
  // Shared by all links: with a fixed local port, a datagram meant for one can reach the next.
  const ended = new EndedSessions();
  return { ...UDP, open: (listener) => new ConnectedLink(options, listener, ended) };
}
