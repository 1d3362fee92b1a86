import { describe, expect, test } from "vitest";
import { diagnose, keepaliveStateOf, nextProbeOf } from "../src/doctor/diagnosis.js";
import type { SocketReading } from "../src/doctor/foreign-socket.js";
import type { Connection } from "../src/doctor/survey.js";
import type { TcpTableRow, TimerKind } from "../src/doctor/tcp-table.js";
import { tcpRow } from "./support/tcp-row.js";

const QUIET_MS = 240_000;

const OFF: SocketReading = {
  kind: "read",
  enabled: false,
  idleMs: 7_200_000,
  intervalMs: 75_000,
  probes: 9,
  userTimeoutMs: 0,
  lastHeardMs: 1000,
};
const ON: SocketReading = { ...OFF, enabled: true, idleMs: 30_000 };

const connection = (socket?: SocketReading, row: Partial<TcpTableRow> = {}): Connection => ({
  row: tcpRow(row),
  namespace: "net:[1]",
  holders: [{ pid: 7, name: "node", fd: 20 }],
  onThisMachine: false,
  socket: socket ?? { kind: "unread", why: "no right to" },
});

const timer = (kind: TimerKind, expiresInMs = 0) => ({ timer: { kind, expiresInMs } });
const codesOf = (of: Connection) => diagnose(of, QUIET_MS).map(({ code, severity }) => `${severity} ${code}`);

describe("whether keepalive is on", () => {
  test.each<[TimerKind, string]>([
    ["keepalive", "on"],
    ["none", "off"],
    ["retransmission", "unknown"],
    ["window-probe", "unknown"],
  ])("from the tables only, timer %s: %s", (kind, state) => {
    expect(keepaliveStateOf(connection(undefined, timer(kind)))).toBe(state);
  });

  test("the socket itself knows better than the table", () => {
    expect(keepaliveStateOf(connection(ON, timer("retransmission")))).toBe("on");
    expect(keepaliveStateOf(connection(OFF, timer("retransmission")))).toBe("off");
  });
});

describe("the next probe", () => {
  test("none is planned without a keepalive timer", () => {
    expect(nextProbeOf(connection(OFF))).toBeUndefined();
    expect(nextProbeOf(connection(ON, timer("retransmission", 500)))).toBeUndefined();
  });

  test("comes no sooner than the timer, if only that is known", () => {
    expect(nextProbeOf(connection(undefined, timer("keepalive", 9000)))).toEqual({
      inMs: 9000,
      exact: false,
    });
  });

  test("comes the idle time after the peer was heard, though the timer fires sooner", () => {
    expect(nextProbeOf(connection(ON, timer("keepalive", 9000)))).toEqual({ inMs: 29_000, exact: true });
  });

  test("comes when the timer fires, while probes go unanswered", () => {
    const silent = connection(
      { ...ON, lastHeardMs: 31_000 },
      { ...timer("keepalive", 9000), unansweredProbes: 1 },
    );
    expect(nextProbeOf(silent)).toEqual({ inMs: 9000, exact: true });
  });
});

describe("diagnose", () => {
  test("a live connection, with keepalive or without, is fine", () => {
    expect(codesOf(connection(ON, timer("keepalive", 29_000)))).toEqual([]);
    expect(codesOf(connection(OFF))).toEqual([]);
  });

  test("no keepalive is a problem from the quiet time on, and not before", () => {
    expect(codesOf(connection({ ...OFF, lastHeardMs: QUIET_MS - 1 }))).toEqual([]);
    expect(codesOf(connection({ ...OFF, lastHeardMs: QUIET_MS }))).toEqual(["problem no-keepalive"]);
    expect(codesOf(connection({ ...ON, lastHeardMs: QUIET_MS }))).toEqual([]);
  });

  test("no keepalive is a doubt where the silence could not be read", () => {
    expect(codesOf(connection())).toEqual(["doubt no-keepalive"]);
    expect(codesOf(connection(undefined, timer("keepalive")))).toEqual([]);
    expect(codesOf(connection(undefined, timer("retransmission")))).toEqual([]);
  });

  test("a peer that does not answer is a problem, on this machine too", () => {
    expect(codesOf(connection(ON, { unansweredProbes: 2 }))).toEqual(["problem unanswered-probes"]);
    expect(codesOf(connection(undefined, { ...timer("retransmission"), retransmits: 4 }))).toEqual([
      "problem retransmitting",
    ]);
    const peer = { address: "127.0.0.1", port: 1 };
    expect(codesOf(connection(ON, { peer, retransmits: 1 }))).toEqual(["problem retransmitting"]);
  });

  test("a connection within this machine needs no keepalive", () => {
    const local = { ...connection({ ...OFF, lastHeardMs: 10 * QUIET_MS }), onThisMachine: true };
    expect(codesOf(local)).toEqual([]);
    expect(codesOf({ ...local, onThisMachine: false })).toEqual(["problem no-keepalive"]);
  });
});
