import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const CONNECTIONS = fileURLToPath(new URL("../fixtures/connections.mjs", import.meta.url));

/** What an ordinary user is here: nobody in particular. */
const ORDINARY_UID = "54321";

/** Words to put before a command, so that it runs as an ordinary user, or in a network namespace of its own. */
export const AS_ORDINARY_USER = [
  "setpriv",
  `--reuid=${ORDINARY_UID}`,
  `--regid=${ORDINARY_UID}`,
  "--clear-groups",
];
export const IN_OWN_NAMESPACE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"];

/** The environment without what decides about colour. */
const { NO_COLOR: _, FORCE_COLOR: __, ...plainEnv } = process.env;

export interface Finished {
  readonly exitCode: number | null;
  readonly out: string;
  readonly error: string;
}

export interface RunOptions {
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The reader of its standard output goes away before anything comes. */
  readonly deaf?: true;
}

/** Runs the built command to its end. */
export async function heartwire(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { prefix = [], env = {} } = options;
  const [file, ...rest] = [...prefix, process.execPath, MAIN, ...args];
  const child = spawn(file!, rest, { env: { ...plainEnv, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  if (options.deaf === true) child.stdout.destroy();
  const [out, error, [exitCode]] = await Promise.all([
    options.deaf === true ? "" : child.stdout.setEncoding("utf8").toArray(),
    child.stderr.setEncoding("utf8").toArray(),
    once(child, "close") as Promise<[number | null]>,
  ]);
  return { exitCode, out: [...out].join(""), error: error.join("") };
}

/** Why a command cannot be run with such a prefix here; `undefined` if it can. */
export async function whyNot(prefix: readonly string[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "needs root";
  const { exitCode, error } = await heartwire(["--version"], { prefix }).catch((cause: Error) => ({
    exitCode: null,
    error: cause.message,
  }));
  return exitCode === 0 ? undefined : `${prefix[0]} does not work here: ${error.trim()}`;
}

export interface KnownConnections {
  readonly pid: number;
  /** The local ports of the connection with keepalive, and of that without. */
  readonly on: number;
  readonly off: number;
}

/** Starts a process with known connections; it is gone when the test is finished. */
export async function startConnections(prefix: readonly string[] = []): Promise<KnownConnections> {
  const [file, ...rest] = [...prefix, process.execPath, CONNECTIONS];
  const child = spawn(file!, rest, { env: plainEnv, stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => end(child));
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { on, off, set } = JSON.parse(line) as { on: number; off: number; set: boolean };
  if (!set || child.pid === undefined) throw new Error("the process could not turn keepalive on");
  return { pid: child.pid, on, off };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.stdin?.end();
  await closed;
}
