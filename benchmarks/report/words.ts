/** "2.47 s", "14 ms", "15.4 min": a duration as a person would say it. */
export function duration(ms: number): string {
  if (ms < 1) return "<1 ms";
  if (ms < 100) return `${Math.round(ms)} ms`;
  if (ms < 90_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${(ms / 60_000).toFixed(0)} min`;
}

/** "13 s", "1.5 s", "50 ms": a duration that somebody chose, without digits that say nothing. */
export function chosen(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

/** "2.0–3.0 s", "45 s–3 min": a span of durations, its unit said once where both ends share it. */
export function span(bestMs: number, worstMs: number): string {
  const to = unitOf(worstMs);
  const own = unitOf(bestMs);
  // Nothing at all has no unit of its own, and where seconds have decimals a second is not told in milliseconds.
  const from = bestMs === 0 || own.unit === to.unit || to.digits > 0 ? to : own;
  const best = endOf(bestMs, from, Math.floor);
  const worst = endOf(worstMs, to, Math.ceil);
  return from.unit === to.unit ? `${best}–${worst} ${to.unit}` : `${best} ${from.unit}–${worst} ${to.unit}`;
}

interface Unit {
  readonly unit: "ms" | "s" | "min";
  readonly ms: number;
  readonly digits: number;
}

function unitOf(ms: number): Unit {
  if (ms < 100) return { unit: "ms", ms: 1, digits: 0 };
  if (ms < 120_000) return { unit: "s", ms: 1000, digits: ms < 20_000 ? 1 : 0 };
  return { unit: "min", ms: 60_000, digits: 0 };
}

/** Minutes are rounded outwards, so that the span holds what it stands for. */
function endOf(ms: number, { unit, ms: each, digits }: Unit, outwards: (value: number) => number): string {
  return unit === "min" ? String(outwards(ms / each)) : (ms / each).toFixed(digits);
}

/** "1 fault", "14 faults". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** With a capital. */
export function upperFirst(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Broken at the space nearest the middle. */
export function inTwoLines(text: string): string {
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const middle = spaces.sort((a, b) => Math.abs(a - text.length / 2) - Math.abs(b - text.length / 2))[0];
  return middle === undefined ? text : `${text.slice(0, middle)}\n${text.slice(middle + 1)}`;
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
