import { Command, CommanderError } from "commander";
import { defineAdvise } from "./advise/command.js";
import type { CommandDefinition, Context } from "./context.js";
import { defineDoctor } from "./doctor/command.js";
import { EXIT, type ExitCode, Failure } from "./exit-code.js";
import { defineExplain } from "./explain/command.js";
import type { Terminal } from "./terminal.js";
import { PLEASANT_COLUMNS } from "./text.js";
import { VERSION } from "./version.js";

/** A command is a folder with its command.ts, report.ts and view.ts, and an entry here. */
const COMMANDS: readonly CommandDefinition[] = [defineExplain, defineDoctor, defineAdvise];

const EXIT_CODES = `
Exit codes: 0 fine; 1 problems found; 2 wrong usage; 3 cannot be done here (another system, no right to, no such
process); 70 a defect of this program; 74 the output could not be written.
Colour: only on a terminal; NO_COLOR=1 never, FORCE_COLOR=1 always.`;

/**
 * Runs the command line. All output goes to the terminal given; nothing is thrown, and the process is not ended.
 *
 * @param args without the interpreter and the script
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.fine;
  const program = createProgram({
    terminal,
    exitWith: (code) => {
      exitCode = code;
    },
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    return explainError(error, terminal);
  }
}

function createProgram(context: Context): Command {
  const { terminal } = context;
  const program = new Command("heartwire")
    .description(
      "Is the other end alive? What keepalive settings mean, what sockets have, and what to take: keepalive or a heartbeat.",
    )
    .version(VERSION)
    .addHelpText("after", EXIT_CODES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      writeErr: (text) => terminal.writeError(text),
      getOutHelpWidth: () => Math.min(terminal.columns, PLEASANT_COLUMNS),
      getErrHelpWidth: () => Math.min(terminal.columns, PLEASANT_COLUMNS),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const define of COMMANDS) define(program, context);
  for (const command of program.commands) command.addHelpText("after", EXIT_CODES);
  return program;
}

function explainError(error: unknown, terminal: Terminal): ExitCode {
  // Commander has printed its message already; help and version are errors with exit code 0 to it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.usage;
  if (error instanceof Failure) {
    terminal.writeError(`error: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.writeError(`error: a defect of heartwire, please report it: ${stack}\n`);
  return EXIT.defect;
}
