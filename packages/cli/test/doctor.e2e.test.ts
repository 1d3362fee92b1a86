import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ConnectionReport, DoctorReport } from "../src/doctor/report.js";
import { EXIT } from "../src/exit-code.js";
import {
  AS_ORDINARY_USER,
  type Finished,
  heartwire,
  IN_OWN_NAMESPACE,
  type KnownConnections,
  startConnections,
  whyNot,
} from "./support/processes.js";

const whyNoUser = await whyNot(AS_ORDINARY_USER);
const whyNoNamespace = await whyNot(IN_OWN_NAMESPACE);
const YAMA = "/proc/sys/kernel/yama/ptrace_scope";
const ownersMayTrace = !existsSync(YAMA) || readFileSync(YAMA, "utf8").trim() === "0";
const whyNoTrace =
  ownersMayTrace || process.getuid?.() === 0
    ? undefined
    : `kernel.yama.ptrace_scope is not 0, and we are not root`;
const because = (why: string | undefined): string => (why === undefined ? "" : ` (skipped: ${why})`);

const SETTINGS = {
  kind: "read",
  enabled: true,
  idleMs: 30_000,
  intervalMs: 7000,
  probes: 4,
  userTimeoutMs: 21_000,
  lastHeardMs: expect.any(Number),
};

function reportOf({ out, error }: Finished): DoctorReport {
  expect(error).toBe("");
  return JSON.parse(out) as DoctorReport;
}

/** The client's end of each of the two connections. */
function known({ connections }: DoctorReport, { on, off }: KnownConnections) {
  const from = (port: number): ConnectionReport => {
    const found = connections.filter(({ local }) => local.port === port);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  return { on: from(on), off: from(off) };
}

describe.skipIf(process.platform !== "linux")("doctor", () => {
  const traceTest = test.skipIf(whyNoTrace !== undefined);

  traceTest(
    `reads the settings of another process's sockets, and changes nothing${because(whyNoTrace)}`,
    async () => {
      const target = await startConnections();
      for (const _ of ["first", "second"]) {
        const finished = await heartwire(["doctor", "--pid", String(target.pid), "--json"]);
        const report = reportOf(finished);
        const { on, off } = known(report, target);
        // Both ends of both connections are its own.
        expect(report.connections).toHaveLength(4);
        expect(report).toMatchObject({ schema: 1, command: "doctor", system: { kind: "read" }, unseen: [] });
        for (const { processes, onThisMachine } of report.connections) {
          expect(processes).toEqual([{ pid: target.pid, name: "node", fd: expect.any(Number) }]);
          expect(onThisMachine).toBe(true);
        }
        expect(on).toMatchObject({ keepalive: "on", socket: SETTINGS, findings: [] });
        expect(on.nextProbe?.exact).toBe(true);
        expect(on.nextProbe?.inMs).toBeGreaterThan(0);
        expect(on.nextProbe?.inMs).toBeLessThanOrEqual(30_000);
        expect(off).toMatchObject({
          keepalive: "off",
          socket: { kind: "read", enabled: false },
          nextProbe: null,
        });
        expect(finished.exitCode).toBe(EXIT.fine);
      }
    },
  );

  traceTest("shows them to people", async () => {
    const { pid } = await startConnections();
    const { out, error, exitCode } = await heartwire(["doctor", "--pid", String(pid)]);
    expect({ error, exitCode }).toEqual({ error: "", exitCode: EXIT.fine });
    expect(out).toContain("4 connections; keepalive: 1 on, 3 off, 0 unknown");
    expect(out).toMatch(new RegExp(`node ${pid} .* on +30/7/4 +21 s `));
  });

  traceTest("finds the process among all", async () => {
    const target = await startConnections();
    const { on } = known(reportOf(await heartwire(["doctor", "--json"])), target);
    expect(on).toMatchObject({ socket: SETTINGS, processes: [{ pid: target.pid }] });
  });

  test.skipIf(whyNoNamespace !== undefined)(
    `looks into other network namespaces${because(whyNoNamespace)}`,
    async () => {
      const target = await startConnections(IN_OWN_NAMESPACE);
      const { on, off } = known(reportOf(await heartwire(["doctor", "--json"])), target);
      expect(on).toMatchObject({ socket: SETTINGS, namespace: readlinkSync(`/proc/${target.pid}/ns/net`) });
      expect(on.namespace).not.toBe(readlinkSync("/proc/self/ns/net"));
      expect(off.namespace).toBe(on.namespace);
    },
  );

  test("says that a process does not exist", async () => {
    // Above the kernel's limit of process ids, 2^22.
    const { out, error, exitCode } = await heartwire(["doctor", "--pid", "4194305"]);
    expect({ out, error, exitCode }).toEqual({
      out: "",
      error: "error: there is no process 4194305\n",
      exitCode: EXIT.impossible,
    });
  });
});

describe.skipIf(whyNoUser !== undefined)(`doctor as an ordinary user${because(whyNoUser)}`, () => {
  const asUser = { prefix: AS_ORDINARY_USER };

  test("reads the sockets of its own processes, as far as Yama lets owners trace", async () => {
    const target = await startConnections(AS_ORDINARY_USER);
    const report = reportOf(await heartwire(["doctor", "--pid", String(target.pid), "--json"], asUser));
    const { on } = known(report, target);
    expect(on.processes).toMatchObject([{ pid: target.pid }]);
    if (ownersMayTrace) expect(on.socket).toEqual(SETTINGS);
    else expect(report.unseen.map(({ remedy }) => remedy).join()).toContain("ptrace_scope");
  });

  test("shows what the tables say of others' sockets, and says what is missing", async () => {
    const target = await startConnections();
    const report = reportOf(await heartwire(["doctor", "--json"], asUser));
    const { on, off } = known(report, target);
    expect(on).toMatchObject({
      keepalive: "on",
      processes: [],
      uid: process.getuid?.(),
      socket: { kind: "unread", why: "its process is not visible" },
      nextProbe: { exact: false },
    });
    expect(off).toMatchObject({ keepalive: "off", nextProbe: null });
    expect(report.unseen.map(({ remedy }) => remedy)).toContain("run heartwire as root");
  });

  test("refuses a process of somebody else", async () => {
    const { pid } = await startConnections();
    const { out, error, exitCode } = await heartwire(["doctor", "--pid", String(pid)], asUser);
    expect({ out, exitCode }).toEqual({ out: "", exitCode: EXIT.impossible });
    expect(error).toBe(
      `error: no right to look into process ${pid} (node): run heartwire as root, or as its owner\n`,
    );
  });
});
