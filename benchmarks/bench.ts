// The full comparison, `npm run bench`: every fault, every contender, and what a heartbeat costs. It can be
// interrupted at any moment and goes on where it was.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import pc from "picocolors";
import { type Fault, faults } from "./faults/index.js";
import { committedQos } from "./qos/results.js";
import { withClaims } from "./report/claims.js";
import { renderMarkdown } from "./report/markdown.js";
import { renderPage } from "./report/page/page.js";
import { printReport } from "./report/print.js";
import { type Results, writeResults } from "./report/results.js";
import { type ComparisonPlan, compare, FULL_WAIT_MS } from "./run/comparison.js";
import type { NotMeasured } from "./run/job.js";
import { Journal } from "./run/journal.js";
import { withWhatTheyNeed } from "./run/missing.js";
import { ProgressBar } from "./run/progress.js";
import { projectCommit } from "./run/provenance.js";
import { onStage, type Stage } from "./run/stage.js";
import { integer, options, pick, run, UsageError } from "./run/usage.js";
import { type Subject, subjects } from "./subjects/index.js";

const USAGE = `npm run bench -- [options]

  --only A,B      these contenders only         (default: all)
  --faults A,B    these faults only             (default: all)
                  Part of a name will do: udp is udp-echo and udp-beat, cut is every cut.
  --trials N      links per cell, at least      (1 to 1000, default 20)
  --wait S        seconds to wait for a verdict (1 to 3600, default ${FULL_WAIT_MS / 1000})
  --no-cost       leave out CPU and memory      (up to twelve minutes; with --only a few seconds each)
  --cost          CPU and memory only; options of its own: npm run bench -- --cost --help
  --qos           mistakes against detection time only; options of its own: npm run bench -- --qos --help
  --out FOLDER    where everything goes         (default benchmarks/results/latest)
  --list          names the contenders and the faults
  --help          this text

Interrupted, it goes on where it was when it is started again with the same options and the same commit.`;

/** Links of one subject in one process: more would make a strike hit a machine busy with itself. */
const LINKS_AT_ONCE = 10;
const COST = fileURLToPath(new URL("cost/main.js", import.meta.url));
const QOS = fileURLToPath(new URL("qos/main.js", import.meta.url));

interface CommandLine {
  readonly subjects: readonly Subject[];
  readonly faults: readonly Fault[];
  readonly trials: number;
  readonly waitMs: number;
  readonly cost: boolean;
  readonly folder: string;
  /** How parts of names were understood. */
  readonly understood: readonly string[];
}

function readCommandLine(args: string[]): CommandLine | "help" | "list" {
  const values = options(args, ["only", "faults", "trials", "wait", "out"], ["no-cost", "list", "help"]);
  if (values.help) return "help";
  if (values.list) return "list";
  const only = pick("--only", subjects, values.only);
  const struck = pick("--faults", faults, values.faults);
  return {
    subjects: only.picked,
    faults: struck.picked,
    understood: [...only.understood, ...struck.understood],
    trials: integer("--trials", values.trials ?? "20", 1000),
    waitMs: 1000 * integer("--wait", values.wait ?? String(FULL_WAIT_MS / 1000), 3600),
    cost: values["no-cost"] !== true,
    folder: resolve(values.out ?? "benchmarks/results/latest"),
  };
}

function planOf(commandLine: CommandLine, stage: Stage["kind"]): ComparisonPlan {
  const links = Math.min(LINKS_AT_ONCE, commandLine.trials);
  const shown = commandLine.subjects.filter(({ name }) => SHOWN_FRAME_BY_FRAME.subjects.includes(name));
  const recorded = commandLine.faults.filter(({ name }) => SHOWN_FRAME_BY_FRAME.faults.includes(name));
  return {
    stage,
    subjects: commandLine.subjects,
    faults: commandLine.faults,
    rounds: Math.ceil(commandLine.trials / links),
    links,
    waitMs: commandLine.waitMs,
    wireWindowMs: 60_000,
    timelines: recorded.flatMap((fault) => shown.map((subject) => ({ subject, fault }))),
    trialsAtOnce: 1,
    wiresAtOnce: 4,
    cost: costOf(commandLine),
  };
}

/** Of a few contenders only their own cost, which takes a quarter of a minute each. */
function costOf({ cost, subjects: chosen }: CommandLine): ComparisonPlan["cost"] {
  if (!cost) return "none";
  return chosen.length === subjects.length ? "all" : "contenders";
}

/** What to look at closely: how each kind of evidence ends. */
const SHOWN_FRAME_BY_FRAME = {
  subjects: ["tcp-keepalive", "tcp", "udp-echo", "websocket-ping"],
  faults: ["silent-cut-idle", "silent-cut-unacknowledged", "hang"],
};

async function compareHere(commandLine: CommandLine, stage: Stage): Promise<number> {
  const { folder } = commandLine;
  const { subjects: present, notMeasured } = withWhatTheyNeed(commandLine.subjects);
  if (present.length === 0) throw new UsageError(notMeasured.map(({ why }) => why).join("\n"));
  const plan = planOf({ ...commandLine, subjects: present }, stage.kind);
  const { subjects: chosen, faults: struck, timelines: _timelines, cost: _cost, ...rest } = plan;
  const names = { subjects: chosen.map(({ name }) => name), faults: struck.map(({ name }) => name) };
  const commit = await projectCommit();
  const journal = new Journal(join(folder, "journal.jsonl"), { ...rest, ...names, commit });
  for (const line of commandLine.understood) process.stderr.write(`${line}\n`);
  if (journal.size > 0) process.stderr.write(`Going on: ${journal.size} parts are done already.\n`);
  const progress = new ProgressBar({ timeLeft: true });
  try {
    const results = await compare(stage.openLab, stage.notHere, plan, progress, journal);
    progress.stop();
    write(complete(results, notMeasured), folder);
    journal.remove();
    return 0;
  } finally {
    progress.stop();
  }
}

function complete(results: Results, left: readonly NotMeasured[]): Results {
  const all = { ...results, notMeasured: [...results.notMeasured, ...left] };
  return withClaims(all);
}

function write(results: Results, folder: string): void {
  const path = join(folder, "results.json");
  writeResults(path, results);
  writeFileSync(join(folder, "report.html"), renderPage(results, committedQos()));
  writeFileSync(join(folder, "report.md"), renderMarkdown(results));
  printReport(results, path);
  const page = relative(process.cwd(), join(folder, "report.html"));
  process.stdout.write(pc.bold(`The whole report, to be opened in a browser: ${page}\n`));
}

function listing(): string {
  const lines = (all: readonly { readonly name: string; readonly title: string }[]) =>
    all.map(({ name, title }) => `  ${name.padEnd(28)} ${title.replaceAll("\n", " ")}`).join("\n");
  return `Contenders:\n${lines(subjects)}\n\nFaults:\n${lines(faults)}\n`;
}

await run(USAGE, async (args) => {
  if (args[0] === "--cost") {
    return spawnSync(process.execPath, [COST, ...args.slice(1)], { stdio: "inherit" }).status ?? 1;
  }
  if (args[0] === "--qos") {
    return spawnSync(process.execPath, [QOS, ...args.slice(1)], { stdio: "inherit" }).status ?? 1;
  }
  const commandLine = readCommandLine(args);
  if (commandLine === "help") return "help";
  if (commandLine === "list") {
    process.stdout.write(listing());
    return 0;
  }
  mkdirSync(commandLine.folder, { recursive: true });
  return onStage(fileURLToPath(import.meta.url), args, (stage) => compareHere(commandLine, stage));
});
