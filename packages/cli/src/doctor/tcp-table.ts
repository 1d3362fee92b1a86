import { SocketAddress } from "node:net";

/** One end of a connection. */
export interface Endpoint {
  /** As `inet_ntop` writes it: `10.0.0.7`, `2001:db8::1`, `::ffff:10.0.0.7`. */
  readonly address: string;
  readonly port: number;
}

/**
 * The one timer that the kernel shows of a socket. It has several, and shows the most urgent kind: so
 * `retransmission` and `window-probe` hide whether a keepalive timer runs too.
 */
export type TimerKind = "none" | "retransmission" | "keepalive" | "time-wait" | "window-probe";

/** One row of /proc/net/tcp or /proc/net/tcp6. */
export interface TcpTableRow {
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /** Of include/net/tcp_states.h: 1 is established, 10 is listening. */
  readonly state: number;
  /** Octets written but not yet acknowledged by the peer. */
  readonly sendQueue: number;
  readonly timer: { readonly kind: TimerKind; readonly expiresInMs: number };
  /** Retransmissions of the oldest unacknowledged segment. */
  readonly retransmits: number;
  /** Probes, of keepalive or of a closed window, that the peer has not answered. */
  readonly unansweredProbes: number;
  readonly uid: number;
  /** 0: no process holds the socket any more. */
  readonly inode: number;
}

/** What a table says. */
export interface TcpTable {
  readonly rows: readonly TcpTableRow[];
  /** Lines that could not be understood. */
  readonly malformed: number;
}

/** TCP_ESTABLISHED. */
export const ESTABLISHED = 1;

/** By the number in the column `tr`. */
const TIMERS: readonly TimerKind[] = ["none", "retransmission", "keepalive", "time-wait", "window-probe"];

/** The kernel tells user space in USER_HZ: 100 on every architecture that Node runs on (asm/param.h). */
const MS_PER_CLOCK_TICK = 10;

/** sl, local, remote, st, tx:rx, tr:when, retrnsmt, uid, timeout, inode; what follows is for debugging. */
const ROW =
  /^ *\d+: ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4}) ([\dA-F]{2}) ([\dA-F]{8}):[\dA-F]{8} (0[0-4]):([\dA-F]{8,16}) ([\dA-F]{8}) +(\d+) +(\d+) (\d+) /;

/**
 * Reads the text of /proc/net/tcp or tcp6. Never throws: a line that is no row is counted.
 *
 * Source: get_tcp4_sock in net/ipv4/tcp_ipv4.c, get_tcp6_sock in net/ipv6/tcp_ipv6.c.
 *
 * @param endianness of the kernel that wrote it: each 32 bits of an address are printed as a number
 */
export function parseTcpTable(text: string, endianness: "LE" | "BE"): TcpTable {
  const rows: TcpTableRow[] = [];
  let malformed = 0;
  // The first line is the heading.
  for (const line of text.split("\n").slice(1)) {
    if (line === "") continue;
    const row = parseRow(line, endianness);
    if (row === undefined) malformed++;
    else rows.push(row);
  }
  return { rows, malformed };
}

function parseRow(line: string, endianness: "LE" | "BE"): TcpTableRow | undefined {
  // The kernel pads every line of the IPv4 table; that of IPv6 ends in a number.
  const match = ROW.exec(`${line} `);
  if (match === null) return undefined;
  const [, local, localPort, peer, peerPort, state, sendQueue, timer, when, retransmits, uid, probes, inode] =
    match as unknown as readonly string[];
  return {
    local: { address: parseAddress(local!, endianness), port: Number.parseInt(localPort!, 16) },
    peer: { address: parseAddress(peer!, endianness), port: Number.parseInt(peerPort!, 16) },
    state: Number.parseInt(state!, 16),
    sendQueue: Number.parseInt(sendQueue!, 16),
    timer: {
      kind: TIMERS[Number.parseInt(timer!, 16)]!,
      expiresInMs: Number.parseInt(when!, 16) * MS_PER_CLOCK_TICK,
    },
    retransmits: Number.parseInt(retransmits!, 16),
    uid: Number(uid),
    unansweredProbes: Number(probes),
    inode: Number(inode),
  };
}

/** 8 or 32 hexadecimal digits: 32 bits after 32 bits, each as a number of the kernel's endianness. */
function parseAddress(hex: string, endianness: "LE" | "BE"): string {
  const octets = Buffer.from(hex, "hex");
  if (endianness === "LE") octets.swap32();
  if (octets.length === 4) return octets.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => octets.readUInt16BE(2 * index).toString(16));
  return new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address;
}

/** `10.0.0.7:443`, `[2001:db8::1]:443`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
