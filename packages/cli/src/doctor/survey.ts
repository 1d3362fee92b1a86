import { readFileSync, readlinkSync } from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import { EXIT, Failure } from "../exit-code.js";
import {
  ForeignSockets,
  type SocketName,
  type SocketReader,
  type SocketReading,
  type Unread,
} from "./foreign-socket.js";
import { localityOf, machineAddresses } from "./locality.js";
import { lookAtProcess, type ProcessLook, type ProcessSockets, processIds } from "./processes.js";
import { ESTABLISHED, parseTcpTable, type TcpTable, type TcpTableRow } from "./tcp-table.js";
import {
  NOT_ACCEPTED,
  type Unseen,
  unreadSockets,
  unseenLines,
  unseenNamespace,
  unseenProcesses,
  withRights,
} from "./unseen.js";

/** A process that holds a socket. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  readonly fd: number;
}

/** One established TCP connection of this machine. */
export interface Connection {
  readonly row: TcpTableRow;
  /** Such as `net:[4026531840]`. */
  readonly namespace: string;
  /** Usually one; several after a fork; none if we may not see who. */
  readonly holders: readonly Holder[];
  /** Both its ends are: see {@link localityOf}. */
  readonly onThisMachine: boolean;
  /** What the socket itself says. */
  readonly socket: SocketReading | Unread;
}

/** What was found on this machine. */
export interface Survey {
  /** The network namespace that we are in ourselves. */
  readonly namespace: string;
  readonly connections: readonly Connection[];
  readonly unseen: readonly Unseen[];
}

/**
 * Finds the established TCP connections of this machine, or of one process: in every network namespace that a
 * process which we may look into is in.
 *
 * @param proc where the proc file system is: /proc
 * @param addresses that this machine has, in our own network namespace
 * @throws Failure if there is no such process, or no right to look into it
 */
export function survey(
  proc: string,
  pid: number | undefined,
  reader: SocketReader = ForeignSockets.load(),
  addresses: readonly string[] = machineAddresses(),
): Survey {
  const namespace = readlinkSync(join(proc, "self/ns/net"));
  const looks = (pid === undefined ? processIds(proc) : [pid]).map((id) => lookAtProcess(proc, id));
  if (pid !== undefined) requireSeen(looks[0]!);
  const processes = looks.flatMap((look) => (look.kind === "seen" ? [look.process] : []));
  const found = connectionsOf(proc, processes, pid === undefined ? "all" : "held", { namespace, addresses });
  const readings = readSockets(reader, found.connections);
  const connections = found.connections.map((connection) => ({
    ...connection,
    socket: readings.get(connection.row.inode) ?? withoutHolder(connection.row),
  }));
  return {
    namespace,
    connections,
    unseen: [...unseenProcesses(looks), ...found.unseen, ...unreadSockets(proc, connections)],
  };
}

function requireSeen(look: ProcessLook): void {
  if (look.kind === "absent") throw new Failure(EXIT.impossible, `there is no process ${look.pid}`);
  if (look.kind === "forbidden") {
    const whose = `process ${look.pid} (${look.name})`;
    throw new Failure(EXIT.impossible, `no right to look into ${whose}: ${withRights()}, or as its owner`);
  }
}

function withoutHolder({ inode }: TcpTableRow): Unread {
  return { kind: "unread", why: inode === 0 ? NOT_ACCEPTED : "its process is not visible" };
}

type Found = Omit<Connection, "socket">;

/** `wanted`: `all` connections of the processes' namespaces, or only those that one of the processes `held`. */
function connectionsOf(
  proc: string,
  processes: readonly ProcessSockets[],
  wanted: "all" | "held",
  ours: { readonly namespace: string; readonly addresses: readonly string[] },
) {
  const holders = holdersByInode(processes);
  const connections: Found[] = [];
  const unseen: Unseen[] = [];
  let malformed = 0;
  for (const [namespace, pids] of pidsByNamespace(processes)) {
    const tables = tablesOf(proc, pids);
    if (tables.length === 0) unseen.push(unseenNamespace(namespace));
    const isLocal = localityOf(
      tables.flatMap(({ rows }) => rows),
      namespace === ours.namespace ? ours.addresses : [],
    );
    for (const table of tables) {
      malformed += table.malformed;
      for (const row of table.rows) {
        const heldBy = holders.get(row.inode) ?? [];
        if (row.state !== ESTABLISHED || (wanted === "held" && heldBy.length === 0)) continue;
        connections.push({ row, namespace, holders: heldBy, onThisMachine: isLocal(row) });
      }
    }
  }
  if (malformed > 0) unseen.push(unseenLines(malformed));
  return { connections, unseen };
}

function holdersByInode(processes: readonly ProcessSockets[]): ReadonlyMap<number, readonly Holder[]> {
  const holders = new Map<number, Holder[]>();
  for (const { pid, name, sockets } of processes) {
    for (const [inode, fd] of sockets) append(holders, inode, { pid, name, fd });
  }
  return holders;
}

function pidsByNamespace(processes: readonly ProcessSockets[]): ReadonlyMap<string, readonly number[]> {
  const pids = new Map<string, number[]>();
  for (const { namespace, pid } of processes) append(pids, namespace, pid);
  return pids;
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** Through the first of these processes, all of one namespace, that is still there; none if none is. */
function tablesOf(proc: string, pids: readonly number[]): readonly TcpTable[] {
  for (const pid of pids) {
    const tables = ["tcp", "tcp6"].flatMap((name) => {
      try {
        const text = readFileSync(join(proc, String(pid), "net", name), "utf8");
        return [parseTcpTable(text, endianness())];
      } catch {
        // The process ended; or, of tcp6, the kernel has no IPv6.
        return [];
      }
    });
    if (tables.length > 0) return tables;
  }
  return [];
}

/** Each socket is asked through its first holder. */
function readSockets(
  reader: SocketReader,
  connections: readonly Found[],
): ReadonlyMap<number, SocketReading | Unread> {
  const names = new Map<number, SocketName[]>();
  for (const { row, holders } of connections) {
    const [holder] = holders;
    if (holder !== undefined) append(names, holder.pid, { fd: holder.fd, inode: row.inode });
  }
  return new Map([...names].flatMap(([pid, sockets]) => [...reader.read(pid, sockets)]));
}
