import type { Command } from "commander";
import type { ExitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

/** What a command gets from the program. */
export interface Context {
  readonly terminal: Terminal;
  /** Says what the program is to end with, if not with {@link EXIT}.fine. */
  exitWith(code: ExitCode): void;
}

/** Adds one command to the program. */
export type CommandDefinition = (program: Command, context: Context) => void;
