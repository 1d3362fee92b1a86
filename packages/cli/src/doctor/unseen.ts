import { readFileSync } from "node:fs";
import { join } from "node:path";
import { count } from "../text.js";
import type { ProcessLook } from "./processes.js";
import type { Connection } from "./survey.js";

/** Something that could not be seen. */
export interface Unseen {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** The remedy for a lack of rights. */
export function withRights(): string {
  return process.getuid?.() === 0
    ? "run heartwire with all capabilities, outside of a container"
    : "run heartwire as root";
}

/** The kernel has made the connection; it waits in the listener's queue, and is in no process. */
export const NOT_ACCEPTED = "its server has not accepted it yet";

/** Of a namespace whose tables could not be read. */
export function unseenNamespace(namespace: string): Unseen {
  return {
    what: `the connections of ${namespace}`,
    why: "every process in it ended meanwhile",
    remedy: "run heartwire again",
  };
}

/** Of malformed lines. */
export function unseenLines(malformed: number): Unseen {
  return {
    what: `${count(malformed, "line", "lines")} of the kernel's tables`,
    why: "not understood",
    remedy: "report it, with the kernel's version",
  };
}

/** Of processes that we may not look into. */
export function unseenProcesses(looks: readonly ProcessLook[]): readonly Unseen[] {
  const forbidden = looks.filter(({ kind }) => kind === "forbidden").length;
  if (forbidden === 0) return [];
  return [
    {
      what: `the connections that ${count(forbidden, "process holds", "processes hold")}, in other network namespaces; in those seen, which are theirs`,
      why: "no right to look: another user's processes, or ones with capabilities that we lack",
      remedy: withRights(),
    },
  ];
}

/** Once for each reason why sockets could not be asked. */
export function unreadSockets(proc: string, connections: readonly Connection[]): readonly Unseen[] {
  const counts = new Map<string, number>();
  for (const { socket } of connections) {
    // Nobody can do anything about those not accepted, whoever they are.
    if (socket.kind === "unread" && socket.why !== NOT_ACCEPTED) {
      counts.set(socket.why, (counts.get(socket.why) ?? 0) + 1);
    }
  }
  return [...counts].map(([why, times]) => ({
    what: `the timers of ${count(times, "connection", "connections")}, and when the peer was last heard`,
    why,
    remedy: why.startsWith("koffi") ? "npm install koffi" : `${withRights()}${ptraceScope(proc)}`,
  }));
}

function ptraceScope(proc: string): string {
  try {
    const scope = readFileSync(join(proc, "sys/kernel/yama/ptrace_scope"), "utf8").trim();
    return scope === "0" ? "" : ` (kernel.yama.ptrace_scope is ${scope}: even an owner may not)`;
  } catch {
    // This kernel has no Yama, so it cannot be why.
    return "";
  }
}
