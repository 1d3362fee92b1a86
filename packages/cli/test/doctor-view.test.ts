import type { MiddleboxName, SystemKeepalive } from "@heartwire/tcp-keepalive";
import { describe, expect, test } from "vitest";
import type { SocketReading } from "../src/doctor/foreign-socket.js";
import { reportOn } from "../src/doctor/report.js";
import type { Connection } from "../src/doctor/survey.js";
import type { Unseen } from "../src/doctor/unseen.js";
import { renderDiagnosis } from "../src/doctor/view.js";
import { memoryTerminal } from "./support/memory-terminal.js";
import { tcpRow } from "./support/tcp-row.js";

const SYSTEM: SystemKeepalive = {
  kind: "read",
  idleMs: 7_200_000,
  intervalMs: 75_000,
  probes: 9,
  retries2: 15,
  rtoMaxMs: 120_000,
};

const socket: SocketReading = {
  kind: "read",
  enabled: false,
  idleMs: 7_200_000,
  intervalMs: 75_000,
  probes: 9,
  userTimeoutMs: 0,
  lastHeardMs: 1000,
};
const healthy: Connection = {
  row: tcpRow(),
  namespace: "net:[1]",
  holders: [{ pid: 7, name: "node", fd: 20 }],
  onThisMachine: false,
  socket,
};
const silent: Connection = {
  ...healthy,
  row: tcpRow({ local: { address: "10.0.0.1", port: 50_000 }, inode: 1002 }),
  socket: { ...socket, lastHeardMs: 3_600_000 },
};

function show(
  connections: readonly Connection[],
  maxRows = 50,
  system: SystemKeepalive = SYSTEM,
  unseen: readonly Unseen[] = [],
  path?: readonly MiddleboxName[],
) {
  const report = reportOn({ namespace: "net:[1]", connections, unseen }, system, 240_000, path);
  return renderDiagnosis(report, maxRows, memoryTerminal().terminal);
}

describe("the diagnosis for people", () => {
  test("a machine without connections", () => {
    const shown = show([]);
    expect(shown).toContain("net.ipv4.tcp_keepalive_time 7200 s, _intvl 75 s, _probes 9; tcp_retries2 15.");
    expect(shown).toContain("fails 2 h 11 min 15 s after");
    expect(shown).toMatch(/Established TCP connections\n {2}none\n$/);
  });

  test("sorts by process, and tells each problem", () => {
    const other = { ...healthy, holders: [{ pid: 5, name: "nginx", fd: 3 }] };
    const shown = show([silent, healthy, other]);
    expect(shown.match(/^(nginx|node) \d+ .*:\d+ /gm)?.map((line) => line.split(/ +/).slice(0, 3))).toEqual([
      ["nginx", "5", "10.0.0.1:41000"],
      ["node", "7", "10.0.0.1:41000"],
      ["node", "7", "10.0.0.1:50000"],
    ]);
    expect(shown.match(/!! node 7, 10\.0\.0\.1:50000 to 10\.0\.0\.2:5432: no keepalive/g)).toHaveLength(1);
  });

  test("beyond the limit those with findings stay, and the rest is counted", () => {
    const shown = show([...Array.from({ length: 9 }, () => healthy), silent], 2);
    expect(shown).toContain("10 connections; keepalive: 0 on, 10 off, 0 unknown");
    expect(shown.match(/^node 7 /gm)).toHaveLength(2);
    expect(shown).toMatch(/^node 7 +10\.0\.0\.1:50000 /m);
    expect(shown).toContain("… 8 more: --all shows them");
  });

  test("beyond the limit problems are counted too", () => {
    const shown = show([silent, silent, silent], 2);
    expect(shown.match(/^ {2}!! node 7/gm)).toHaveLength(2);
    expect(shown).toContain("… 1 more: --all shows them\n");
    expect(shown.match(/… 1 more/g)).toHaveLength(2);
  });

  test("what is not known is a question mark, and a doubt is counted, not repeated", () => {
    const unread: Connection = { ...healthy, holders: [], socket: { kind: "unread", why: "no right to" } };
    const shown = show([unread, unread], 50, SYSTEM, [
      { what: "timers", why: "no right to", remedy: "be root" },
    ]);
    expect(shown).toMatch(/^\? \(user 0\) +10\.0\.0\.1:41000 +10\.0\.0\.2:5432 +off ! +- +\? +- +\?$/m);
    expect(shown).toContain('! 2 connections without keepalive, marked "!"');
    expect(shown).toContain("- timers: no right to\n     -> be root");
  });

  const onWith = (idle: number, interval: number, probes: number, userTimeoutMs = 0): Connection => ({
    ...healthy,
    row: tcpRow({ timer: { kind: "keepalive", expiresInMs: 5000 } }),
    socket: {
      ...socket,
      enabled: true,
      idleMs: 1000 * idle,
      intervalMs: 1000 * interval,
      probes,
      userTimeoutMs,
    },
  });

  test("timers that are on are judged too: once for each setting", () => {
    const sluggish = onWith(7200, 1, 10);
    const shown = show([sluggish, sluggish, onWith(60, 16, 5, 140_000)]);
    expect(shown.match(/ on - +7200\/1\/10 /g)).toHaveLength(2);
    expect(shown).toMatch(/ on - +60\/16\/5 /);
    expect(shown).toContain("Traps of the timers that are on\n  7200/1/10, no user timeout: 2 connections\n");
    expect(shown.match(/a probe comes only after 7200 s/g)).toHaveLength(2);
    expect(shown).toContain("  60/16/5, user timeout 2 min 20 s: 1 connection\n   - a peer that lives");
    expect(shown).not.toContain("Findings");
  });

  test("timers beyond what a socket can be given are judged, and those that cannot be are no crash", () => {
    expect(show([onWith(86_400, 75, 9)])).toContain("a probe comes only after 86400 s");
    expect(show([onWith(0, 75, 9)])).toMatch(/ on +0\/75\/9 /);
  });

  test("timers that are off, hidden, or within this machine are not judged", () => {
    const off = { ...onWith(7200, 1, 10), socket: { ...socket, enabled: false } };
    const unread: Connection = { ...onWith(7200, 1, 10), socket: { kind: "unread", why: "no right to" } };
    const local = { ...onWith(7200, 1, 10), onThisMachine: true };
    expect(show([off, unread, local])).not.toContain("Traps of the timers");
  });

  test("what stands on the path makes a trap of what was fine, for the system too", () => {
    const fine = onWith(60, 16, 5, 140_000);
    expect(show([fine], 50, SYSTEM, [], ["aws-application-load-balancer"])).toMatch(/ on ! +60\/16\/5 /);
    const shown = show([fine], 50, SYSTEM, [], ["azure-load-balancer"]);
    expect(shown).toMatch(/ on - +60\/16\/5 /);
    expect(shown.slice(0, shown.indexOf("Established"))).toContain(" ! Azure Load Balancer forgets");
  });

  test("beyond the limit settings are counted", () => {
    const shown = show([onWith(60, 16, 5), onWith(61, 16, 5), onWith(62, 16, 5)], 1);
    expect(shown).toContain("… 2 more settings: --all shows them");
  });

  test("says that other namespaces have other settings, if there are any", () => {
    const sentence = "other network namespaces too";
    expect(show([healthy])).not.toContain(sentence);
    expect(show([{ ...healthy, namespace: "net:[2]" }])).toContain(sentence);
  });

  test("a system whose settings cannot be read", () => {
    const shown = show([], 50, { kind: "unreadable", why: "no /proc/sys" });
    expect(shown).toContain("its keepalive settings are unknown: no /proc/sys");
  });
});
