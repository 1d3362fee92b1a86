/** Where an option lives: the second and third argument of setsockopt. */
export interface OptionNumber {
  readonly level: number;
  readonly name: number;
}

/** Every option this package sets or reads, named by what it means. */
export interface OptionNumbers {
  /** SO_KEEPALIVE: 0 or 1. */
  readonly enabled: OptionNumber;
  /** Whole seconds. */
  readonly idle: OptionNumber;
  /** Whole seconds. */
  readonly interval: OptionNumber;
  readonly probes: OptionNumber;
  /** Milliseconds. Absent where the system has no TCP_USER_TIMEOUT with Linux's meaning. */
  readonly userTimeout?: OptionNumber;
}

/** One option of {@link OptionNumbers}. */
export type OptionKey = keyof OptionNumbers;

/** What is known of one system. */
export interface PlatformOptions {
  readonly numbers: OptionNumbers;
  /** Why `userTimeout` is absent. */
  readonly whyNoUserTimeout?: string;
  /** Why the numbers are of no use: Node does not tell where its sockets are. Absent: it does. */
  readonly whyUnreachable?: string;
}

const IPPROTO_TCP = 6;
const tcp = (name: number): OptionNumber => ({ level: IPPROTO_TCP, name });
/** SOL_SOCKET and SO_KEEPALIVE, as 4.2BSD numbered them; Winsock and xnu kept that. */
const BSD_SO_KEEPALIVE: OptionNumber = { level: 0xffff, name: 8 };

/**
 * TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT: include/uapi/linux/tcp.h; SO_KEEPALIVE:
 * include/uapi/asm-generic/socket.h. Only mips, of Node's architectures, numbers SO_KEEPALIVE otherwise; there is
 * no koffi for it, so these numbers are never used there.
 */
const LINUX: PlatformOptions = {
  numbers: {
    enabled: { level: 1, name: 9 },
    idle: tcp(4),
    interval: tcp(5),
    probes: tcp(6),
    userTimeout: tcp(18),
  },
};

/**
 * TCP_KEEPALIVE, TCP_KEEPINTVL, TCP_KEEPCNT: bsd/netinet/tcp.h of xnu; SO_KEEPALIVE: bsd/sys/socket.h.
 * TCP_RXT_CONNDROPTIME (0x80, whole seconds) is no user timeout: bsd/netinet/tcp_timer.c looks at it only while
 * retransmitting data, so it neither ends an idle connection nor replaces the count of probes.
 */
const MACOS: PlatformOptions = {
  numbers: {
    enabled: BSD_SO_KEEPALIVE,
    idle: tcp(0x10),
    interval: tcp(0x101),
    probes: tcp(0x102),
  },
  whyNoUserTimeout: "macOS has none (TCP_RXT_CONNDROPTIME bounds retransmission alone)",
};

/**
 * TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT: sys/netinet/tcp.h of FreeBSD; SO_KEEPALIVE: sys/sys/socket.h.
 * TCP_MAXUNACKTIME (68, whole seconds) is no user timeout: sys/netinet/tcp_timer.c does not
 * look at it in the keepalive timer, so it neither ends an idle connection nor replaces the count of probes.
 */
const FREEBSD: PlatformOptions = {
  numbers: {
    enabled: BSD_SO_KEEPALIVE,
    idle: tcp(256),
    interval: tcp(512),
    probes: tcp(1024),
  },
  whyNoUserTimeout: "FreeBSD has none (TCP_MAXUNACKTIME bounds unacknowledged data alone)",
};

/**
 * TCP_KEEPIDLE (Windows 10 1709), TCP_KEEPINTVL (1709), TCP_KEEPCNT (1703): ws2ipdef.h of the Windows SDK and of
 * mingw-w64; SO_KEEPALIVE: winsock2.h. TCP_MAXRT (5, whole seconds) and TCP_MAXRTMS (14) bound retransmission.
 * Kept to be compared with the headers: nothing can be set with them, since Node does not give out its SOCKETs.
 */
const WINDOWS: PlatformOptions = {
  numbers: {
    enabled: BSD_SO_KEEPALIVE,
    idle: tcp(3),
    interval: tcp(17),
    probes: tcp(16),
  },
  whyNoUserTimeout: "Windows has none (TCP_MAXRT bounds retransmission alone)",
  whyUnreachable: "Node gives out no descriptor of a socket on Windows",
};

const BY_PLATFORM: Partial<Record<NodeJS.Platform, PlatformOptions>> = {
  linux: LINUX,
  darwin: MACOS,
  freebsd: FREEBSD,
  win32: WINDOWS,
};

/**
 * What is known of a platform, by `process.platform`; `undefined`: unsupported, never guessed. Linux's numbers
 * are tested against its headers and its kernel, the others against a transcript of their headers.
 */
export function platformOptions(platform: NodeJS.Platform): PlatformOptions | undefined {
  return BY_PLATFORM[platform];
}
