import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLab } from "../lab/index.js";
import { start, supportWithPath, type Visitor, visitors, whyNoLab } from "./lab/outside.js";

/** A folder for one test, where every user may write. */
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "heartwire-"));
  chmodSync(folder, 0o777);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** All processes of the machine whose arguments name the marker. */
function processesWith(marker: string): string[] {
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(marker);
    } catch {
      return false; // It has ended meanwhile.
    }
  });
}

/** Starts a scenario, which does not outlive the test. */
function outerProcess(visitor: Visitor, ...scenario: string[]): ChildProcess {
  const outer = start(visitor, ...scenario);
  onTestFinished(() => {
    outer.kill("SIGKILL");
  });
  return outer;
}

/** Resolves once a scenario has printed a line. */
async function saysSomething(outer: ChildProcess): Promise<void> {
  await once(outer.stdout!, "data");
}

describe.each(visitors)("entering the lab $title", (visitor) => {
  const why = whyNoLab(visitor);
  beforeEach((context) => {
    if (why !== undefined) {
      context.skip(why);
    }
  });

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends everything inside before the outer process ends with %d", async ([signal, code]) => {
    const marker = randomUUID();
    const outer = outerProcess(visitor, "wait", marker);
    await saysSomething(outer);
    // The outer process, unshare, the shell, the module and one process in each of two hosts.
    await expect.poll(() => processesWith(marker).length).toBe(6);
    outer.kill(signal);
    expect(await once(outer, "exit")).toEqual([code, null]);
    expect(processesWith(marker)).toEqual([]);
  });

  it("SIGKILL of the outer process ends everything inside", async () => {
    const marker = randomUUID();
    const outer = outerProcess(visitor, "wait", marker);
    await saysSomething(outer);
    outer.kill("SIGKILL");
    await expect.poll(() => processesWith(marker)).toEqual([]);
  });

  it("SIGKILL while entering ends everything inside", async () => {
    const marker = randomUUID();
    const outer = outerProcess(visitor, "wait", marker);
    await expect.poll(() => processesWith(marker).length, { interval: 1 }).toBeGreaterThan(2);
    outer.kill("SIGKILL");
    await expect.poll(() => processesWith(marker)).toEqual([]);
  });

  it("leaves no link, mount, namespace or temporary file outside", async () => {
    const temporary = temporaryFolder();
    const outside = () => [
      readdirSync("/sys/class/net"),
      readFileSync("/proc/self/mounts", "utf8"),
      existsSync("/run/netns") && readdirSync("/run/netns"),
      readdirSync(temporary),
    ];
    const before = outside();
    vi.stubEnv("TMPDIR", temporary);
    const outer = outerProcess(visitor, "wait", randomUUID());
    vi.unstubAllEnvs();
    await saysSomething(outer);
    expect(outside()).toEqual(before);
    outer.kill("SIGKILL");
    await once(outer, "exit");
    expect(outside()).toEqual(before);
  });

  it("hands on the exit code, and writes files that belong to the user outside", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "results.json");
    const outer = outerProcess(visitor, "file", file);
    const [code] = await once(outer, "exit");
    expect(code).toBe(7);
    expect(readFileSync(file, "utf8")).toBe("written inside");
    expect(statSync(file).uid).toBe(visitor.uid);
  });
});

describe("without what a lab needs", () => {
  it.runIf(process.platform === "linux").for([
    ["ip", "iproute2"],
    ["unshare", "util-linux"],
  ] as const)("names the missing program %s and its package", async ([tool, debianPackage]) => {
    const folder = temporaryFolder();
    for (const present of ["ip", "unshare", "setpriv", "mount", "sh"].filter((name) => name !== tool)) {
      symlinkSync("/bin/true", join(folder, present));
    }
    expect(await supportWithPath(folder)).toEqual({
      kind: "none",
      why: `The program "${tool}" is not on the PATH; on Debian: apt install ${debianPackage}.`,
    });
  });

  it("says that namespaces are forbidden, and what to do about it", async () => {
    const folder = temporaryFolder();
    for (const present of ["ip", "unshare", "mount", "sh"]) {
      symlinkSync("/bin/true", join(folder, present));
    }
    // Stands in for the first program that runs, with the complaint of a kernel that forbids it.
    const refusal = "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n";
    writeFileSync(join(folder, "setpriv"), refusal, { mode: 0o755 });
    expect(await supportWithPath(folder)).toEqual({
      kind: "none",
      why: expect.stringMatching(/unshare failed: Operation not permitted.*Run as root, or allow it: sysctl/),
    });
  });

  it("refuses to touch the real network", async () => {
    await expect(createLab("outside")).rejects.toThrow(/start this program with enterLab/);
  });
});
