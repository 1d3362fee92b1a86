import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What a socket gets that sets nothing itself; of this process's network namespace. */
export type SystemKeepalive =
  | {
      readonly kind: "read";
      /** net.ipv4.tcp_keepalive_time. */
      readonly idleMs: number;
      /** net.ipv4.tcp_keepalive_intvl. */
      readonly intervalMs: number;
      /** net.ipv4.tcp_keepalive_probes. */
      readonly probes: number;
      /** net.ipv4.tcp_retries2: how long data is retransmitted. A count; see `retransmissionLimitMs` of the core. */
      readonly retries2: number;
      /** net.ipv4.tcp_rto_max_ms; 120 000 (TCP_RTO_MAX) where the kernel has no such setting, before 6.15. */
      readonly rtoMaxMs: number;
    }
  | { readonly kind: "unreadable"; readonly why: string };

const DIRECTORY = "/proc/sys/net/ipv4";

/**
 * Where other systems keep the same. Sources: bsd/netinet/tcp_timer.c of xnu; sys/netinet/tcp_timer.c of FreeBSD;
 * Microsoft, "TCP/IP and NBT configuration parameters for Windows".
 */
const ELSEWHERE: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "sysctl net.inet.tcp.keepidle and net.inet.tcp.keepintvl (ms), net.inet.tcp.keepcnt",
  freebsd: "sysctl net.inet.tcp.keepidle and net.inet.tcp.keepintvl (ms), net.inet.tcp.keepcnt",
  win32:
    "the registry, HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters: KeepAliveTime, KeepAliveInterval (ms)",
};

/**
 * Reads the system's keepalive settings: on Linux from /proc/sys, five small files, about 50 µs. Elsewhere the
 * reading says which settings hold them. Never throws.
 *
 * IPv6 connections use the same settings. Each network namespace, so each container, has its own.
 */
export function systemKeepalive(): SystemKeepalive {
  return readSystemKeepalive(process.platform, DIRECTORY);
}

/** {@link systemKeepalive} of a given platform, from a given directory. */
export function readSystemKeepalive(platform: NodeJS.Platform, directory: string): SystemKeepalive {
  if (platform !== "linux") {
    const where = ELSEWHERE[platform];
    const hint = where === undefined ? "" : `; they are in ${where}`;
    return { kind: "unreadable", why: `Node cannot read them on ${platform}${hint}` };
  }
  try {
    const read = (name: string): number => readCounter(join(directory, name));
    return {
      kind: "read",
      idleMs: read("tcp_keepalive_time") * 1000,
      intervalMs: read("tcp_keepalive_intvl") * 1000,
      probes: read("tcp_keepalive_probes"),
      retries2: read("tcp_retries2"),
      rtoMaxMs: unlessMissing(() => read("tcp_rto_max_ms")) ?? 120_000,
    };
  } catch (error) {
    return { kind: "unreadable", why: error instanceof Error ? error.message : String(error) };
  }
}

function readCounter(file: string): number {
  const text = readFileSync(file, "latin1").trim();
  if (!/^\d{1,10}$/.test(text))
    throw new Error(`${file} holds no count, but ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

function unlessMissing(read: () => number): number | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
