import { spawn } from "node:child_process";

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** How a command ended, and all it said. */
export interface CommandResult {
  /** The exit code; null if a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command to its end, whichever end that is.
 *
 * @param command the program and its arguments
 * @param stdin what it reads; nothing if left out
 * @throws Error (ENOENT, EACCES) if the program cannot be started
 */
export function tryCommand(command: Command, stdin = ""): Promise<CommandResult> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // A command may end without reading all it was given; its exit code tells, EPIPE adds nothing.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/**
 * Runs a command that is expected to succeed.
 *
 * @param command the program and its arguments
 * @param stdin what it reads; nothing if left out
 * @returns what it wrote to stdout
 * @throws Error with the command and what it wrote to stderr, if it fails
 */
export async function runCommand(command: Command, stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await tryCommand(command, stdin);
  if (code !== 0) {
    const why = stderr.trim() || (code === null ? "ended by a signal" : `exit code ${code}`);
    throw new Error(`"${command.join(" ")}" failed: ${why}`);
  }
  return stdout;
}
