// The quick comparison, `npm start`: real faults in hosts of its own, then the answer.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { type ComparisonOptions, compare, type StageKind } from "./comparison.js";
import { createLab, createLoopback, enterLab, insideLab, type Lab, labSupport } from "./lab/index.js";
import { ProgressBar } from "./progress.js";
import { printReport } from "./report/print.js";
import { writeResults } from "./report/results.js";

const USAGE = `npm start -- [options]

  --rounds N   strikes of each fault          (1 to 100, default 2)
  --links N    links per subject and strike   (1 to 100, default 10)
  --wait S     seconds to wait for a verdict  (1 to 3600, default 12)
  --out FILE   where the results go           (default results.json)
  --help       this text`;

interface CommandLine extends Omit<ComparisonOptions, "stage"> {
  readonly out: string;
}

class UsageError extends Error {}

async function main(args: string[]): Promise<number> {
  const commandLine = readCommandLine(args);
  if (commandLine === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (insideLab()) return run(commandLine, stageInside());
  const support = await labSupport();
  if (support.kind === "none") {
    process.stderr.write(`${pc.yellow("Only what loopback can show is measured.")} ${support.why}\n`);
    return run(commandLine, "loopback", support.why);
  }
  process.env.HEARTWIRE_STAGE = support.rootless ? "rootless-namespaces" : "namespaces";
  return enterLab(support, fileURLToPath(import.meta.url), args);
}

/** Told by the process outside: inside a user namespace everybody is root. */
function stageInside(): StageKind {
  return process.env.HEARTWIRE_STAGE === "rootless-namespaces" ? "rootless-namespaces" : "namespaces";
}

async function run({ out, ...options }: CommandLine, stage: StageKind, notHere?: string): Promise<number> {
  process.stderr.write(
    `Comparing TCP keepalive and heartbeats under real faults; this takes under two minutes.\n`,
  );
  const progress = new ProgressBar();
  // Inside namespaces a signal ends everything by itself, outside the stopped processes would stay.
  const openLab = stage === "loopback" ? closedOnSignals(createLoopback) : createLab;
  try {
    const results = await compare(openLab, notHere, { ...options, stage }, progress);
    progress.stop();
    writeResults(out, results);
    printReport(results, out);
    return 0;
  } finally {
    progress.stop();
  }
}

/** Labs made by `open` are closed when this process is told to end. */
function closedOnSignals(open: (name: string) => Promise<Lab>): (name: string) => Promise<Lab> {
  const labs: Lab[] = [];
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.once(signal, async () => {
      await Promise.all(labs.map((lab) => lab.close()));
      process.exit(status);
    });
  }
  return async (name) => {
    const lab = await open(name);
    labs.push(lab);
    return lab;
  };
}

function readCommandLine(args: string[]): CommandLine | undefined {
  let values: { rounds?: string; links?: string; wait?: string; out?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args,
      options: {
        rounds: { type: "string" },
        links: { type: "string" },
        wait: { type: "string" },
        out: { type: "string" },
        help: { type: "boolean" },
      },
    }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return undefined;
  return {
    rounds: count("--rounds", values.rounds ?? "2", 100),
    links: count("--links", values.links ?? "10", 100),
    out: resolve(values.out ?? "results.json"),
    waitMs: 1000 * count("--wait", values.wait ?? "12", 3600),
    wireWindowMs: 30_000,
  };
}

function count(name: string, text: string, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max) {
    throw new UsageError(`${name} must be an integer from 1 to ${max}, not "${text}"`);
  }
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  else process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
