import { readdirSync, readFileSync } from "node:fs";

/** The states of all threads of a process, a letter each; empty if there is no such process. */
export function threadStates(pid: number): string {
  // The state follows the name in parentheses, which may itself contain parentheses.
  return readOr([], () => readdirSync(`/proc/${pid}/task`))
    .map((thread) => readOr("", () => readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8")))
    .map((stat) => stat.charAt(stat.lastIndexOf(")") + 2))
    .join("");
}

/** Whether a process is gone; a zombie is, whoever has yet to hear of its end. */
export function hasEnded(pid: number): boolean {
  return /^Z?$/.test(threadStates(pid));
}

/** Reads of a thread, which may end at any moment. */
function readOr<Value>(ifGone: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return ifGone;
  }
}
