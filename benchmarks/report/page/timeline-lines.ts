import type { Timeline } from "../results.js";
import { duration } from "../words.js";

/** Frames closer than this are one exchange, and share a line. */
const EXCHANGE_MS = 20;

/** Words at an instant of a timeline. */
export interface Line {
  readonly atMs: number;
  readonly words: string;
  readonly kind: "frames" | "fault" | "note" | "verdict";
}

/** What stands beside a timeline, in the order of time. */
export function linesOf({ frames, events }: Timeline): Line[] {
  return [
    ...exchangesIn(frames).map((exchange): Line => ({ ...exchange, kind: "frames" })),
    ...events
      .filter(({ atMs }) => atMs !== 0)
      .map(({ atMs, what, kind = "note" }): Line => ({ atMs, words: what, kind })),
    { atMs: 0, words: "the fault", kind: "fault" as const },
  ].sort((a, b) => a.atMs - b.atMs);
}

/** A question, its answer and what acknowledges it share a line; nothing is joined across the fault. */
function exchangesIn(frames: Timeline["frames"]): { atMs: number; words: string }[] {
  const exchanges: { atMs: number; lastMs: number; words: string[]; octets: number }[] = [];
  for (const { atMs, direction, octets, summary } of [...frames].sort((a, b) => a.atMs - b.atMs)) {
    const word = `${direction === "out" ? "→" : "←"} ${shortSummary(summary)}`;
    const last = exchanges.at(-1);
    if (last !== undefined && atMs - last.lastMs <= EXCHANGE_MS && last.atMs < 0 === atMs < 0) {
      last.words.push(word);
      last.lastMs = atMs;
      last.octets += octets;
    } else exchanges.push({ atMs, lastMs: atMs, words: [word], octets });
  }
  return exchanges.map(({ atMs, words, octets }) => ({ atMs, words: `${words.join(" ")}, ${octets} B` }));
}

/** What a frame is, in a word or two: "probe", "data", "RST ACK". Its full summary is in the table. */
export function shortSummary(summary: string): string {
  const said = /\(([^()]+)\)$/.exec(summary)?.[1];
  if (said !== undefined) return said.replace(/^keepalive (?=ack$|probe$)/, "");
  if (summary.startsWith("UDP ")) return "UDP";
  const segment = /^TCP \S+ > \S+ ([A-Z ]+?) seq .*len (\d+)$/.exec(summary);
  if (segment === null) return summary;
  const [, flags = "", length] = segment;
  return length === "0" || /SYN|FIN|RST/.test(flags) ? flags : "data";
}

/** Moves values apart to a minimum distance, in order, no further than needed, within a domain where it fits. */
export function spread(
  sorted: readonly number[],
  distance: number,
  [from, to]: readonly [number, number],
): number[] {
  const moved: number[] = [];
  for (const value of sorted) moved.push(Math.max(value, (moved.at(-1) ?? from - distance) + distance));
  let limit = to;
  for (let index = moved.length - 1; index >= 0; index--) {
    moved[index] = Math.min(moved[index]!, limit);
    limit = moved[index]! - distance;
  }
  return moved;
}

/** "+1.50 s": an instant relative to the fault. */
export function signed(ms: number): string {
  return `${ms < 0 ? "−" : "+"}${duration(Math.abs(ms))}`;
}
