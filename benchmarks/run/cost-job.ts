import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CostReport, readCostReport } from "../cost/row.js";
import type { CostRow } from "../report/results.js";
import type { Job, JobOutcome } from "./job.js";

const COST = fileURLToPath(new URL("../cost/main.js", import.meta.url));
const LAST_OCTETS = 500;

/**
 * Measures what heartbeats cost, in a program of its own; nothing else may run beside it.
 *
 * @param program the program that measures: takes `--only`, `--contenders` and `--out`, and writes a cost report
 * @throws Error with what it said, if it failed
 */
export async function measureCostApart(
  { measurement, subject }: Extract<Job, { kind: "cost" }>,
  program = COST,
): Promise<JobOutcome> {
  const folder = mkdtempSync(join(tmpdir(), "heartwire-cost-"));
  const out = join(folder, "cost.json");
  const contenders = subject === undefined ? [] : ["--contenders", subject.name];
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // On Ctrl-C nothing below is come to.
  process.once("exit", remove);
  try {
    await runToItsEnd(program, ["--only", measurement, ...contenders, "--out", out]);
    return outcomeOf(readCostReport(out));
  } finally {
    process.off("exit", remove);
    remove();
  }
}

async function runToItsEnd(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  // Outside namespaces it would outlive us.
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  try {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-LAST_OCTETS);
    });
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (code === 0) return;
    throw new Error(`the measurement ended with ${signal ?? `exit code ${code}`}: ${said.trim()}`);
  } finally {
    process.off("exit", end);
  }
}

function outcomeOf(report: CostReport): JobOutcome {
  return {
    cost: report.rows.map(asRow),
    notMeasured: report.notMeasured.map(({ name, why }) => ({ why: `${name}: ${why}` })),
  };
}

function asRow(row: CostReport["rows"][number]): CostRow {
  const { title, subject, peers, value, unit, bar, met, n, spread } = row;
  return {
    name: title,
    ...(subject !== undefined && { subject }),
    peers,
    value,
    unit,
    ...(bar !== null && { bar }),
    ...(met !== null && { met }),
    n,
    ...(spread !== null && { spread }),
  };
}
