// Runs the tests of @heartwire/tcp-keepalive under other versions of Node: what a socket's setKeepAlive takes and
// does differs between them. Usage: node .ci/other-nodes.mjs [version…]; ends with 1 if a version fails.
//
// The versions come from the npm registry, once each (100 to 150 MB), npm checking their integrity.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest that Vite, and so vitest, runs on; the two lines in which setKeepAlive takes four arguments. */
const VERSIONS = ["20.19.0", "24.21.0", "26.10.0"];
const TESTS = "packages/transport-tcp-keepalive/";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules", ".cache", "other-nodes");
const onWindows = process.platform === "win32";

const wanted = process.argv.slice(2);
const wrong = wanted.find((version) => !/^\d+\.\d+\.\d+$/.test(version));
if (wrong !== undefined) {
  process.stderr.write(`a version must be like 24.21.0, not ${JSON.stringify(wrong)}\n`);
  process.exit(2);
}
const results = (wanted.length > 0 ? wanted : VERSIONS).map(testUnder);
printTable(
  ["Node", "setKeepAlive", "passed", "failed", "skipped", "seconds"],
  results.map(({ version, parameters, passed, failed, skipped, seconds }) => [
    version,
    `${parameters} parameters`,
    passed,
    failed,
    skipped,
    seconds.toFixed(1),
  ]),
);
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1;

/** Shows what vitest printed only if something failed. */
function testUnder(version) {
  const node = obtain(version);
  const report = join(cache, version, "report.json");
  rmSync(report, { force: true });
  const startedMs = performance.now();
  const vitest = [join("node_modules", "vitest", "vitest.mjs"), "run", "--config", ".ci/vitest.config.mjs"];
  const { status, stdout, stderr } = spawnSync(
    node,
    [...vitest, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, TESTS],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const seconds = (performance.now() - startedMs) / 1000;
  if (status !== 0) process.stderr.write(`Node ${version}:\n${stdout ?? ""}${stderr ?? ""}`);
  // Without a report vitest itself did not start: then nothing was counted.
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : {};
  return {
    version,
    parameters: parametersOfSetKeepAlive(node),
    status,
    passed: counts.numPassedTests ?? "unknown",
    failed: counts.numFailedTests ?? "unknown",
    skipped: counts.numPendingTests ?? "unknown",
    seconds,
  };
}

/** Installs a version of Node unless it is there, and returns its executable. */
function obtain(version) {
  const name = `node-${onWindows ? "win" : process.platform}-${process.arch}`;
  const folder = join(cache, version);
  const node = join(folder, "node_modules", name, "bin", onWindows ? "node.exe" : "node");
  if (runs(node, version)) return node;
  mkdirSync(folder, { recursive: true });
  const install = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"];
  const { status, stdout, stderr } = spawnSync("npm", [...install, `${name}@${version}`], {
    cwd: root,
    encoding: "utf8",
    shell: onWindows,
  });
  if (status === 0 && runs(node, version)) return node;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}Node ${version} could not be had as ${name}.\n`);
  process.exit(1);
}

function runs(node, version) {
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim() === `v${version}`;
}

function parametersOfSetKeepAlive(node) {
  const { stdout } = spawnSync(node, ["-p", "net.Socket.prototype.setKeepAlive.length"], {
    encoding: "utf8",
  });
  return stdout?.trim() || "unknown";
}

function printTable(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => row[column].length)));
  for (const row of lines) {
    process.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
}
