import { type Terminal, terminalOf } from "../../src/terminal.js";

/** A terminal that remembers what was written. */
export function memoryTerminal(env: NodeJS.ProcessEnv = {}, columns?: number) {
  const written = { out: "", error: "" };
  const output = (stream: "out" | "error") => ({
    isTTY: columns !== undefined,
    ...(columns !== undefined && { columns }),
    write: (text: string) => {
      written[stream] += text;
    },
  });
  const terminal: Terminal = terminalOf(output("out"), output("error"), env);
  return { terminal, written };
}
