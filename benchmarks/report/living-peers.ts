import { catalogueOf, harmlessFaults } from "./catalogue.js";
import { cellOf } from "./cells.js";
import { mistakesIn } from "./mistakes.js";
import type { FaultRow, Results, SubjectRow } from "./results.js";
import { binomialInterval } from "./significance.js";
import { trialsOf } from "./trials.js";

/** How many living peers a subject called dead under a harmless fault, beside how many it should have. */
export interface LivingPeers {
  readonly subject: SubjectRow;
  readonly fault: FaultRow;
  /** Of so many links. */
  readonly links: number;
  readonly called: number;
  /** Of those, by the other end, which did not hear us and hung up. */
  readonly byOtherEnd: number;
  /** Over so many hours, if they were recorded. */
  readonly peerHours: number | undefined;
  readonly expected: ExpectedCount | NothingExpected;
}

/** Held against a prediction. */
export interface ExpectedCount {
  /** `not-decided`: whatever had been counted would have been within, so that it says nothing. */
  readonly kind: "as-expected" | "outside" | "not-decided";
  /** Links; the ends differ where the formula leaves something open. */
  readonly least: number;
  readonly most: number;
  /** With 95 % confidence the count lies within. Exact, as every link errs on its own. */
  readonly interval: { readonly from: number; readonly to: number };
  readonly why: string;
}

/** There is nothing to hold it against. */
export interface NothingExpected {
  /** `not-predicted`: its mistakes are unexplained. `older-run`: made before mistakes were predicted at all. */
  readonly kind: "not-predicted" | "older-run";
  readonly why: string;
}

/** Every cell of the harmless faults, in the order of the tables. */
export function livingPeers(results: Results): LivingPeers[] {
  const catalogue = catalogueOf(results);
  return harmlessFaults(catalogue).flatMap((fault) =>
    [...catalogue.subjects, ...catalogue.controls].flatMap(
      (subject) => livingPeersOf(results, subject, fault) ?? [],
    ),
  );
}

/** One cell; undefined where it was not measured. */
export function livingPeersOf(
  results: Results,
  subject: SubjectRow,
  fault: FaultRow,
): LivingPeers | undefined {
  const cell = cellOf(results, subject.name, fault.name);
  if (cell === undefined) return undefined;
  const trials = trialsOf(results, subject.name, fault.name);
  const { mistakes: called, byOtherEnd, peerHours } = mistakesIn(trials, () => true)!;
  const expected = expectedOf(results, cell, called);
  return { subject, fault, links: cell.count, called, byOtherEnd, peerHours, expected };
}

function expectedOf(
  { expectedMistakes }: Results,
  cell: { readonly subject: string; readonly fault: string; readonly count: number },
  called: number,
): ExpectedCount | NothingExpected {
  if (expectedMistakes === undefined) {
    return { kind: "older-run", why: "this run is older than such predictions" };
  }
  const row = expectedMistakes.find(({ subject, fault }) => subject === cell.subject && fault === cell.fault);
  if (row === undefined) return { kind: "not-predicted", why: "this run has no prediction of it" };
  const { share, why } = row;
  if (share === null) return { kind: "not-predicted", why };
  const interval = binomialInterval(cell.count, share.least, share.most);
  const canFail = interval.from > 0 || interval.to < cell.count;
  const within = called >= interval.from && called <= interval.to;
  return {
    kind: canFail ? (within ? "as-expected" : "outside") : "not-decided",
    least: cell.count * share.least,
    most: cell.count * share.most,
    interval,
    why,
  };
}

/** Outside its prediction, or mistaken without one. */
export function isFlagged({ called, expected }: LivingPeers): boolean {
  return expected.kind === "outside" || (expected.kind === "not-predicted" && called > 0);
}

/** Worth a line: somebody was called dead, or should have been. */
export function isNotable(peers: LivingPeers): boolean {
  return peers.called > 0 || isFlagged(peers);
}

/** "9 of 10", "10 of 10, 8 of them by the other end". */
export function calledText({ called, links, byOtherEnd }: Omit<LivingPeers, "expected">): string {
  const count = `${called} of ${links}`;
  if (byOtherEnd === 0) return count;
  return `${count}, ${byOtherEnd === called ? "all" : `${byOtherEnd} of them`} by the other end`;
}

/** Mistakes an hour of watching one peer; where none was seen, what the true rate stays under with 95 % confidence. */
export function rateText({
  called,
  peerHours,
}: Pick<LivingPeers, "called" | "peerHours">): string | undefined {
  if (peerHours === undefined || peerHours === 0) return undefined;
  // Three over the hours: the exact bound of a Poisson count of none.
  return called === 0 ? `< ${rounded(3 / peerHours)} an hour` : `${rounded(called / peerHours)} an hour`;
}

function rounded(value: number): string {
  return Number(value.toPrecision(2)).toString();
}

/** "3.9 (1–7)": the expected count, and its interval, with a word where that decides nothing. "–" where there is none. */
export function expectedText({ expected }: LivingPeers): string {
  if (!("interval" in expected)) return "–";
  const { least, most, interval } = expected;
  const ends = [...new Set([least, most].map((count) => count.toFixed(1)))].join(" to ");
  const text = `${ends} (${interval.from}–${interval.to})`;
  return expected.kind === "not-decided" ? `not decided: ${text}` : text;
}

/** The mark of a flagged one, for tables of text. */
export function flagText(peers: LivingPeers): string {
  if (!isFlagged(peers)) return "";
  return peers.expected.kind === "outside" ? "! outside" : "! unexplained";
}
