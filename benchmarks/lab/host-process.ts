import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "./command.js";
import { Inbox } from "./inbox.js";
import { lastLinesOf } from "./last-lines.js";
import { findProgram, foldersOnPath } from "./programs.js";
import { hasEnded } from "./thread-states.js";

/** How a process ended: with an exit code, or by a signal. The other is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A Node process running in a host. */
export interface HostProcess<Received = unknown, Sent extends object = object> {
  /** For error messages: what runs where, such as "echo.js on peer". */
  readonly description: string;
  /** The process id of the Node process itself. */
  readonly pid: number;
  /** All that a signal hits, in this order: whom it has adopted, and last itself. */
  readonly pids: readonly number[];
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
   * Takes in processes that this one has started and that do its work, such as a server in another language:
   * from now on signals hit them too, and they end with it.
   */
  adopt(pids: readonly number[]): void;
  /**
   * Sends a signal to the process, and to those it has adopted.
   *
   * @returns whether each was there to receive it; false if one has ended
   */
  signal(signal: NodeJS.Signals): boolean;
  /** Ends them all (SIGKILL, which even a stopped one obeys) and waits for their end. Idempotent. */
  stop(): Promise<void>;
}

/** Between two looks whether one that is nobody's child here has ended. */
const LOOK_MS = 2;

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
  // Each becomes the program it runs, so its process id and its channel are those of Node.
  const node: Command = [process.execPath, modulePath, ...args];
  const [program, ...programArgs]: Command =
    namespace === undefined ? dyingWithUs(node) : ["ip", "netns", "exec", namespace, ...node];
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
  const adopted: number[] = [];
  const signal = (which: NodeJS.Signals) => {
    const reached = adopted.map((each) => signalTo(each, which));
    return child.kill(which) && !reached.includes(false);
  };
  return {
    description,
    pid,
    get pids() {
      return [...adopted, pid];
    },
    messages,
    exited,
    send(message) {
      if (!child.connected) {
        throw obituary();
      }
      child.send(message, () => {}); // If it fails, the process is ending: `exited` tells.
    },
    adopt: (pids) => void adopted.push(...pids),
    signal,
    async stop() {
      signal("SIGKILL");
      await exited;
      while (!adopted.every(hasEnded)) await delay(LOOK_MS);
    },
  };
}

/** Outside namespaces nothing else ends a stopped process when we are killed. */
function dyingWithUs(command: Command): Command {
  const setpriv = findProgram("setpriv", foldersOnPath());
  return setpriv === undefined ? command : [setpriv, "--pdeathsig", "KILL", ...command];
}

function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
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
