import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "@heartwire/testkit";

const PATIENCE_MS = 20_000;

/** A process started by a test. */
export interface Child {
  /** What it first said on its standard output. */
  readonly said: string;
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void;
  /** How it ended. */
  readonly exit: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const running = new Set<ChildProcess>();

/** Has {@link endChildren} end a process, too. */
export function track(child: ChildProcess): void {
  running.add(child);
  child.once("exit", () => running.delete(child));
}

/** Starts `children/<script>.mjs`, which runs on the built packages; resolves when it has said its first line. */
export async function startChild(script: string, ...args: readonly (string | number)[]): Promise<Child> {
  const path = fileURLToPath(new URL(`../children/${script}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  track(child);
  const exit = once(child, "exit").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
  }));
  const firstLine = once(createInterface({ input: child.stdout! }), "line").then(([line]) => line as string);
  const early = exit.then(({ code, signal }) => {
    throw new Error(`${script} ended (${code ?? signal}) before it said anything`);
  });
  // Whichever comes second must not be an unhandled rejection.
  early.catch(() => {});
  const said = await within(Promise.race([firstLine, early]), PATIENCE_MS, `${script}'s first line`);
  return { said, signal: (signal) => child.kill(signal), exit };
}

/** Ends what a test has left running. */
export async function endChildren(): Promise<void> {
  const ends = [...running].map((child) => once(child, "exit"));
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(ends);
}

/** Blocks this process's event loop. */
export function block(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}
