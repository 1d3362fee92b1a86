const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/**
 * Prints milliseconds for people: `480 ms`, `1.5 s`, `2 h 11 min 15 s`, `never` for Infinity. From a minute on in
 * whole seconds, rounded.
 */
export function formatDuration(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "never";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${Math.round(ms / 100) / 10} s`;
  let rest = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    const number = Math.floor(rest / unitMs);
    rest -= number * unitMs;
    if (number > 0) parts.push(`${number} ${unit}`);
  }
  return parts.join(" ");
}

const TERM_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/**
 * Reads a duration from the command line: `500ms`, `20s`, `1m30s`, `2h`. A number without a unit is refused: nginx
 * would take it for seconds, the kernel for milliseconds.
 *
 * @throws RangeError with the text and what is taken
 */
export function parseDurationMs(text: string): number {
  if (!/^(\d{1,12}(ms|s|min|m|h))+$/.test(text)) {
    throw new RangeError(`"${text}" is no duration: write a number with its unit (ms, s, m, h), such as 20s`);
  }
  const terms = text.matchAll(/(\d+)([a-z]+)/g);
  return [...terms].reduce((sum, [, number, unit]) => sum + Number(number) * TERM_MS[unit!]!, 0);
}
