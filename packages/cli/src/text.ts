import type { Colours, Terminal } from "./terminal.js";

/** Longer lines are hard to read, whatever the terminal. */
export const PLEASANT_COLUMNS = 110;

/** Under a mark, which takes two characters. */
const INDENT = "     ";

/** How much something matters. */
export type Severity = "problem" | "warning" | "note";

/** The title of a section. */
export function heading(text: string, { bold }: Colours): string {
  return bold(text);
}

/** One thing found: a mark that tells without colour too, then each text on lines of its own, wrapped. */
export function bullet(severity: Severity, texts: readonly string[], { columns, colours }: Terminal): string {
  const mark = {
    problem: colours.red("!!"),
    warning: colours.yellow(" !"),
    note: colours.dim(" -"),
  }[severity];
  const lines = texts.flatMap((text) => wrap(text, Math.min(columns, PLEASANT_COLUMNS) - INDENT.length));
  return `  ${mark} ${lines.join(`\n${INDENT}`)}`;
}

/** Text under a heading, wrapped at the terminal's width, or at what is pleasant to read. */
export function paragraph(text: string, { columns }: Terminal): string {
  return `  ${wrap(text, Math.min(columns, PLEASANT_COLUMNS) - 2).join("\n  ")}`;
}

/** Breaks at spaces, so that no line is longer than `width` unless a word is. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** `1 process`, `2 processes`. */
export function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
