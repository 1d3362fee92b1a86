import { closeSync, readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { getSystemErrorName } from "node:util";
import { socketInode } from "./processes.js";

/** What the kernel holds for one socket. */
export interface SocketReading {
  readonly kind: "read";
  readonly enabled: boolean;
  readonly idleMs: number;
  readonly intervalMs: number;
  readonly probes: number;
  /** 0: the system's way. */
  readonly userTimeoutMs: number;
  /** Since anything, data or a bare acknowledgement, last came from the peer. */
  readonly lastHeardMs: number;
}

/** Why a socket, or any, could not be read. */
export interface Unread {
  readonly kind: "unread";
  readonly why: string;
}

/** Names a socket by its descriptor in its process; the inode proves that it is still the same. */
export interface SocketName {
  readonly fd: number;
  readonly inode: number;
}

/** A way to ask sockets that other processes hold. */
export interface SocketReader {
  /** Asks some sockets of one process. Never throws. Returns each outcome by the socket's inode. */
  read(pid: number, sockets: readonly SocketName[]): ReadonlyMap<number, SocketReading | Unread>;
}

/** The part of koffi that is used; declared here since koffi, being optional, may have no types either. */
interface Koffi {
  load(path: null): { func(declaration: string): ForeignFunction };
  errno(): number;
}

type ForeignFunction = (...values: (number | ArrayBufferView)[]) => number;

/** pidfd_open(2), Linux 5.3, and pidfd_getfd(2), Linux 5.6: numbered alike on all architectures of Node. */
const SYS_PIDFD_OPEN = 434;
const SYS_PIDFD_GETFD = 438;

/** Level and name of an option. */
type SocketOption = readonly [level: number, name: number];

// include/uapi/asm-generic/socket.h and include/uapi/linux/tcp.h.
const SO_KEEPALIVE: SocketOption = [1, 9];
const TCP_KEEPIDLE: SocketOption = [6, 4];
const TCP_KEEPINTVL: SocketOption = [6, 5];
const TCP_KEEPCNT: SocketOption = [6, 6];
const TCP_USER_TIMEOUT: SocketOption = [6, 18];
const TCP_INFO: SocketOption = [6, 11];

/** Words of struct tcp_info: tcpi_last_data_recv and tcpi_last_ack_recv, both milliseconds ago. */
const LAST_DATA_RECEIVED = 52 / 4;
const LAST_ACK_RECEIVED = 56 / 4;

const CLOSED_MEANWHILE = "the socket was closed meanwhile";

/** What an error means to the user. */
const MEANING: Readonly<Record<string, string>> = {
  ENOSYS: "the kernel is older than 5.6",
  EPERM: "no right to trace the process",
  ESRCH: "the process has ended",
  EBADF: CLOSED_MEANWHILE,
};

/**
 * Reads the options of sockets that other processes hold: pidfd_getfd(2) duplicates a socket into this process,
 * getsockopt(2) reads it, and the duplicate is closed some microseconds later. Nothing is ever set; but a socket
 * that its process closes within those microseconds says so to the peer only after them.
 *
 * Needs koffi, Linux 5.6, and for each process the right to attach to it as a debugger would
 * (PTRACE_MODE_ATTACH_REALCREDS): root's, or its owner's as far as Yama's ptrace_scope allows.
 */
export class ForeignSockets implements SocketReader {
  readonly #koffi: Koffi;
  readonly #syscall: ForeignFunction;
  readonly #getsockopt: ForeignFunction;
  readonly #words = new Uint32Array(LAST_ACK_RECEIVED + 1);
  readonly #length = new Uint32Array(1);

  private constructor(koffi: Koffi) {
    const libc = koffi.load(null);
    this.#koffi = koffi;
    this.#syscall = libc.func("long syscall(long number, long a, long b, long c)");
    this.#getsockopt = libc.func("int getsockopt(int fd, int level, int name, void *value, void *length)");
  }

  /** Where koffi is missing, the reader gives that as the reason for each socket. Never throws. */
  static load(load: (name: string) => unknown = createRequire(import.meta.url)): SocketReader {
    try {
      return new ForeignSockets(load("koffi") as Koffi);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : error;
      const unread: Unread = { kind: "unread", why: `koffi could not be loaded (${code})` };
      return { read: (_, sockets) => new Map(sockets.map(({ inode }) => [inode, unread])) };
    }
  }

  read(pid: number, sockets: readonly SocketName[]): ReadonlyMap<number, SocketReading | Unread> {
    const pidfd = this.#syscall(SYS_PIDFD_OPEN, pid, 0, 0);
    const refused = pidfd < 0 ? this.#failure("pidfd_open") : undefined;
    try {
      return new Map(sockets.map((socket) => [socket.inode, refused ?? this.#readDuplicate(pidfd, socket)]));
    } finally {
      if (pidfd >= 0) closeSync(pidfd);
    }
  }

  #readDuplicate(pidfd: number, { fd, inode }: SocketName): SocketReading | Unread {
    const duplicate = this.#syscall(SYS_PIDFD_GETFD, pidfd, fd, 0);
    if (duplicate < 0) return this.#failure("pidfd_getfd");
    try {
      // The descriptor, and even the process, may be another by now.
      const same = socketInode(readlinkSync(`/proc/self/fd/${duplicate}`)) === inode;
      return same ? this.#readOptions(duplicate) : { kind: "unread", why: CLOSED_MEANWHILE };
    } finally {
      closeSync(duplicate);
    }
  }

  #readOptions(fd: number): SocketReading | Unread {
    const [enabled, idleSeconds, intervalSeconds, probes, userTimeoutMs] = [
      SO_KEEPALIVE,
      TCP_KEEPIDLE,
      TCP_KEEPINTVL,
      TCP_KEEPCNT,
      TCP_USER_TIMEOUT,
    ].map((option) => this.#get(fd, option, 1)?.[0]);
    const info = this.#get(fd, TCP_INFO, this.#words.length);
    if (
      enabled === undefined ||
      idleSeconds === undefined ||
      intervalSeconds === undefined ||
      probes === undefined ||
      userTimeoutMs === undefined ||
      info === undefined
    ) {
      return this.#failure("getsockopt");
    }
    return {
      kind: "read",
      enabled: enabled !== 0,
      idleMs: idleSeconds * 1000,
      intervalMs: intervalSeconds * 1000,
      probes,
      userTimeoutMs,
      lastHeardMs: Math.min(info[LAST_DATA_RECEIVED]!, info[LAST_ACK_RECEIVED]!),
    };
  }

  /** The first words of an option's value, until the next call; `undefined` if it fails. */
  #get(fd: number, [level, name]: SocketOption, words: number): Uint32Array | undefined {
    this.#length[0] = 4 * words;
    const result = this.#getsockopt(fd, level, name, this.#words, this.#length);
    return result === 0 && this.#length[0] === 4 * words ? this.#words : undefined;
  }

  /** Of the system call that failed last. */
  #failure(call: string): Unread {
    const errno = getSystemErrorName(-this.#koffi.errno());
    return { kind: "unread", why: MEANING[errno] ?? `${call} failed with ${errno}` };
  }
}
