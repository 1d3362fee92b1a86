import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Observable, ReplaySubject } from "rxjs";

const PART = "HEARTWIRE_EXAMPLE_PART";
/** More than twice what the longest example takes. */
const GIVE_UP_MS = 45_000;
const children = new Set<ChildProcess>();

/**
 * Plays the part of an example that this process is for. An example needs several processes, for what is hung
 * or killed must not take the watcher with it; each is the same file, playing another part. When `main` is
 * over, the processes it started are killed.
 */
export async function play(
  parts: { readonly main: () => Promise<void> } & Readonly<Record<string, () => Promise<void> | void>>,
): Promise<void> {
  const name = process.env[PART];
  if (name !== undefined) {
    process.on("disconnect", () => process.exit());
    await parts[name]?.();
    return;
  }
  // SIGKILL is the only signal that ends a stopped process.
  process.on("exit", () => children.forEach((child) => void child.kill("SIGKILL")));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  // Does not keep the process alive, and so fires only when something else does for much too long.
  setTimeout(() => {
    console.error(`This should have ended long ago; given up after ${GIVE_UP_MS / 1000} s.`);
    process.exit(1);
  }, GIVE_UP_MS).unref();
  await parts.main();
  await Promise.all([...children].map(end));
}

/** A process that plays another part. */
export interface Part<Word> {
  readonly child: ChildProcess;
  /** All it has said; completes when the process ends. */
  readonly words: Observable<Word>;
}

/**
 * Starts a process for another part of an example.
 *
 * @param moduleUrl the example: its `import.meta.url`
 * @param within a command that starts another, such as one that enters a network namespace
 */
export function startPart<Word>(
  moduleUrl: string,
  part: string,
  args: readonly (string | number)[] = [],
  within: readonly string[] = [],
): Part<Word> {
  const [program = "", ...rest] = [
    ...within,
    process.execPath,
    fileURLToPath(moduleUrl),
    ...args.map(String),
  ];
  const child = spawn(program, rest, {
    env: { ...process.env, [PART]: part },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  endWithUs(child);
  const words = new ReplaySubject<Word>();
  child.on("message", (word) => words.next(word as Word));
  child.on("error", (error) => words.error(error));
  child.on("exit", () => words.complete());
  return { child, words };
}

/** Sees to it that a process does not outlive the example. */
export function endWithUs(child: ChildProcess): void {
  if (child.pid === undefined) return;
  children.add(child);
  child.once("exit", () => children.delete(child));
}

/** Kills a process, stopped or not, and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

/** Says something to the part that started this process. */
export function tell(word: object | string | number): void {
  process.send?.(word);
}
