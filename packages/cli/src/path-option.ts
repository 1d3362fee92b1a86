import { MIDDLEBOXES, type MiddleboxName } from "@heartwire/tcp-keepalive";
import { type Command, InvalidArgumentError } from "commander";
import { PLEASANT_COLUMNS, wrap } from "./text.js";

/** What every command says of the names it takes. */
export const PATH_NAMES = wrap(
  `Names for --path: ${Object.keys(MIDDLEBOXES).join(", ")}.`,
  PLEASANT_COLUMNS,
).join("\n");

/** Adds `--path`, which may be given several times: what is known to stand between the ends. */
export function addPathOption(command: Command): Command {
  return command.option("--path <name>", "what stands on the path; may be given again", pathOf);
}

function pathOf(name: string, path: readonly MiddleboxName[] = []): readonly MiddleboxName[] {
  if (isMiddlebox(name)) return [...path, name];
  throw new InvalidArgumentError(`"${name}" is not one of ${Object.keys(MIDDLEBOXES).join(", ")}.`);
}

function isMiddlebox(name: string): name is MiddleboxName {
  return Object.hasOwn(MIDDLEBOXES, name);
}
