import type { ChildProcess } from "node:child_process";

const LAST_LINES = 20;

/**
 * Listens to what a process says on stdout and stderr, which must be pipes.
 *
 * @returns what its last lines are
 */
export function lastLinesOf(child: ChildProcess): () => string {
  let lines: string[] = [];
  const keep = (text: string) => {
    const [first = "", ...more] = text.split("\n");
    lines = [...lines.slice(0, -1), (lines.at(-1) ?? "") + first, ...more].slice(-LAST_LINES);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  return () => lines.join("\n").trim();
}
