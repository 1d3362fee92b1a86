// What heartbeats cost, as ratios in one run.
import { mkdirSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import pc from "picocolors";
import { pick } from "../run/usage.js";
import { type Subject, subjects } from "../subjects/index.js";
import { ALL_MEASUREMENTS, type Measurement, measureCost } from "./cost.js";
import { PROFILE_FOLDER } from "./profile.js";
import { writeCostReport } from "./row.js";
import { FULL, QUICK, type Scale } from "./scale.js";
import { costTable, costVerdict } from "./table.js";

const USAGE = `npm run bench -- --cost [options]

  --quick         in two minutes, less precisely (default: in twelve)
  --only A,B      some measurements only: ${ALL_MEASUREMENTS.join(", ")}
  --contenders C  what "contenders" measures    (default: all)
  --out FILE      where the report goes (default cost.json)
  --profile DIR   also write a CPU profile of everything measured; the figures are worth nothing then
  --help          this text`;

class UsageError extends Error {}

interface CommandLine {
  readonly scale: Scale;
  readonly only: readonly Measurement[];
  readonly contenders: readonly Subject[];
  readonly out: string;
  readonly profile: string | undefined;
}

async function main(args: string[]): Promise<void> {
  const commandLine = readCommandLine(args);
  if (commandLine === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const { scale, only, contenders, out, profile } = commandLine;
  if (profile !== undefined) {
    mkdirSync(profile, { recursive: true });
    process.env[PROFILE_FOLDER] = profile;
  }
  const began = (name: string) => void process.stderr.write(`  measuring ${name} …\n`);
  const report = await measureCost(scale, only, began, contenders);
  writeCostReport(out, report);
  const lines = [
    "",
    pc.bold("What a heartbeat costs"),
    costTable(report),
    ...report.notMeasured.map(({ name, why }) => pc.yellow(`Not measured, ${name}: ${why}`)),
    pc.bold(costVerdict(report)),
    ...(profile === undefined
      ? []
      : [pc.yellow(`Profiled: no figure here is worth anything. See ${profile}.`)]),
    pc.dim(
      `${report.seconds} s, load average ${report.environment.loadAverage.toFixed(2)} as it began. Every figure: ${relative(process.cwd(), out)}`,
    ),
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

function readCommandLine(args: string[]): CommandLine | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        quick: { type: "boolean" },
        only: { type: "string" },
        contenders: { type: "string" },
        out: { type: "string" },
        profile: { type: "string" },
        help: { type: "boolean" },
      },
    });
    if (values.help) return undefined;
    return {
      scale: values.quick ? QUICK : FULL,
      only: values.only?.split(",").map(measurement) ?? ALL_MEASUREMENTS,
      contenders: pick("--contenders", subjects, values.contenders).picked,
      out: resolve(values.out ?? "cost.json"),
      profile: values.profile === undefined ? undefined : resolve(values.profile),
    };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function measurement(name: string): Measurement {
  const found = ALL_MEASUREMENTS.find((each) => each === name);
  if (found !== undefined) return found;
  throw new Error(`--only must name ${ALL_MEASUREMENTS.join(", ")}, not "${name}"`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    error instanceof UsageError
      ? `${error.message}\n\n${USAGE}\n`
      : `${error instanceof Error ? error.stack : error}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
