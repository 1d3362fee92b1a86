import { type LookupAddress, type LookupOneOptions, lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction, SocketAddress } from "node:net";

/** A socket's IP version, in Node's words. A `udp6` socket also carries IPv4, as `::ffff:a.b.c.d`. */
export type SocketType = "udp4" | "udp6";

/** The numeric address of one UDP endpoint. */
export interface UdpAddress {
  /** `10.0.0.2`, `fd00::2`, `fe80::2%eth0`: canonical, as the kernel writes it. */
  readonly address: string;
  readonly port: number;
}

/** A numeric address, and the type of socket that reaches it. */
export interface ResolvedHost {
  readonly address: string;
  readonly type: SocketType;
}

/** An address for people, and the key of a peer: `10.0.0.2:40312`, `[fd00::2]:40312`. */
export function formatAddress(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What {@link ipv4Number} says of anything but an IPv4 address. No datagram comes from 0.0.0.0. */
export const NOT_IPV4 = 0;

const DOT = 46;
const ZERO = 48;
const NINE = 57;

/**
 * A dotted IPv4 address as its number, an int32. At each datagram this is cheaper than comparing strings: at
 * 100 000 peers the other string lies in memory that no cache holds.
 */
export function ipv4Number(address: string): number {
  let number = 0;
  let octet = 0;
  for (let index = 0; index < address.length; index++) {
    const code = address.charCodeAt(index);
    if (code === DOT) {
      number = (number << 8) | octet;
      octet = 0;
    } else if (code >= ZERO && code <= NINE) {
      octet = 10 * octet + code - ZERO;
    } else {
      return NOT_IPV4;
    }
  }
  return (number << 8) | octet;
}

/**
 * Finds the one numeric address that a host stands for; a name is looked up, a number is not. A name with
 * addresses of both versions resolves to one that `type` asks for, or else to its first IPv4 address, for
 * that is what a hub listens on by default.
 *
 * Rejects with the error of the look-up, or with `EAFNOSUPPORT` when the host has no address that a socket
 * of this type reaches.
 */
export async function resolveHost(
  host: string,
  type: SocketType | undefined,
  lookup: LookupFunction = systemLookup,
): Promise<ResolvedHost> {
  const addresses = isIP(host) === 0 ? await lookUp(host, lookup) : [host];
  const preferred = type === "udp6" ? 6 : 4;
  const address = addresses.find((candidate) => isIP(candidate) === preferred) ?? addresses[0];
  if (address === undefined || (type === "udp4" && isIP(address) === 6)) {
    throw Object.assign(new Error(`${host} has no address for ${type ?? "UDP"}`), { code: "EAFNOSUPPORT" });
  }
  if (isIP(address) === 4) {
    // "Any address" as a destination means this host; its answers come from the loopback address.
    const host4 = address === "0.0.0.0" ? "127.0.0.1" : address;
    return type === "udp6" ? { address: `::ffff:${host4}`, type: "udp6" } : { address: host4, type: "udp4" };
  }
  return { address: address === "::" ? "::1" : canonicalIPv6(address), type: "udp6" };
}

/**
 * A look-up for dgram, which asks for one before every single send, numeric or not: numbers are answered at
 * once. Node's own answers a tick later, and made a send 4 % dearer (2.74 against 2.62 µs of CPU).
 */
export function numericLookup(
  host: string,
  options: LookupOneOptions,
  answer: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  const family = isIP(host);
  if (family === 0) systemLookup(host, options, answer);
  else answer(null, host, family);
}

function lookUp(host: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found: string | LookupAddress[]) => {
      if (error) reject(error);
      // A look-up of the application's own may disregard `all`.
      else resolve(typeof found === "string" ? [found] : found.map(({ address }) => address));
    });
  });
}

// Peers are recognised by comparing with what the kernel writes, so `0::1` must become `::1`.
function canonicalIPv6(address: string): string {
  const [number = "", zone] = address.split("%");
  const canonical = new SocketAddress({ address: number, family: "ipv6" }).address;
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}
