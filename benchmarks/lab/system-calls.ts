import { getSystemErrorName } from "node:util";
import { errno, load, view } from "koffi";

/** A function of libc: numbers, strings and memory in, a number out, which is -1 if it fails. */
export type SystemCall = (...values: (number | string | ArrayBufferView)[]) => number;

// Node's own process image has its libc in it already, be it glibc, musl or another.
const libc = load(null);

/** The system calls that Node lacks, as they are on Linux with 64 bits. */
export const calls = {
  socket: libc.func("int socket(int domain, int type, int protocol)") as SystemCall,
  bind: libc.func("int bind(int fd, const void *address, uint32_t length)") as SystemCall,
  setsockopt: libc.func(
    "int setsockopt(int fd, int level, int name, const void *value, uint32_t length)",
  ) as SystemCall,
  getsockopt: libc.func(
    "int getsockopt(int fd, int level, int name, void *value, void *length)",
  ) as SystemCall,
  ioctl: libc.func("int ioctl(int fd, unsigned long request, void *argument)") as SystemCall,
  clock_gettime: libc.func("int clock_gettime(int clock, void *time)") as SystemCall,
  /** Returns 0 if it fails. */
  if_nametoindex: libc.func("uint32_t if_nametoindex(const char *name)") as SystemCall,
} as const;

const mmap = libc.func(
  "void *mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)",
) as (...values: (number | null)[]) => bigint;

const READ_AND_WRITE = 1 | 2;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/**
 * Maps the memory that the kernel shares through a file descriptor. It stays mapped until this process ends.
 *
 * @throws Error if it cannot be mapped
 */
export function mapShared(fd: number, octets: number): ArrayBuffer {
  const pointer = mmap(null, octets, READ_AND_WRITE, MAP_SHARED, fd, 0);
  if (pointer === MAP_FAILED) {
    throw new Error(`mmap failed: ${lastError()}`);
  }
  return view(pointer, octets);
}

/**
 * Insists on the success of a system call.
 *
 * @param what names it, for the error message
 * @param result what it returned
 * @returns what it returned
 * @throws Error with the name of the error, if it failed
 */
export function succeed(what: string, result: number): number {
  if (result < 0) {
    throw new Error(`${what} failed: ${lastError()}`);
  }
  return result;
}

/** The name of the error of the system call that failed last, such as "EAGAIN". */
function lastError(): string {
  return getSystemErrorName(-errno());
}
