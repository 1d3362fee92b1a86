import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { SocketName, SocketReader } from "../src/doctor/foreign-socket.js";
import { survey } from "../src/doctor/survey.js";
import { Failure } from "../src/exit-code.js";
import { HEADING, printRow, tcpRow } from "./support/tcp-row.js";

interface FakeProcess {
  readonly pid: number;
  readonly name?: string;
  readonly namespace?: string;
  /** Targets of the links in /proc/PID/fd, from descriptor 0 on. */
  readonly files?: readonly string[];
  readonly tcp?: string;
}

let proc: string;

beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), "heartwire-proc-"));
  onTestFinished(() => rmSync(proc, { recursive: true }));
  mkdirSync(join(proc, "self/ns"), { recursive: true });
  symlinkSync("net:[1]", join(proc, "self/ns/net"));
});

function addProcess({
  pid,
  name = "node",
  namespace = "net:[1]",
  files = [],
  tcp = HEADING,
}: FakeProcess): void {
  const folder = join(proc, String(pid));
  for (const part of ["fd", "ns", "net"]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, "comm"), `${name}\n`);
  symlinkSync(namespace, join(folder, "ns/net"));
  files.forEach((target, fd) => {
    symlinkSync(target, join(folder, "fd", String(fd)));
  });
  // No tcp6: this kernel has no IPv6.
  writeFileSync(join(folder, "net/tcp"), tcp);
}

const tableOf = (...inodes: number[]): string =>
  HEADING + inodes.map((inode, index) => printRow(tcpRow({ inode }), index)).join("");

/** Reads nothing, and remembers what it was asked for. */
function fakeReader() {
  const asked: [number, readonly SocketName[]][] = [];
  const reader: SocketReader = {
    read(pid, sockets) {
      asked.push([pid, sockets]);
      return new Map(sockets.map(({ inode }) => [inode, { kind: "unread" as const, why: "no right to" }]));
    },
  };
  return { asked, reader };
}

