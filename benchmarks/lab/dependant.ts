import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { lastLinesOf } from "./last-lines.js";
import { requireProgram } from "./programs.js";
import type { ShortLivedFolder } from "./short-lived-folder.js";

/** A program of others that a process in a host runs, and that does not outlive it. */
export interface Dependant {
  readonly pid: number;
  /**
   * Resolves once it has said so on its stdout or stderr.
   *
   * @throws Error with its last lines, if it ends before, or takes longer than `withinMs`
   */
  says(words: string, withinMs: number): Promise<void>;
  /** Sends it a signal, and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/**
 * What {@link startDependant} needs on this machine.
 *
 * @throws Error naming the Debian package, if it is missing
 */
export function dependantStarter(): string {
  return requireProgram("setpriv", "util-linux");
}

/**
 * Starts a program that the kernel kills when this process ends, however it ends. It uses a folder, which is
 * removed after that.
 *
 * @param command the program and its arguments; where it is a script that becomes another program, so does this
 * @param env its whole environment
 * @throws Error if it cannot be started
 */
export async function startDependant(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  folder: ShortLivedFolder,
): Promise<Dependant> {
  const child = spawn(dependantStarter(), ["--pdeathsig", "KILL", ...command], {
    cwd: folder.path,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", folder.keeper],
  });
  const lastLines = lastLinesOf(child);
  await once(child, "spawn");
  return {
    pid: child.pid!,
    says: (words, withinMs) => says(child, words, withinMs, lastLines),
    async end(signal) {
      const exited = once(child, "exit");
      if (child.kill(signal)) await exited;
    },
  };
}

function says(child: ChildProcess, words: string, withinMs: number, lastLines: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${child.spawnfile} ${why}: ${lastLines() || "no word"}`));
    const impatience = setTimeout(() => fail(`did not say "${words}" in ${withinMs} ms`), withinMs);
    const listen = () => {
      if (!lastLines().includes(words)) return;
      clearTimeout(impatience);
      resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("exit", (code) => {
      clearTimeout(impatience);
      fail(`ended with exit code ${code}`);
    });
  });
}
