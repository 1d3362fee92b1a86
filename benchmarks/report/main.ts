// Makes reports from results: npm run report -- --help
import { existsSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { committedQos } from "../qos/results.js";
import { adviceTable } from "./advice-table.js";
import { compareResults, hasChanged } from "./compare.js";
import { printComparison } from "./compare-print.js";
import { renderMarkdown } from "./markdown.js";
import { renderPage } from "./page/page.js";
import { renderPicture } from "./picture.js";
import { syncReadme } from "./readme.js";
import { readResults } from "./results.js";
import { resultsJsonSchema } from "./schema.js";
import { syncJson, syncText } from "./sync.js";

const USAGE = `npm run report -- <command>

  page RESULTS.json OUT.html       the report, one self-contained page
  markdown RESULTS.json            the same as Markdown tables, to stdout
  picture RESULTS.json OUT.svg     the comparison in one picture, dark and light
  readme [--check]                 brings the README's table and picture in step with the committed
                                   reference run; --check only looks
  advice [--check]                 the same for the figures that "heartwire advise" rests on
  schema [--check]                 the same for results.schema.json, from the schema in the source
  compare BEFORE.json AFTER.json   what changed between two runs, and what may be noise
  --help                           this text

Ends with 0; with 1 when --check finds a file out of step or compare shows a change; with 2 when the command
is wrong or a file cannot be used.`;

/** From dist/report, where this file runs. */
const inBenchmarks = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const README = inBenchmarks("../README.md");
const REFERENCE = inBenchmarks("results/reference.json");
const PICTURE = inBenchmarks("results/reference.svg");
const MEASURED = inBenchmarks("../packages/cli/data/measured.json");
const SCHEMA = inBenchmarks("report/results.schema.json");

class UsageError extends Error {}

function main(args: string[]): number {
  const { values, positionals } = parse(args);
  const [command, ...files] = positionals;
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const check = values.check ?? false;
  if (check && !["readme", "advice", "schema"].includes(command ?? "")) {
    throw new UsageError("--check goes with readme, advice and schema only");
  }
  switch (command) {
    case "page": {
      const [results, out] = expectFiles(command, files, "RESULTS.json", "OUT.html");
      writeFileSync(out!, renderPage(readResults(results!), committedQos()));
      return 0;
    }
    case "picture": {
      const [results, out] = expectFiles(command, files, "RESULTS.json", "OUT.svg");
      writeFileSync(out!, renderPicture(readResults(results!)));
      return 0;
    }
    case "markdown": {
      const [results] = expectFiles(command, files, "RESULTS.json");
      process.stdout.write(renderMarkdown(readResults(results!)));
      return 0;
    }
    case "compare": {
      const [before, after] = expectFiles(command, files, "BEFORE.json", "AFTER.json");
      const comparison = compareResults(readResults(before!), readResults(after!));
      printComparison(comparison);
      return hasChanged(comparison) ? 1 : 0;
    }
    case "readme":
      expectFiles(command, files);
      return readme(check);
    case "advice":
      expectFiles(command, files);
      return report(check, {
        [MEASURED]: syncJson(MEASURED, adviceTable(readResults(REFERENCE)), { check }),
      });
    case "schema":
      expectFiles(command, files);
      return report(check, { [SCHEMA]: syncJson(SCHEMA, resultsJsonSchema(), { check }) });
    case undefined:
      throw new UsageError("a command is missing");
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function readme(check: boolean): number {
  if (!existsSync(REFERENCE)) {
    throw new Error(
      `there is no reference run: ${shown(REFERENCE)} does not exist; make one with npm run bench`,
    );
  }
  const results = readResults(REFERENCE);
  return report(check, {
    [README]: syncReadme(README, results, { check }),
    [PICTURE]: syncText(PICTURE, renderPicture(results), { check }),
  });
}

function report(check: boolean, states: Record<string, string>): number {
  for (const [path, state] of Object.entries(states)) process.stdout.write(`${shown(path)}: ${state}\n`);
  return check && Object.values(states).includes("out of step") ? 1 : 0;
}

function shown(path: string): string {
  return relative(process.cwd(), path) || path;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: "boolean" }, check: { type: "boolean" } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function expectFiles(
  command: string,
  files: readonly string[],
  ...names: readonly string[]
): readonly string[] {
  if (files.length === names.length) return files;
  const wanted = names.length === 0 ? "no file" : names.join(" and ");
  throw new UsageError(`${command} takes ${wanted}, not ${files.length === 0 ? "nothing" : files.join(" ")}`);
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof UsageError ? `${message}\n\n${USAGE}\n` : `${message}\n`);
  process.exitCode = 2;
}
