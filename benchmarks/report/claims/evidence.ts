import { median } from "simple-statistics";
import { catalogueOf } from "../catalogue.js";
import { measured, resolutionOf } from "../resolution.js";
import type { FaultRow, JudgedClaim, Results, SubjectRow } from "../results.js";
import { list } from "../words.js";

/** What the figures say of a claim, and the figures, in one sentence. */
export type Judgement = Pick<JudgedClaim, "verdict" | "figures">;

/** A line of folklore, and how figures decide it. */
export interface Claim {
  readonly id: string;
  readonly claim: string;
  judge(results: Results): Judgement;
}

/** Our subject that stands for keepalive with nothing else set. */
export const KEEPALIVE = "tcp-keepalive";

/** How many links of a subject noticed some faults. */
export interface Noticed {
  readonly title: string;
  readonly detected: number;
  readonly count: number;
  /** Of those that noticed. */
  readonly medianMs: number | undefined;
  /** Below this a median cannot be told from none. */
  readonly resolutionMs: number;
}

/** A judgement that cannot be made, and what is missing. */
export function notMeasured(what: string): Judgement {
  return { verdict: "not measured", figures: what };
}

/** True if all hold, false if none does. */
export function verdictOf(holds: readonly boolean[]): "true" | "false" | "depends" {
  if (holds.every(Boolean)) return "true";
  return holds.some(Boolean) ? "depends" : "false";
}

/**
 * How a subject did under all faults with a certain effect; undefined when none of them was tried on it.
 *
 * @param only of them, this one alone
 */
export function noticed(
  results: Results,
  subject: string,
  matches: (effect: FaultRow["effect"]) => boolean,
  only?: string,
): Noticed | undefined {
  const catalogue = catalogueOf(results);
  const names = faultsTried(results, matches).map(({ name }) => name);
  const faults = new Set(only === undefined ? names : names.filter((name) => name === only));
  const trials = results.trials.filter((trial) => trial.subject === subject && faults.has(trial.fault));
  if (trials.length === 0) return undefined;
  const latencies = trials.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return {
    title: catalogue.titleOfSubject(subject),
    detected: latencies.length,
    count: trials.length,
    medianMs: latencies.length > 0 ? median(latencies) : undefined,
    resolutionMs: Math.max(...[...faults].map((fault) => resolutionOf(results, fault))),
  };
}

/** The faults with a certain effect. */
function faultsTried(results: Results, matches: (effect: FaultRow["effect"]) => boolean): FaultRow[] {
  return catalogueOf(results).faults.filter(({ effect }) => matches(effect));
}

/**
 * What a figure over several faults of one effect is a sum of, with a space before it:
 * ` (of "peer process hangs (SIGSTOP)" and "peer's event loop is blocked")`. Nothing where it is of one.
 */
export function pooled(results: Results, matches: (effect: FaultRow["effect"]) => boolean): string {
  const titles = faultsTried(results, matches).map(({ title }) => `"${title}"`);
  return titles.length < 2 ? "" : ` (the sum of ${list(titles)})`;
}

/** One line for each fault with a certain effect: `"peer process is killed (SIGKILL)" on 20 of 20 links`. */
export function noticedByFault(
  results: Results,
  subject: string,
  matches: (effect: FaultRow["effect"]) => boolean,
): string {
  const lines = faultsTried(results, matches).flatMap(({ name, title }) => {
    const found = noticed(results, subject, matches, name);
    return found === undefined ? [] : [`"${title}" on ${inFigures(found)}`];
  });
  return lines.join("; ");
}

/** The heartbeats of ours that took part: all but the kernel's. */
export function heartbeatsIn(results: Results): SubjectRow[] {
  return catalogueOf(results).subjects.filter(
    ({ kind, proves }) => kind === "heartwire" && proves !== "connection",
  );
}

/** How each of some subjects did; those on which it was not tried are left out. */
export function noticedByEach(
  results: Results,
  subjects: readonly SubjectRow[],
  matches: (effect: FaultRow["effect"]) => boolean,
): Noticed[] {
  return subjects.flatMap(({ name }) => noticed(results, name, matches) ?? []);
}

/** Every link noticed. */
export const all = ({ detected, count }: Noticed): boolean => detected === count;

/** "40 of 40 links, median 2.41 s". */
export function inFigures({ detected, count, medianMs, resolutionMs }: Noticed): string {
  const share = `${detected} of ${count} links`;
  return medianMs === undefined ? share : `${share}, median ${measured(medianMs, resolutionMs)}`;
}

/** "TCP heartbeat 40 of 40". */
export function inShort({ title, detected, count }: Noticed): string {
  return `${title} ${detected} of ${count}`;
}

/** Nothing passes in either direction, and nobody says so. */
export const silentCut =
  (unacknowledgedData: boolean) =>
  (effect: FaultRow["effect"]): boolean =>
    effect.kind === "path-cut" &&
    effect.directions === "both" &&
    effect.packets === "dropped" &&
    effect.unacknowledgedData === unacknowledgedData;

/** Selects the faults whose effect is of one kind. */
export const ofKind =
  (kind: FaultRow["effect"]["kind"]) =>
  (effect: FaultRow["effect"]): boolean =>
    effect.kind === kind;
