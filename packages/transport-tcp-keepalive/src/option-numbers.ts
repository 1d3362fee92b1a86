/** Where an option lives: the second and third argument of setsockopt. */
export interface OptionNumber {
  readonly level: number;
  readonly name: number;
}

/** Every option this package sets or reads, named by what it means. */
export interface OptionNumbers {
  readonly enabled: OptionNumber;
  readonly idle: OptionNumber;
  readonly interval: OptionNumber;
  readonly probes: OptionNumber;
  /** Absent where the system has no TCP_USER_TIMEOUT with Linux's meaning. */
  readonly userTimeout?: OptionNumber;
}

/** One option of {@link OptionNumbers}. */
export type OptionKey = keyof OptionNumbers;

const IPPROTO_TCP = 6;
const tcp = (name: number): OptionNumber => ({ level: IPPROTO_TCP, name });
/** SOL_SOCKET and SO_KEEPALIVE, as 4.4BSD numbered them. */
const BSD_SO_KEEPALIVE: OptionNumber = { level: 0xffff, name: 8 };

/**
 * By `process.platform`; a platform that is missing is unsupported, never guessed. Windows is missing because
 * a socket has no file descriptor there.
 *
 * Sources: include/uapi/linux/tcp.h and asm-generic/socket.h; bsd/netinet/tcp.h of xnu; sys/netinet/tcp.h of
 * FreeBSD. Only Linux's are tested here; elsewhere the values read back tell.
 */
const BY_PLATFORM: Partial<Record<NodeJS.Platform, OptionNumbers>> = {
  linux: {
    enabled: { level: 1, name: 9 },
    idle: tcp(4),
    interval: tcp(5),
    probes: tcp(6),
    userTimeout: tcp(18),
  },
  darwin: {
    enabled: BSD_SO_KEEPALIVE,
    idle: tcp(0x10),
    interval: tcp(0x101),
    probes: tcp(0x102),
  },
  freebsd: {
    enabled: BSD_SO_KEEPALIVE,
    idle: tcp(256),
    interval: tcp(512),
    probes: tcp(1024),
  },
};

/** The option numbers of a platform; `undefined` if it is unsupported. */
export function optionNumbersOf(platform: NodeJS.Platform): OptionNumbers | undefined {
  return BY_PLATFORM[platform];
}
