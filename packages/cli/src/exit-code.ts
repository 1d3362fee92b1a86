/** What the command ends with: for scripts. */
export const EXIT = {
  /** Nothing to complain of. */
  fine: 0,
  /** The command did its work, and found problems. */
  problems: 1,
  /** The command line cannot be understood. */
  usage: 2,
  /** Understood, but it cannot be done here: another system, no right to, no such process. */
  impossible: 3,
  /** A defect of this program (EX_SOFTWARE of sysexits.h). */
  defect: 70,
  /** The output could not be written, as on a full disk (EX_IOERR of sysexits.h). */
  unwritten: 74,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the command with one line for the user: what was wrong, which value, what to do. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(
    readonly exitCode: typeof EXIT.usage | typeof EXIT.impossible,
    message: string,
  ) {
    super(message);
  }
}
