import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** A process and the sockets it holds. */
export interface ProcessSockets {
  readonly pid: number;
  /** What the kernel calls it (/proc/PID/comm), at most 15 characters, control characters made harmless. */
  readonly name: string;
  /** The network namespace it is in, such as `net:[4026531840]`. */
  readonly namespace: string;
  /** By the inode of each socket it holds: the lowest file descriptor for it. */
  readonly sockets: ReadonlyMap<number, number>;
}

/** The outcome of looking at one process. */
export type ProcessLook =
  | { readonly kind: "seen"; readonly process: ProcessSockets }
  /** It exists, but we have no right to look into it. */
  | { readonly kind: "forbidden"; readonly pid: number; readonly name: string }
  /** There is none, or it ended while we looked. */
  | { readonly kind: "absent"; readonly pid: number };

/** The ids of all processes that can be seen, ascending. */
export function processIds(proc: string): readonly number[] {
  return readdirSync(proc)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Looks at the sockets of one process. Needs the right to trace it (ptrace(2), PTRACE_MODE_READ): that of its
 * owner, or root. Never throws for a process that ends meanwhile.
 *
 * @throws what the file system says otherwise, such as EMFILE
 */
export function lookAtProcess(proc: string, pid: number): ProcessLook {
  const folder = join(proc, String(pid));
  const name = orAbsent(() => readFileSync(join(folder, "comm"), "utf8"));
  if (name === undefined) return { kind: "absent", pid };
  try {
    return {
      kind: "seen",
      process: {
        pid,
        name: harmless(name),
        namespace: readlinkSync(join(folder, "ns/net")),
        sockets: socketsIn(join(folder, "fd")),
      },
    };
  } catch (error) {
    if (isGone(error)) return { kind: "absent", pid };
    if (isForbidden(error)) return { kind: "forbidden", pid, name: harmless(name) };
    throw error;
  }
}

function socketsIn(folder: string): ReadonlyMap<number, number> {
  const sockets = new Map<number, number>();
  for (const fd of readdirSync(folder)
    .map(Number)
    .sort((a, b) => a - b)) {
    const target = orAbsent(() => readlinkSync(join(folder, String(fd))));
    const inode = target === undefined ? undefined : socketInode(target);
    if (inode !== undefined && !sockets.has(inode)) sockets.set(inode, fd);
  }
  return sockets;
}

/** The inode in `socket:[123]`, as a link in /proc/PID/fd has it; `undefined` for all other files. */
export function socketInode(link: string): number | undefined {
  const match = /^socket:\[(\d+)\]$/.exec(link);
  return match === null ? undefined : Number(match[1]);
}

/** A process chooses its own name, and it ends up on a terminal. */
function harmless(name: string): string {
  return name.trimEnd().replace(/\p{Cc}/gu, "?");
}

function orAbsent<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** ESRCH: it ended between our opening one of its files and reading it. */
function isGone(error: unknown): boolean {
  return hasCode(error, "ENOENT") || hasCode(error, "ESRCH");
}

function isForbidden(error: unknown): boolean {
  return hasCode(error, "EACCES") || hasCode(error, "EPERM");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
