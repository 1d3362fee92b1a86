import { readFileSync } from "node:fs";
import { parseSoKeepalive, type SystemKeepalive } from "@heartwire/tcp-keepalive";
import { expect, test } from "vitest";
import type { SocketReading } from "../src/doctor/foreign-socket.js";
import { reportOn } from "../src/doctor/report.js";
import type { Connection } from "../src/doctor/survey.js";
import type { TcpTableRow } from "../src/doctor/tcp-table.js";
import { renderDiagnosis } from "../src/doctor/view.js";
import { EXIT } from "../src/exit-code.js";
import { explain } from "../src/explain/report.js";
import { renderExplanation } from "../src/explain/view.js";
import { run } from "../src/program.js";
import { memoryTerminal } from "./support/memory-terminal.js";
import { tcpRow } from "./support/tcp-row.js";

/** The kernel's. */
const DEFAULTS: SystemKeepalive = {
  kind: "read",
  idleMs: 7_200_000,
  intervalMs: 75_000,
  probes: 9,
  retries2: 15,
  rtoMaxMs: 120_000,
};

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the README shows what explain prints on a system with the kernel's defaults", () => {
  const report = explain("30m::10", parseSoKeepalive("30m::10"), 0, DEFAULTS);
  expect(readme).toContain(
    `$ heartwire explain 30m::10\n${renderExplanation(report, memoryTerminal().terminal)}`,
  );
});

test("the README shows what doctor prints of three connections", () => {
  const connection = (
    port: number,
    peerPort: number,
    socket: Partial<SocketReading>,
    row: Partial<TcpTableRow>,
  ): Connection => ({
    row: tcpRow({
      local: { address: "10.20.0.1", port },
      peer: { address: "10.20.0.5", port: peerPort },
      ...row,
    }),
    namespace: "net:[1]",
    holders: [{ pid: 32_221, name: "app", fd: 20 }],
    onThisMachine: false,
    socket: {
      kind: "read",
      enabled: true,
      idleMs: 7_200_000,
      intervalMs: 75_000,
      probes: 9,
      userTimeoutMs: 0,
      lastHeardMs: 8000,
      ...socket,
    },
  });
  const timer = (expiresInMs: number) => ({ timer: { kind: "keepalive", expiresInMs } as const });
  const well = { idleMs: 60_000, intervalMs: 10_000, probes: 6, userTimeoutMs: 120_000 };
  const quick = { idleMs: 2000, intervalMs: 2000, probes: 9, lastHeardMs: 6000 };
  const connections = [
    connection(40_496, 6379, { enabled: false }, {}),
    connection(42_620, 5432, well, timer(52_000)),
    connection(59_760, 443, quick, { ...timer(0), unansweredProbes: 2 }),
  ];
  const report = reportOn({ namespace: "net:[1]", connections, unseen: [] }, DEFAULTS, 5000);
  expect(readme).toContain(
    `$ sudo heartwire doctor --pid 32221 --quiet 5s\n${renderDiagnosis(report, 50, memoryTerminal().terminal)}`,
  );
});

test("the README has every option and every exit code, and no others", async () => {
  const options = new Set<string>();
  for (const command of ["explain", "doctor"]) {
    const { terminal, written } = memoryTerminal();
    await run([command, "--help"], terminal);
    for (const [, option] of written.out.matchAll(/^ {2}(--[a-z-]+(?: <\w+>)?) /gm)) options.add(option!);
  }
  const documented = [...readme.matchAll(/^\| `(--[^`]+)`/gm)].map(([, option]) => option!);
  expect(new Set(documented)).toEqual(options);
  const codes = [...readme.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code));
  expect(codes).toEqual(Object.values(EXIT));
});
