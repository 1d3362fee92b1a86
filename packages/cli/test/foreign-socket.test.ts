import { fstatSync, openSync } from "node:fs";
import { constants } from "node:os";
import { describe, expect, test } from "vitest";
import { ForeignSockets } from "../src/doctor/foreign-socket.js";

const SOCKETS = [
  { fd: 20, inode: 1001 },
  { fd: 21, inode: 1002 },
];
const PIDFD_OPEN = 434;
const PIDFD_GETFD = 438;

type SystemCall = (number: number) => number;

/** A koffi whose `syscall` is given, and where no getsockopt ever succeeds. */
function fakeKoffi(syscall: SystemCall, errno = 0) {
  return () => ({
    load: () => ({
      func: (declaration: string) => (declaration.startsWith("long syscall") ? syscall : () => -1),
    }),
    errno: () => errno,
  });
}

function codeOf(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

describe("ForeignSockets", () => {
  test("without koffi, each socket has that as its reason", () => {
    const reader = ForeignSockets.load(() => {
      throw Object.assign(new Error("Cannot find module 'koffi'\nRequire stack: …"), {
        code: "MODULE_NOT_FOUND",
      });
    });
    const why = "koffi could not be loaded (MODULE_NOT_FOUND)";
    expect([...reader.read(7, SOCKETS)]).toEqual([
      [1001, { kind: "unread", why }],
      [1002, { kind: "unread", why }],
    ]);
  });

  test.each([
    ["ESRCH", constants.errno.ESRCH, "the process has ended"],
    ["ENOSYS", constants.errno.ENOSYS, "the kernel is older than 5.6"],
    ["EMFILE", constants.errno.EMFILE, "pidfd_open failed with EMFILE"],
  ])("%s of pidfd_open is the reason for each socket", (_, errno, why) => {
    const reader = ForeignSockets.load(fakeKoffi(() => -1, errno));
    expect([...reader.read(7, SOCKETS).values()]).toEqual([
      { kind: "unread", why },
      { kind: "unread", why },
    ]);
  });

  test("a refused duplicate is told, and the process's descriptor closed", () => {
    const opened: number[] = [];
    const reader = ForeignSockets.load(
      fakeKoffi((number) => (number === PIDFD_OPEN ? open(opened) : -1), constants.errno.EPERM),
    );
    const [first] = reader.read(7, SOCKETS).values();
    expect(first).toEqual({ kind: "unread", why: "no right to trace the process" });
    expect(opened.map((fd) => codeOf(() => fstatSync(fd)))).toEqual(["EBADF"]);
  });

  test("another file under the same number is not taken for the socket, and all descriptors are closed", () => {
    const opened: number[] = [];
    const numbers: number[] = [];
    const reader = ForeignSockets.load(
      fakeKoffi((number) => {
        numbers.push(number);
        return open(opened);
      }),
    );
    const [first] = reader.read(7, SOCKETS).values();
    expect(first).toEqual({ kind: "unread", why: "the socket was closed meanwhile" });
    expect(numbers).toEqual([PIDFD_OPEN, PIDFD_GETFD, PIDFD_GETFD]);
    expect(new Set(opened.map((fd) => codeOf(() => fstatSync(fd))))).toEqual(new Set(["EBADF"]));
  });
});

function open(opened: number[]): number {
  const fd = openSync("/dev/null", "r");
  opened.push(fd);
  return fd;
}
