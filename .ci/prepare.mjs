// Makes a checkout ready: installs the dependencies and builds. Does only what changed since the last time,
// and is quiet unless something fails. Needs Node and npm, nothing else.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];
const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".heartwire-installed");
const onWindows = process.platform === "win32";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  fail(`Heartwire needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.version}.`);
}
const wanted = fingerprint();
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  process.stderr.write("Installing dependencies (once)…\n");
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // Through npx, pinned: works on a machine that has only npm, whatever corepack does there.
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--prefer-offline"]);
  mkdirSync(join(root, "node_modules"), { recursive: true });
  writeFileSync(stamp, wanted);
}
run(join(root, "node_modules", ".bin", "tsc"), ["-b"]);

/** Changes whenever an install could give something else. */
function fingerprint() {
  const members = ["packages", "examples", "benchmarks"].flatMap((folder) =>
    existsSync(join(root, folder, "package.json"))
      ? [folder]
      : readdirSync(join(root, folder)).map((name) => join(folder, name)),
  );
  const files = [
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ".npmrc",
    ...[".", ...members].map((m) => join(m, "package.json")),
  ];
  const hash = createHash("sha256").update(process.version);
  for (const file of files) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** Runs a command; shows what it printed only if it failed, and then ends with its status. */
function run(command, args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    shell: onWindows,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  fail(`"${[command, ...args].join(" ")}" failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
