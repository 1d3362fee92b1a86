/** "2.47 s", "14 ms", "15.4 min": a duration as a person would say it. */
export function duration(ms: number): string {
  if (ms < 1) return "<1 ms";
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${(ms / 60_000).toFixed(0)} min`;
}

/** "2.0–3.0 s": a span of durations, its unit said once where both share it. */
export function span(bestMs: number, worstMs: number): string {
  if (worstMs < 100) return `${Math.round(bestMs)}–${Math.round(worstMs)} ms`;
  if (worstMs < 90_000) return `${(bestMs / 1000).toFixed(1)}–${(worstMs / 1000).toFixed(1)} s`;
  return `${Math.floor(bestMs / 60_000)}–${Math.ceil(worstMs / 60_000)} min`;
}

/** "540 kB": octets as a person would say them, in powers of a thousand. */
export function octets(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(0)} kB`;
  return `${(count / 1_000_000).toFixed(2)} MB`;
}

/** "100,000 peers". */
export function peersInWords(count: number): string {
  return `${count.toLocaleString("en")} peers`;
}

/** What a figure of cost is of: its name, and with how many peers. */
export function costTitle({
  name,
  peers,
}: {
  readonly name: string;
  readonly peers?: number | undefined;
}): string {
  return peers === undefined ? name : `${name}, ${peersInWords(peers)}`;
}

/** "a, b and c". */
export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The least ratio of mistakes, a plain timeout's over the default policy's, that we set ourselves. */
export const HEADLINE_BAR = 50;

/** Of a ratio, at a confidence of 95 %; `null`: without end. */
export interface RatioInterval {
  readonly from: number;
  readonly to: number | null;
}

/** "58.2 to 61.2", or "at least 12,200": three digits, and always outwards, so that no bound says more than it may. */
export function ratio({ from, to }: RatioInterval): string {
  return to === null
    ? `at least ${threeDigits(from, Math.floor)}`
    : `${threeDigits(from, Math.floor)} to ${threeDigits(to, Math.ceil)}`;
}

/** Whether {@link HEADLINE_BAR} is kept, as far as the interval can tell. */
export function verdictOf({ from, to }: RatioInterval): "holds" | "does not hold" | "undecided" {
  if (from >= HEADLINE_BAR) return "holds";
  return to !== null && to < HEADLINE_BAR ? "does not hold" : "undecided";
}

function threeDigits(value: number, towards: (value: number) => number): string {
  if (!(value > 0)) return "0";
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return (towards(value / unit) * unit).toLocaleString("en", { maximumSignificantDigits: 3 });
}
