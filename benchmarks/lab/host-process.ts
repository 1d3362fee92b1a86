import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { Inbox } from "./inbox.js";

/** How a process ended: with an exit code, or by a signal. The other is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Node process running in a host. */
export interface HostProcess<Received = unknown, Sent extends object = object> {
  /** For error messages: what runs where, such as "echo.js on peer". */
  readonly description: string;
  /** The process id of the Node process itself: signals hit it and nothing else. */
  readonly pid: number;
  /** What the process has sent, in order; ends when the process has. Typed by trust: both ends are ours. */
  readonly messages: Inbox<Received>;
  /** Resolves when the process has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /**
   * Sends a message, anything that `structuredClone` takes. A process that hangs reads it when it goes on.
   *
   * @throws Error if the process has ended
   */
  send(message: Sent): void;
  /**
   * Sends a signal to the process.
   *
   * @returns whether there was a process to receive it; false if it has ended
   */
  signal(signal: NodeJS.Signals): boolean;
  /** Ends the process (SIGKILL, which even a stopped one obeys) and waits for its end. Idempotent. */
  stop(): Promise<void>;
}

const LAST_LINES = 20;

/**
 * Starts a Node process in a network namespace, or in none.
 *
 * @param namespace the name of the network namespace; undefined: that of this process
 * @param host what to call it in error messages
 * @param modulePath the module to run: a path, not a URL
 * @param args its arguments
 * @throws Error if the process cannot be started
 */
export async function spawnInNamespace<Received, Sent extends object>(
  namespace: string | undefined,
  host: string,
  modulePath: string,
  args: readonly string[],
): Promise<HostProcess<Received, Sent>> {
  // `ip netns exec` becomes the program it runs, so its process id and its channel are those of Node.
  const node = [process.execPath, modulePath, ...args] as const;
  const [program, ...programArgs] =
    namespace === undefined ? node : (["ip", "netns", "exec", namespace, ...node] as const);
  const child = spawn(program, programArgs, {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    serialization: "advanced",
  });
  const said = lastLinesOf(child);
  const messages = new Inbox<Received>();
  child.on("message", (message) => messages.push(message as Received));
  const exited = new Promise<Exit>((resolve) => {
    child.on("exit", (code, signal) => resolve({ code, signal }));
  });
  // All it has said and sent is read only then, some time after its exit.
  const drained = Promise.all([event(child, "close"), event(child, "disconnect")]);
  await once(child, "spawn");

  const { pid } = child;
  if (pid === undefined) {
    throw new Error(`${modulePath} on ${host} was started, yet has no process id.`);
  }
  const description = `${basename(modulePath)} on ${host}`;
  const obituary = () =>
    new Error(`${description} ended (${howEnded(child)}). Its last lines: ${said() || "none"}`);
  drained.then(() => messages.end(obituary()));
  return {
    description,
    pid,
    messages,
    exited,
    send(message) {
      if (!child.connected) {
        throw obituary();
      }
      child.send(message, () => {}); // If it fails, the process is ending: `exited` tells.
    },
    signal: (signal) => child.kill(signal),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Unlike `once` of node:events, does not reject on 'error': that is for whoever awaits the start. */
function event(child: ChildProcess, name: "close" | "disconnect"): Promise<void> {
  return new Promise((resolve) => {
    child.once(name, () => resolve());
  });
}

function howEnded({ exitCode, signalCode }: ChildProcess): string {
  if (signalCode !== null) {
    return signalCode;
  }
  return exitCode === null ? "it has closed its channel" : `exit code ${exitCode}`;
}

function lastLinesOf(child: ChildProcess): () => string {
  let lines: string[] = [];
  const keep = (text: string) => {
    const [first = "", ...more] = text.split("\n");
    lines = [...lines.slice(0, -1), (lines.at(-1) ?? "") + first, ...more].slice(-LAST_LINES);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  return () => lines.join("\n").trim();
}