describe("survey", () => {
  test("finds who holds each connection: the lowest descriptor of each process", () => {
    addProcess({ pid: 20, name: "worker", files: ["/dev/null", "socket:[1001]"], tcp: tableOf(1001, 1002) });
    addProcess({
      pid: 10,
      files: ["socket:[1002]", "socket:[1001]", "socket:[1001]", "anon_inode:[eventpoll]"],
      tcp: tableOf(1001, 1002),
    });
    const { asked, reader } = fakeReader();
    const { connections } = survey(proc, undefined, reader);
    expect(connections.map(({ row, holders }) => [row.inode, holders])).toEqual([
      [
        1001,
        [
          { pid: 10, name: "node", fd: 1 },
          { pid: 20, name: "worker", fd: 1 },
        ],
      ],
      [1002, [{ pid: 10, name: "node", fd: 0 }]],
    ]);
    expect(asked).toEqual([
      [
        10,
        [
          { fd: 1, inode: 1001 },
          { fd: 0, inode: 1002 },
        ],
      ],
    ]);
  });

  test("reads each namespace once, and leaves out what is not established", () => {
    const listening = printRow(tcpRow({ inode: 1003, state: 10 }));
    addProcess({ pid: 10, files: ["socket:[1001]"], tcp: tableOf(1001) + listening });
    addProcess({ pid: 11, tcp: tableOf(1001) });
    addProcess({ pid: 12, namespace: "net:[2]", files: ["socket:[2001]"], tcp: tableOf(2001) });
    const { connections } = survey(proc, undefined, fakeReader().reader);
    expect(connections.map(({ row, namespace }) => [row.inode, namespace])).toEqual([
      [1001, "net:[1]"],
      [2001, "net:[2]"],
    ]);
  });

  test("knows which have both ends here, by the tables of their namespace or our addresses", () => {
    const [near, far] = [
      { address: "10.77.0.1", port: 41_000 },
      { address: "10.77.0.2", port: 80 },
    ];
    const there = printRow(tcpRow({ inode: 1, local: near, peer: far }));
    const back = printRow(tcpRow({ inode: 2, local: far, peer: near }));
    addProcess({ pid: 10, files: ["socket:[1]"], tcp: HEADING + there });
    addProcess({ pid: 11, namespace: "net:[2]", files: ["socket:[2]"], tcp: HEADING + back });
    addProcess({ pid: 12, namespace: "net:[3]", files: ["socket:[1]"], tcp: HEADING + there + back });
    const localIn = (addresses: readonly string[], pid?: number) =>
      survey(proc, pid, fakeReader().reader, addresses).connections.map(
        ({ namespace, onThisMachine }) => `${namespace} ${onThisMachine}`,
      );
    // The other end in another namespace is no end of this kernel's loopback.
    const both = ["net:[3] true", "net:[3] true"];
    expect(localIn([])).toEqual(["net:[1] false", "net:[2] false", ...both]);
    expect(localIn([near.address, far.address])).toEqual(["net:[1] true", "net:[2] false", ...both]);
    // Also where only one end is the process's.
    expect(localIn([], 12)).toEqual(["net:[3] true"]);
  });

  test("of one process, only what it holds", () => {
    addProcess({ pid: 10, files: ["socket:[1001]"], tcp: tableOf(1001, 1002) });
    addProcess({ pid: 11, files: ["socket:[1002]"], tcp: tableOf(1001, 1002) });
    const { connections } = survey(proc, 11, fakeReader().reader);
    expect(connections.map(({ row }) => row.inode)).toEqual([1002]);
  });

  test("says what it could not see, and what to do", () => {
    addProcess({ pid: 10, files: ["socket:[1001]"], tcp: `${tableOf(1001, 1002, 0)}garbage\n` });
    const { connections, unseen } = survey(proc, undefined, fakeReader().reader);
    expect(connections.map(({ socket }) => (socket.kind === "unread" ? socket.why : socket))).toEqual([
      "no right to",
      "its process is not visible",
      "its server has not accepted it yet",
    ]);
    expect(unseen.map(({ what, why }) => `${what}: ${why}`)).toEqual([
      "1 line of the kernel's tables: not understood",
      "the timers of 1 connection, and when the peer was last heard: no right to",
      "the timers of 1 connection, and when the peer was last heard: its process is not visible",
    ]);
    for (const { remedy } of unseen) expect(remedy).not.toBe("");
  });

  test("tells that Yama keeps even owners out", () => {
    mkdirSync(join(proc, "sys/kernel/yama"), { recursive: true });
    writeFileSync(join(proc, "sys/kernel/yama/ptrace_scope"), "2\n");
    addProcess({ pid: 10, files: ["socket:[1001]"], tcp: tableOf(1001) });
    const [unseen] = survey(proc, undefined, fakeReader().reader).unseen;
    expect(unseen?.remedy).toContain("kernel.yama.ptrace_scope is 2");
  });

  test("a process cannot write to the terminal through its name", () => {
    addProcess({ pid: 10, name: "\u001b[31mevil\u0007", files: ["socket:[1001]"], tcp: tableOf(1001) });
    const [connection] = survey(proc, undefined, fakeReader().reader).connections;
    expect(connection?.holders[0]?.name).toBe("?[31mevil?");
  });

  test("a process that ends while it is looked at is no error", () => {
    addProcess({ pid: 10, files: ["socket:[1001]"], tcp: tableOf(1001) });
    mkdirSync(join(proc, "11"));
    rmSync(join(proc, "10/net/tcp"));
    const { connections, unseen } = survey(proc, undefined, fakeReader().reader);
    expect(connections).toEqual([]);
    expect(unseen.map(({ what }) => what)).toEqual(["the connections of net:[1]"]);
  });

  test("refuses a process that does not exist", () => {
    expect(() => survey(proc, 12, fakeReader().reader)).toThrow(Failure);
    expect(() => survey(proc, 12, fakeReader().reader)).toThrow("there is no process 12");
  });
});
