import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { inNamespaces } from "./namespaces.js";
import type { LabSupport } from "./support.js";

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

// The program inside has our stderr, which comes as descriptor 3. That of the programs around it goes
// elsewhere: only what they say when they fail is of interest, and unshare complains when its child is killed
// on purpose.
const WITH_OUR_STDERR = ["sh", "-c", 'exec "$@" 2>&3 3>&-', "sh"] as const;

/**
 * Runs a Node module inside private namespaces, where labs can be created, and waits for its end. It has this
 * process's stdin, stdout, stderr, environment and working directory. SIGINT, SIGTERM and SIGHUP sent to this
 * process end everything inside at once; when this process dies of SIGKILL, so does everything inside.
 *
 * @param support what {@link labSupport} has found
 * @param modulePath the module to run: a path, not a URL
 * @param args its arguments
 * @returns its exit code; 128 plus the number of the signal that ended it (130 for SIGINT, 143 for SIGTERM).
 *   By then no process from inside is left.
 * @throws Error if the namespaces cannot be made, although they could when {@link labSupport} tried
 */
export async function enterLab(
  support: Extract<LabSupport, { kind: "namespaces" }>,
  modulePath: string,
  args: readonly string[] = [],
): Promise<number> {
  const node = [process.execPath, ...process.execArgv, modulePath, ...args];
  const [program, ...programArgs] = inNamespaces([...WITH_OUR_STDERR, ...node], support.rootless);
  const child = spawn(program, programArgs, { stdio: ["inherit", "inherit", "pipe", 2] });

  let interruption: NodeJS.Signals | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    if (interruption === undefined) {
      interruption = signal;
      endEverythingInside(child);
    }
  };
  for (const signal of ENDING_SIGNALS) {
    process.on(signal, interrupt);
  }
  try {
    const { code, signal, complaint } = await ended(child);
    const fatal = interruption ?? signal;
    if (fatal !== null) {
      return 128 + constants.signals[fatal];
    }
    // Above 128 a signal has ended the module, and the complaint is the shell's comment on that.
    if (complaint !== "" && code <= 128) {
      throw new Error(`The namespaces could not be entered: ${complaint}`);
    }
    return code;
  } finally {
    for (const signal of ENDING_SIGNALS) {
      process.off(signal, interrupt);
    }
  }
}

interface End {
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  /** What the programs around the module have said. */
  readonly complaint: string;
}

function ended(child: ChildProcess): Promise<End> {
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? 1, signal, complaint: complaint.trim() }));
  });
}

// The only child of unshare is process 1 inside. The kernel ends it after all others inside, and unshare ends
// after it: so to kill it, rather than unshare, means that our wait for unshare is a wait for all of them.
function endEverythingInside(unshare: ChildProcess): void {
  try {
    const children = readFileSync(`/proc/${unshare.pid}/task/${unshare.pid}/children`, "utf8");
    process.kill(Number.parseInt(children, 10), "SIGKILL");
  } catch {
    // It has no child yet or no longer, or this kernel does not list children.
    unshare.kill("SIGKILL");
  }
}
