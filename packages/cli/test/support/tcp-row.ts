import type { TcpTableRow } from "../../src/doctor/tcp-table.js";

/** The heading of /proc/net/tcp. */
export const HEADING =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

const TIMERS = ["none", "retransmission", "keepalive", "time-wait", "window-probe"];
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");

/** An IPv4 address as a little-endian kernel prints it. */
const ipv4 = (address: string): string =>
  address
    .split(".")
    .reverse()
    .map((octet) => hex(Number(octet), 2))
    .join("");

/** A line of /proc/net/tcp, by the kernel's format string, on a little-endian machine. IPv4 only. */
export function printRow(row: TcpTableRow, index = 0): string {
  const endpoint = ({ address, port }: TcpTableRow["local"]) => `${ipv4(address)}:${hex(port, 4)}`;
  const timer = `${hex(TIMERS.indexOf(row.timer.kind), 2)}:${hex(row.timer.expiresInMs / 10, 8)}`;
  const queues = `${hex(row.sendQueue, 8)}:00000000`;
  const numbers = `${String(row.uid).padStart(5)} ${String(row.unansweredProbes).padStart(8)} ${row.inode}`;
  const start = `${String(index).padStart(4)}: ${endpoint(row.local)} ${endpoint(row.peer)} ${hex(row.state, 2)}`;
  return `${start} ${queues} ${timer} ${hex(row.retransmits, 8)} ${numbers} 1 00000000e1d53b1d 20 0 0 10 -1\n`;
}

/** An idle established connection, without keepalive unless said otherwise. */
export function tcpRow(changes: Partial<TcpTableRow> = {}): TcpTableRow {
  return {
    local: { address: "10.0.0.1", port: 41000 },
    peer: { address: "10.0.0.2", port: 5432 },
    state: 1,
    sendQueue: 0,
    timer: { kind: "none", expiresInMs: 0 },
    retransmits: 0,
    unansweredProbes: 0,
    uid: 0,
    inode: 1001,
    ...changes,
  };
}
