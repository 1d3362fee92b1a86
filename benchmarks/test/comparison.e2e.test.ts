// The comparison as a user runs it, a small one. Runs what `tsc -b` built: `npm test` always builds first.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labSupport } from "../lab/index.js";
import { readResults } from "../report/results.js";
import { quickSubjects } from "../subjects/index.js";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const END_PROCESS = fileURLToPath(new URL("../dist/subjects/end-process.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heartwire-comparison-"));
const support = await labSupport();

afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly child: ChildProcess;
  readonly out: string;
  readonly said: () => string;
}

function start(name: string, args: readonly string[], env = process.env): Run {
  const out = join(folder, `${name}.json`);
  const child = spawn(process.execPath, [MAIN, "--out", out, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more) => (text += more));
  child.stderr.setEncoding("utf8").on("data", (more) => (text += more));
  return { child, out, said: () => text };
}

/** Processes whose command line names `marker`. */
function processesNaming(marker: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marker);
    } catch {
      return false;
    }
  });
}

describe.skipIf(support.kind === "none")("in namespaces", () => {
  let run: Run;
  let code: number;

  beforeAll(async () => {
    run = start("small", ["--rounds", "1", "--links", "3", "--wait", "6"]);
    [code] = await once(run.child, "close");
  }, 120_000);

  test("it ends well, and its results fit the schema", () => {
    expect(run.said()).toContain("How long until each one noticed");
    expect(code).toBe(0);
    expect(readResults(run.out).trials).toHaveLength(5 * quickSubjects.length * 3);
  });

  test("a hang is missed by TCP keepalive and found by every heartbeat", () => {
    const hangs = readResults(run.out).trials.filter(({ fault }) => fault === "hang");
    const isKeepalive = ({ subject }: { subject: string }) => subject.startsWith("tcp-keepalive");
    // With a user timeout and without.
    expect(hangs.filter(isKeepalive).map(({ detected }) => detected)).toEqual(new Array(6).fill(false));
    const heartbeats = hangs.filter((trial) => !isKeepalive(trial));
    expect(heartbeats.filter(({ detected }) => !detected)).toEqual([]);
    expect(run.said()).toMatch(/TCP keepalive did not notice .*hangs/);
  });

  test("whose verdict it was is told: the monitor's on a hang, the other end's kernel's on a closed connection", () => {
    const noticed = readResults(run.out).trials.filter(({ detected }) => detected);
    const by = (fault: string) =>
      new Set(
        noticed
          .filter((trial) => trial.fault === fault && !trial.subject.startsWith("udp"))
          .map(({ verdictBy }) => verdictBy),
      );
    expect(by("hang")).toEqual(new Set(["monitor"]));
    expect(by("kill")).toEqual(new Set(["other-end"]));
  });

  test("a silent cut is found by all, keepalive included, and never before its predicted best", () => {
    const cuts = readResults(run.out).trials.filter(({ fault }) => fault === "silent-cut-idle");
    expect(cuts).toHaveLength(3 * quickSubjects.length);
    for (const { detected, latencyMs, predictedMs, subject, uncertaintyMs } of cuts) {
      expect(detected, subject).toBe(true);
      expect(latencyMs! + uncertaintyMs + 1, subject).toBeGreaterThan(predictedMs!.best);
    }
  });

  test("no live peer was called dead, and octets are as predicted, to a tenth", () => {
    const { trials, wire, carried } = readResults(run.out);
    expect(trials.filter(({ mistakes }) => mistakes > 0)).toEqual([]);
    expect(wire).toHaveLength(quickSubjects.length);
    expect(carried).toHaveLength(quickSubjects.filter(({ carries }) => carries).length);
    for (const { beats, intact } of carried ?? []) expect(intact).toBe(beats);
    for (const { subject, perHour, predictedPerHour } of wire) {
      const ratio = (perHour.out + perHour.in) / (predictedPerHour.out + predictedPerHour.in);
      expect(ratio, subject).toBeGreaterThan(0.9);
      expect(ratio, subject).toBeLessThan(1.1);
    }
  });

  test("Ctrl-C ends it with 130 and leaves no process and no file behind", async () => {
    const interrupted = start("interrupted", []);
    while (!interrupted.said().includes("Comparing")) await delay(50);
    await delay(2500);
    expect(processesNaming(interrupted.out).length).toBeGreaterThan(0);
    interrupted.child.kill("SIGINT");
    const [exit] = await once(interrupted.child, "close");
    expect(exit).toBe(130);
    expect(processesNaming(interrupted.out)).toEqual([]);
    expect(processesNaming(END_PROCESS)).toEqual([]);
    expect(() => readResults(interrupted.out)).toThrow();
  });
});

/** What a machine without iproute2 looks like: a PATH that lacks `ip`. */
function withoutIp(): NodeJS.ProcessEnv {
  const bin = mkdtempSync(join(folder, "bin-"));
  symlinkSync(process.execPath, join(bin, "node"));
  return { ...process.env, PATH: bin };
}

test("without namespaces it measures what loopback can, and says what was not measured and why", async () => {
  // A PATH that lacks `ip`, which is what a machine without iproute2 looks like.
  const bin = mkdtempSync(join(folder, "bin-"));
  symlinkSync(process.execPath, join(bin, "node"));
  const run = start("loopback", ["--rounds", "1", "--links", "2", "--wait", "5"], {
    ...process.env,
    PATH: bin,
  });
  const [code] = await once(run.child, "close");
  expect(code).toBe(0);
  expect(run.said()).toContain("iproute2");
  const { environment, trials, wire, notMeasured } = readResults(run.out);
  expect(environment.stage).toBe("loopback");
  expect(new Set(trials.map(({ fault }) => fault))).toEqual(new Set(["kill", "hang"]));
  expect(wire).toEqual([]);
  for (const fault of ["silent-cut-idle", "silent-cut-unacknowledged", "cable-pulled-at-peer"]) {
    expect(notMeasured.find((row) => row.fault === fault)?.why).toContain("iproute2");
  }
}, 60_000);

test("without namespaces, too, Ctrl-C leaves no process behind, not even a stopped one", async () => {
  const run = start("loopback-interrupted", [], withoutIp());
  while (!run.said().includes("Comparing")) await delay(50);
  // By then the peers of the hang are stopped: they could not end by themselves.
  await delay(6000);
  expect(processesNaming(END_PROCESS).length).toBeGreaterThan(0);
  run.child.kill("SIGINT");
  const [code] = await once(run.child, "close");
  expect(code).toBe(130);
  expect(processesNaming(END_PROCESS)).toEqual([]);
}, 60_000);

test.each([
  [["--rounds", "0"], '--rounds must be an integer from 1 to 100, not "0"'],
  [["--colour"], "--colour"],
])("wrong arguments %j end with 2 and say what is wrong", async (args, message) => {
  const run = start("wrong", args);
  const [code] = await once(run.child, "close");
  expect(code).toBe(2);
  expect(run.said()).toContain(message);
});
