import pc from "picocolors";

/** The colours of one output; each gives its text back as it is where colour is not wanted. */
export type Colours = Pick<typeof pc, "bold" | "dim" | "red" | "yellow" | "green">;

/** Where a command writes. */
export interface Terminal {
  /** To standard output. */
  write(text: string): void;
  /** To standard error. */
  writeError(text: string): void;
  /** Characters in a line; Infinity where nobody looks at it: a pipe, a file. */
  readonly columns: number;
  readonly colours: Colours;
}

/** The part of a stream that says whether it is a terminal. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The two outputs of this process. */
export function terminalOf(stdout: Output, stderr: Output, env: NodeJS.ProcessEnv): Terminal {
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    columns: (stdout.isTTY === true ? stdout.columns : undefined) || Number.POSITIVE_INFINITY,
    colours: pc.createColors(wantsColour(stdout, env)),
  };
}

/**
 * Whether an output gets colour: never with NO_COLOR (any text, https://no-color.org), always with FORCE_COLOR
 * (any text but `0` and `false`), and otherwise if it is a terminal that is not `dumb`.
 */
export function wantsColour(output: Pick<Output, "isTTY">, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return output.isTTY === true && TERM !== "dumb";
}
