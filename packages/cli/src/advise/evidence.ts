import { FAULTS, type FaultName } from "./asked.js";
import type { Means } from "./means.js";
import type { Measured, MeasuredFault, MeasuredSubject } from "./measured.js";

/** One fault, and what was measured of it. */
export interface Evidence {
  readonly wanted: FaultName;
  /** The measured fault. */
  readonly fault: string;
  /** The part that notices it best. */
  readonly by: string;
  readonly figures: MeasuredFault | null;
  /** Under a harmless fault nobody may be called dead. */
  readonly harmless: boolean;
  readonly noticed: boolean;
  /** What holds besides the figures. */
  readonly why: string | null;
}

/** A means, with the figures that hold for it. */
export interface Judged {
  readonly means: Means;
  readonly subject: MeasuredSubject;
}

/** Each measured fault that `wanted` stands for, by the part that did best. */
export function evidenceOf(wanted: FaultName, parts: readonly Judged[], { faults }: Measured): Evidence[] {
  return FAULTS[wanted].measured.map((fault) => {
    const harmless = faults.find(({ name }) => name === fault)?.harmless ?? false;
    // Only what is on the connection itself keeps it: the first.
    const able = wanted === "nat" ? parts.slice(0, 1) : parts;
    const rows = able.map((part) => evidenceBy(part, wanted, fault, harmless));
    return rows.find(({ noticed }) => noticed) ?? rows[0]!;
  });
}

function evidenceBy(
  { means, subject }: Judged,
  wanted: FaultName,
  fault: string,
  harmless: boolean,
): Evidence {
  const figures = subject.faults[fault] ?? null;
  const row = { wanted, fault, by: subject.title, figures, harmless };
  if (means.blind?.fault === wanted) return { ...row, noticed: false, why: means.blind.why };
  if (figures === null) return { ...row, noticed: false, why: "not measured" };
  const noticed = harmless ? figures.detected === 0 : figures.detected === figures.n;
  return { ...row, noticed, why: null };
}

/** The first figure that speaks against it. */
export function whyMissed(wanted: FaultName, evidence: readonly Evidence[]): string {
  const { figures, why, by, harmless } = evidence.find((row) => row.wanted === wanted && !row.noticed)!;
  const measured =
    figures === null
      ? "not measured"
      : `${figures.detected} of ${figures.n} links ${harmless ? "were called dead" : "noticed it"}`;
  return `${FAULTS[wanted].title}: ${why ?? `by ${by}, ${measured}`}`;
}
