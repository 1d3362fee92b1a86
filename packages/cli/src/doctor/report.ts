import type { KeepaliveBound } from "@heartwire/core";
import type { KeepaliveFinding, MiddleboxName, SystemKeepalive } from "@heartwire/tcp-keepalive";
import { explain } from "../explain/report.js";
import { type ConnectionTrap, trapFinder } from "./connection-traps.js";
import { diagnose, type Finding, type KeepaliveState, keepaliveStateOf, nextProbeOf } from "./diagnosis.js";
import type { SocketReading, Unread } from "./foreign-socket.js";
import type { Connection, Holder, Survey } from "./survey.js";
import type { Endpoint, TimerKind } from "./tcp-table.js";
import type { Unseen } from "./unseen.js";

/** One established TCP connection, as `heartwire doctor --json` prints it. */
export interface ConnectionReport {
  /** The processes that hold it; several after a fork, none if that could not be seen. */
  readonly processes: readonly Holder[];
  readonly uid: number;
  /** The network namespace, such as `net:[4026531840]`. */
  readonly namespace: string;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /** Both ends are on this machine. */
  readonly onThisMachine: boolean;
  readonly keepalive: KeepaliveState;
  /** Read from the socket itself, or why not. The timers hold only while `keepalive` is `on`. */
  readonly socket: SocketReading | Unread;
  /** The next keepalive probe, if nothing is heard until then; `null`: none is planned, or that is not known. */
  readonly nextProbe: { readonly inMs: number; readonly exact: boolean } | null;
  /** The timer that the kernel's table shows. */
  readonly timer: { readonly kind: TimerKind; readonly expiresInMs: number };
  readonly unansweredProbes: number;
  readonly retransmits: number;
  /** Octets that the peer has not acknowledged yet. */
  readonly unacknowledgedOctets: number;
  readonly findings: readonly Finding[];
  /**
   * What its timers walk into, warnings first; `null`: keepalive is off, both ends are on this machine, or the timers
   * are not known.
   */
  readonly traps: readonly ConnectionTrap[] | null;
}

/** What `heartwire doctor --json` prints. */
export interface DoctorReport {
  /** Grows when a field changes its meaning or goes; new fields may come without. */
  readonly schema: 1;
  readonly command: "doctor";
  /** The network namespace of this command; {@link system} is its. Others, so other containers, have their own. */
  readonly namespace: string;
  readonly system: SystemKeepalive;
  /** After which silence a socket fails that turns keepalive on and sets nothing; `null`: not known. */
  readonly detection: { readonly idleMs: number; readonly unacknowledgedDataMs: number } | null;
  /** Of the system's settings, warnings first; `null`: they are not known. */
  readonly traps: readonly KeepaliveFinding[] | null;
  /** By process. */
  readonly connections: readonly ConnectionReport[];
  readonly unseen: readonly Unseen[];
}

/** What a survey found, with its diagnosis. `quietMs`: see {@link diagnose}; `path`: what is known to stand on it. */
export function reportOn(
  { namespace, connections, unseen }: Survey,
  system: SystemKeepalive,
  quietMs: number,
  path?: readonly MiddleboxName[],
): DoctorReport {
  const { outcomes, traps } = explain("on", { kind: "on", settings: {} }, 0, system, path);
  const findTraps = trapFinder({ namespace, system, path });
  const { idle, unacknowledgedData } = outcomes;
  return {
    schema: 1,
    command: "doctor",
    namespace,
    system,
    detection:
      idle.kind === "noticed" && unacknowledgedData.kind === "noticed"
        ? { idleMs: giveUpMs(idle), unacknowledgedDataMs: giveUpMs(unacknowledgedData) }
        : null,
    traps,
    connections: connections
      .map((connection) => ({ ...reportConnection(connection, quietMs), traps: findTraps(connection) }))
      .sort(byProcess),
    unseen,
  };
}

/** On time: what a timer may be late is not for a summary. */
function giveUpMs({ schedule }: Pick<KeepaliveBound, "schedule">): number {
  return schedule.at(-1)?.atMs ?? Number.POSITIVE_INFINITY;
}

function reportConnection(connection: Connection, quietMs: number): Omit<ConnectionReport, "traps"> {
  const { row, holders, namespace, socket, onThisMachine } = connection;
  return {
    processes: holders,
    uid: row.uid,
    namespace,
    local: row.local,
    peer: row.peer,
    onThisMachine,
    keepalive: keepaliveStateOf(connection),
    socket,
    nextProbe: nextProbeOf(connection) ?? null,
    timer: row.timer,
    unansweredProbes: row.unansweredProbes,
    retransmits: row.retransmits,
    unacknowledgedOctets: row.sendQueue,
    findings: diagnose(connection, quietMs),
  };
}

function byProcess(a: ConnectionReport, b: ConnectionReport): number {
  const pid = ({ processes }: ConnectionReport) => processes[0]?.pid ?? Number.POSITIVE_INFINITY;
  const [ours, theirs] = [pid(a), pid(b)];
  if (ours !== theirs) return ours < theirs ? -1 : 1;
  return a.local.port - b.local.port || a.peer.port - b.peer.port;
}
