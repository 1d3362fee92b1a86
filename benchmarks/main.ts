// The quick comparison, `npm start`: real faults on hosts of its own, then the answer.
import { writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { committedQos } from "./qos/results.js";
import { withClaims } from "./report/claims.js";
import { renderPage } from "./report/page/page.js";
import { printReport } from "./report/print.js";
import { writeResults } from "./report/results.js";
import { type ComparisonPlan, compare, QUICK } from "./run/comparison.js";
import { ProgressBar } from "./run/progress.js";
import { onStage, type Stage } from "./run/stage.js";
import { integer, options, run } from "./run/usage.js";

const USAGE = `npm start -- [options]

  --rounds N   strikes of each fault          (1 to 100, default 2)
  --links N    links per subject and strike   (1 to 100, default 10)
  --wait S     seconds to wait for a verdict  (1 to 3600, default 12)
  --out FILE   where the results go           (default results.json; the page goes beside it)
  --help       this text`;

interface CommandLine extends Omit<ComparisonPlan, "stage"> {
  readonly out: string;
}

function readCommandLine(args: string[]): CommandLine | undefined {
  const values = options(args, ["rounds", "links", "wait", "out"], ["help"]);
  if (values.help) return undefined;
  return {
    ...QUICK,
    rounds: integer("--rounds", values.rounds ?? "2", 100),
    links: integer("--links", values.links ?? "10", 100),
    waitMs: 1000 * integer("--wait", values.wait ?? "12", 3600),
    wireWindowMs: 30_000,
    out: resolve(values.out ?? "results.json"),
  };
}

async function compareHere({ out, ...plan }: CommandLine, stage: Stage): Promise<number> {
  process.stderr.write(
    "Comparing TCP keepalive and heartbeats under real faults; this takes under two minutes.\n",
  );
  const progress = new ProgressBar({ timeLeft: false });
  try {
    const found = await compare(stage.openLab, stage.notHere, { ...plan, stage: stage.kind }, progress);
    progress.stop();
    const results = withClaims(found);
    const page = `${out.replace(/\.json$/, "")}.html`;
    writeResults(out, results);
    writeFileSync(page, renderPage(results, committedQos()));
    printReport(results, out);
    process.stdout.write(`As a page, with plots: ${relative(process.cwd(), page)}\n`);
    return 0;
  } finally {
    progress.stop();
  }
}

await run(USAGE, async (args) => {
  const commandLine = readCommandLine(args);
  if (commandLine === undefined) return "help";
  return onStage(fileURLToPath(import.meta.url), args, (stage) => compareHere(commandLine, stage));
});
