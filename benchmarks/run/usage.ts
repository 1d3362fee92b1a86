import { parseArgs } from "node:util";

/** The command line is wrong: said with the usage, and exit code 2. */
export class UsageError extends Error {}

/**
 * Reads a command line of options without short forms.
 *
 * @param valued those that take a value
 * @param flags those that do not
 * @throws UsageError for an option that is neither, or misses its value
 */
export function options<Valued extends string, Flag extends string>(
  args: string[],
  valued: readonly Valued[],
  flags: readonly Flag[],
): Partial<Record<Valued, string>> & Partial<Record<Flag, boolean>> {
  const known = Object.fromEntries([
    ...valued.map((name) => [name, { type: "string" }] as const),
    ...flags.map((name) => [name, { type: "boolean" }] as const),
  ]);
  try {
    const { values } = parseArgs({ args, options: known });
    return values as Partial<Record<Valued, string>> & Partial<Record<Flag, boolean>>;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws UsageError unless the text is an integer from 1 to `max` */
export function integer(name: string, text: string, max: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new UsageError(`${name} must be an integer from 1 to ${max}, not "${text}"`);
}

/** What was picked, and how a name that is none was understood. */
export interface Picked<Named> {
  readonly picked: readonly Named[];
  /** A line for each: "udp: udp-echo, udp-beat". */
  readonly understood: readonly string[];
}

/**
 * Picks by name, or by what one of a name's words begins with: "udp" is udp-echo and udp-beat, "cut" whatever is
 * cut. A whole name means itself alone.
 *
 * @param names separated by commas; undefined: all
 * @throws UsageError naming what is not there, and all that is
 */
export function pick<Named extends { readonly name: string }>(
  option: string,
  all: readonly Named[],
  names: string | undefined,
): Picked<Named> {
  if (names === undefined) return { picked: all, understood: [] };
  const understood: string[] = [];
  const picked = names.split(",").flatMap((text) => {
    const whole = all.find((each) => each.name === text);
    if (whole !== undefined) return [whole];
    const family = all.filter(({ name }) =>
      name.split("-").some((_, word, words) => beginsAt(words, word, text)),
    );
    if (text === "" || family.length === 0) {
      throw new UsageError(
        `${option} has no "${text}"; there are ${all.map((each) => each.name).join(", ")}`,
      );
    }
    understood.push(`${text}: ${family.map(({ name }) => name).join(", ")}`);
    return family;
  });
  return { picked: [...new Set(picked)], understood };
}

function beginsAt(words: readonly string[], word: number, text: string): boolean {
  return words.slice(word).join("-").startsWith(text);
}

/**
 * Runs a program: sets its exit code, and tells errors the way a user can act on.
 *
 * @param program returns an exit code, or `"help"` to have the usage printed
 */
export async function run(
  usage: string,
  program: (args: string[]) => Promise<number | "help">,
): Promise<void> {
  try {
    const outcome = await program(process.argv.slice(2));
    if (outcome === "help") process.stdout.write(`${usage}\n`);
    process.exitCode = outcome === "help" ? 0 : outcome;
  } catch (error) {
    const wrongUsage = error instanceof UsageError;
    const text = error instanceof Error ? (!wrongUsage && error.stack) || error.message : String(error);
    process.stderr.write(wrongUsage ? `${text}\n\n${usage}\n` : `${text}\n`);
    process.exitCode = wrongUsage ? 2 : 1;
  }
}
