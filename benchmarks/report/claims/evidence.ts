import { median } from "simple-statistics";
import { catalogueOf } from "../catalogue.js";
import type { FaultRow, JudgedClaim, Results, SubjectRow } from "../results.js";
import { duration } from "../words.js";

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

/** How a subject did under all faults with a certain effect; undefined when none of them was tried on it. */
export function noticed(
  results: Results,
  subject: string,
  matches: (effect: FaultRow["effect"]) => boolean,
): Noticed | undefined {
  const catalogue = catalogueOf(results);
  const faults = new Set(catalogue.faults.filter(({ effect }) => matches(effect)).map(({ name }) => name));
  const trials = results.trials.filter((trial) => trial.subject === subject && faults.has(trial.fault));
  if (trials.length === 0) return undefined;
  const latencies = trials.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  return {
    title: catalogue.titleOfSubject(subject),
    detected: latencies.length,
    count: trials.length,
    medianMs: latencies.length > 0 ? median(latencies) : undefined,
  };
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
export function inFigures({ detected, count, medianMs }: Noticed): string {
  const share = `${detected} of ${count} links`;
  return medianMs === undefined ? share : `${share}, median ${duration(medianMs)}`;
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
