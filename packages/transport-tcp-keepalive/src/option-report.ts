import type { KeepaliveMeans, KeepaliveOutcome, OptionReport } from "./report.js";

/** What was tried for one option. */
export interface Attempt {
  readonly means: KeepaliveMeans;
  /** Why it failed, or what came instead. */
  readonly problem?: string;
  /** It was to be left alone, and was not. */
  readonly touched?: boolean;
}

/** One option after the attempt, in the setting's own unit. */
export interface AttemptedOption {
  readonly asked: number | undefined;
  /** How many of the setting's units one of the kernel's is: 1000 for whole seconds. */
  readonly unit: number;
  readonly attempt: Attempt;
  /** In the kernel's unit, or why it could not be read. */
  readonly read: number | string;
  /** What else there is to say. */
  readonly remark?: string | undefined;
}

/** Compares what was asked, what was tried and what the kernel holds. */
export function reportOption({ asked, unit, attempt, read, remark }: AttemptedOption): OptionReport {
  const { means, problem, touched = false } = attempt;
  const effective = typeof read === "number" ? read * unit : undefined;
  const wanted = asked === undefined || means === "none" ? undefined : Math.ceil(asked / unit) * unit;
  const notes: string[] = [];
  if (problem !== undefined) notes.push(problem);
  if (wanted !== undefined) {
    if (wanted !== asked) notes.push(`rounded up to whole seconds: ${wanted} ms`);
    if (typeof read === "string") notes.push(`not read back: ${read}`);
    else if (effective !== wanted) notes.push(`set to ${wanted}, but the kernel holds ${effective}`);
  }
  if (remark !== undefined) notes.push(remark);
  const outcome = touched ? "failed" : outcomeOf(asked, wanted, effective);
  return { asked, effective, means, outcome, ...(notes.length > 0 && { note: notes.join("; ") }) };
}

function outcomeOf(
  asked: number | undefined,
  wanted: number | undefined,
  effective: number | undefined,
): KeepaliveOutcome {
  if (asked === undefined) return "untouched";
  if (wanted === undefined) return "failed";
  if (effective === undefined) return "unverified";
  if (effective !== wanted) return "failed";
  return wanted === asked ? "as-asked" : "rounded";
}
