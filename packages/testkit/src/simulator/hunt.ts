#!/usr/bin/env node
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type HuntJob, type HuntReport, reproduction } from "./hunt-job.js";
import { INVARIANTS, type InvariantName } from "./invariants.js";
import { NAMED_POLICIES } from "./named-policies.js";
import { type QualityData, QualityLedger } from "./quality.js";

const HELP = `Runs the simulator on one seed after another, until an invariant breaks.

  node packages/testkit/dist/simulator/hunt.js [options]

  --seed N       the first seed; default 1
  --seeds M      how many; default 20
  --peers P      peers of each; default 500
  --hours H      virtual hours of each; default 100
  --interval MS  the policy's interval; default 60000
  --policy NAME  ${Object.keys(NAMED_POLICIES).join(", ")}; default fixed-timeout
  --mode MODE    echo, beat, listen or all (by turns); default all
  --ignore NAME  go on although this invariant breaks; may be repeated
  --workers W    processes; default one for each processor

A peer-hour is one link open for one virtual hour. Time has no scale: at 10 times the interval an hour has a tenth of
the heartbeats, which are therefore reported too. Exit code: 0 none broke, 1 one did, or the hunt was
interrupted (what was found until then is told), 2 wrong usage.
`;

function positive(name: string, text: string, whole: boolean): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value) && (!whole || Number.isSafeInteger(value))) return value;
  throw new RangeError(`--${name} must be a ${whole ? "whole " : ""}number above 0, not ${text}`);
}

function readJob(args: readonly string[]): { readonly job: HuntJob; readonly workers: number } | undefined {
  const text = (fallback: string) => ({ type: "string", default: fallback }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text("1"),
      seeds: text("20"),
      peers: text("500"),
      hours: text("100"),
      interval: text("60000"),
      policy: text("fixed-timeout"),
      mode: text("all"),
      workers: text(String(availableParallelism())),
      ignore: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const { mode, policy, ignore } = values;
  if (mode !== "echo" && mode !== "beat" && mode !== "listen" && mode !== "all") {
    throw new RangeError(`--mode must be echo, beat, listen or all, not ${mode}`);
  }
  if (!(policy in NAMED_POLICIES)) {
    throw new RangeError(`--policy must be one of ${Object.keys(NAMED_POLICIES).join(", ")}, not ${policy}`);
  }
  for (const name of ignore) {
    if (!(name in INVARIANTS)) {
      throw new RangeError(`--ignore must be one of ${Object.keys(INVARIANTS).join(", ")}, not ${name}`);
    }
  }
  const job: HuntJob = {
    seed: positive("seed", values.seed, true),
    seeds: positive("seeds", values.seeds, true),
    step: 1,
    peers: positive("peers", values.peers, true),
    hours: positive("hours", values.hours, false),
    intervalMs: positive("interval", values.interval, true),
    policy,
    mode,
    ignore: ignore as InvariantName[],
  };
  return { job, workers: Math.min(job.seeds, positive("workers", values.workers, true)) };
}

/** Each worker takes every so-many-th seed. Resolves with the worker's exit code. */
function startWorker(
  job: HuntJob,
  tell: (report: HuntReport) => void,
): { stop(): void; done: Promise<number> } {
  const worker = fork(fileURLToPath(new URL("./hunt-worker.js", import.meta.url)), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const done = new Promise<number>((resolve, reject) => {
    worker.on("message", (message) => tell(message as HuntReport));
    worker.on("error", reject);
    worker.on("exit", (code) => resolve(code ?? 1));
  });
  worker.send(job);
  return { stop: () => void worker.kill(), done };
}

function describeViolation(report: HuntReport): string {
  const { violation } = report;
  if (violation === undefined) return "";
  return [
    `seed ${report.job.seed} breaks "${violation.invariant}" at ${violation.atMs} ms, peer ${violation.peer ?? "any"}: ${violation.detail}`,
    `  stated: ${INVARIANTS[violation.invariant]}`,
    ...violation.history.map((line) => `  ${line}`),
    `reproduce: ${reproduction(report.job)}`,
  ].join("\n");
}

async function hunt(job: HuntJob, workers: number): Promise<number> {
  const ledger = new QualityLedger();
  const totals = { watchedMs: 0, happenings: 0, frames: 0, octets: 0, seeds: 0 };
  const ignored = new Map<string, number>();
  let broken = 0;
  const beganMs = performance.now();
  const tell = (report: HuntReport): void => {
    ledger.merge(new QualityLedger(report.ledger as QualityData));
    totals.seeds += 1;
    totals.watchedMs += report.watchedMs;
    totals.happenings += report.happenings;
    totals.frames += report.frames;
    totals.octets += report.octets;
    for (const [name, count] of Object.entries(report.ignored)) {
      ignored.set(name, (ignored.get(name) ?? 0) + count);
    }
    if (report.violation === undefined) return;
    broken += 1;
    console.log(describeViolation(report));
    stop();
  };
  const running = Array.from({ length: workers }, (_, index) =>
    startWorker(
      { ...job, seed: job.seed + index, seeds: Math.ceil((job.seeds - index) / workers), step: workers },
      tell,
    ),
  );
  const stop = (): void => {
    for (const worker of running) worker.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  const codes = await Promise.all(running.map(({ done }) => done));
  const seconds = (performance.now() - beganMs) / 1000;
  const quality = ledger.quality();
  const hours = totals.watchedMs / 3_600_000;
  console.log(
    JSON.stringify(
      {
        ...totals,
        peerHours: hours,
        peerIntervals: totals.watchedMs / job.intervalMs,
        broken,
        ignored: Object.fromEntries(ignored),
        seconds,
        happeningsPerSecond: totals.happenings / seconds,
        quality,
      },
      undefined,
      2,
    ),
  );
  if (broken > 0) return 1;
  return codes.every((code) => code === 0) ? 0 : 1;
}

try {
  const asked = readJob(process.argv.slice(2));
  if (asked === undefined) console.log(HELP);
  else process.exitCode = await hunt(asked.job, asked.workers);
} catch (error) {
  console.error(`hunt: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
