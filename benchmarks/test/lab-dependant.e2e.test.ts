// Programs of others that a host's process runs: real processes over loopback, since no network is needed. Runs what
// `tsc -b` built: `npm test` always builds first.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLoopback, type HostProcess, type Lab, threadStates } from "../dist/lab/index.js";
import { findProgram } from "../dist/lab/programs.js";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const canStart = findProgram("setpriv", (process.env.PATH ?? "").split(delimiter)) !== undefined;

interface Dependant {
  readonly pid: number;
  readonly folder: string;
}

const isGone = (pid: number) => /^Z?$/.test(threadStates(pid));
/** What is left of them a moment later. */
const gone = (pids: readonly number[], folder: string) =>
  vi.waitFor(() => {
    expect(pids.filter((pid) => !isGone(pid))).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  }, 5000);

describe.skipIf(!canStart)("a program that a host's process runs", () => {
  let lab: Lab;
  let host: HostProcess<Dependant>;
  let dependant: Dependant;

  beforeEach(async () => {
    lab = await createLoopback("dependants");
    host = await lab.spawn<Dependant>("peer", path("lab/with-dependant.mjs"));
    dependant = await host.messages.receive();
    host.adopt([dependant.pid]);
    expect(existsSync(dependant.folder)).toBe(true);
  });
  afterEach(() => lab.close());

  test("is hit by every signal, before the process that has adopted it", async () => {
    expect(host.pids).toEqual([dependant.pid, host.pid]);
    expect(host.signal("SIGSTOP")).toBe(true);
    await vi.waitFor(() => {
      for (const pid of host.pids) expect(threadStates(pid)).toMatch(/^T+$/);
    });
    host.signal("SIGCONT");
    await vi.waitFor(() => expect(threadStates(dependant.pid)).toMatch(/^[RS]+$/));
    await host.stop();
    expect(host.signal("SIGCONT")).toBe(false);
  });

  test("is gone when the lab is closed, stopped or not", async () => {
    host.signal("SIGSTOP");
    await lab.close();
    expect(isGone(dependant.pid)).toBe(true);
    await gone([], dependant.folder);
  });

  test("ends with its process, whatever ends that, and then its folder goes", async () => {
    process.kill(host.pid, "SIGKILL");
    await gone([host.pid, dependant.pid], dependant.folder);
  });
});

test.skipIf(!canStart)(
  "when the lab's own program is killed nothing is left, not even what was stopped",
  async () => {
    const runner = spawn(process.execPath, [path("lab/hang-and-wait.mjs")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(runner.stdout.setEncoding("utf8"), "data");
    const { pids, folder } = JSON.parse(line) as { pids: number[]; folder: string };
    expect(pids).toHaveLength(2);
    expect(existsSync(folder)).toBe(true);
    runner.kill("SIGKILL");
    await gone(pids, folder);
  },
);
