import type {
  FullKeepaliveSettings,
  HeartbeatSettings,
  JudgedPrediction,
  Requirement,
} from "@heartwire/core";
import type { Asked, FaultName, TransportName } from "./asked.js";
import { type CodeBlock, codeFor } from "./code.js";
import { type Evidence, evidenceOf, whyMissed } from "./evidence.js";
import { configure, MEANS, type Means, type PartConfiguration } from "./means.js";
import type { Measured, MeasuredSubject } from "./measured.js";

/** One half of an answer, or all of it. */
export interface Part {
  readonly means: "keepalive" | "heartbeat";
  readonly title: string;
  readonly over: TransportName;
  /** Whose measured figures it rests on. */
  readonly subject: string;
  readonly proves: string;
  readonly settings: FullKeepaliveSettings | HeartbeatSettings;
  readonly prediction: {
    readonly detectWithinMs: number;
    readonly octetsPerHour: number;
    readonly mistakesPerDay: number;
  };
  readonly remark: string | null;
  readonly code: readonly CodeBlock[];
}

/** A whole answer. */
export interface Answer {
  readonly kind: "keepalive" | "heartbeat" | "both";
  readonly title: string;
  readonly parts: readonly Part[];
  readonly octetsPerHour: number;
  readonly evidence: readonly Evidence[];
}

/** What else would have been possible, and what speaks against it. */
export interface Alternative {
  readonly title: string;
  readonly why: string;
}

/** Always one recommendation, or a named impossibility. */
export type Advice =
  | { readonly kind: "recommended"; readonly answer: Answer; readonly others: readonly Alternative[] }
  | {
      readonly kind: "impossible";
      readonly missed: readonly FaultName[];
      readonly unmet: readonly Requirement[];
      readonly why: readonly string[];
      /** The nearest that can be had. */
      readonly nearest: Answer | null;
      readonly others: readonly Alternative[];
    };

/** What `heartwire advise --json` prints. */
export interface AdviseReport {
  /** Grows when a field changes its meaning or goes; new fields may come without. */
  readonly schema: 1;
  readonly command: "advise";
  readonly asked: Asked;
  readonly measured: Pick<Measured, "source" | "environment" | "settings">;
  readonly advice: Advice;
}

interface Option {
  readonly title: string;
  readonly answer: Answer | null;
  readonly missed: readonly FaultName[];
  readonly unmet: readonly Requirement[];
  readonly why: readonly string[];
}

/**
 * Chooses, among keepalive, each heartbeat, and both together, what notices all that is asked for the fewest octets.
 * What a means notices is what it noticed on every measured link; settings are made by the core's configurators.
 *
 * @throws RangeError for figures that cannot be, as the core's `policyFor`
 */
export function advise(asked: Asked, measured: Measured): AdviseReport {
  const notice = asked.proxy ? [...new Set([...asked.notice, "proxy" as const])] : asked.notice;
  const full = { ...asked, notice };
  const options = combinations(full).map((means) => optionOf(means, full, measured));
  const [best, ...rest] = options.sort(
    (one, other) => rank(one) - rank(other) || costOf(one) - costOf(other),
  );
  const { source, environment, settings } = measured;
  return {
    schema: 1,
    command: "advise",
    asked: full,
    measured: { source, environment, settings },
    advice: adviceOf(best, rest),
  };
}

/** Missed faults weigh most, then requirements; a failure without any settings is the worst. */
function rank({ missed, unmet, answer }: Option): number {
  return missed.length * 100 + unmet.length * 10 + (answer === null ? 1000 : 0);
}

function costOf({ answer }: Option): number {
  return answer?.octetsPerHour ?? Number.POSITIVE_INFINITY;
}

function adviceOf(best: Option | undefined, rest: readonly Option[]): Advice {
  if (best === undefined) throw new Error("each transport has a means of its own");
  const { missed, unmet, why, answer } = best;
  const others = rest.map((option) => alternativeTo(best, option));
  if (answer !== null && missed.length === 0 && unmet.length === 0)
    return { kind: "recommended", answer, others };
  return { kind: "impossible", missed, unmet, why, nearest: answer, others };
}

function alternativeTo(best: Option, option: Option): Alternative {
  const times = costOf(option) / costOf(best);
  const costs =
    times > 1 && Number.isFinite(times) ? [`costs ${times.toFixed(1)} × the octets on the wire`] : [];
  const why = option.why.length > 0 ? option.why : [...costs, "notices the same"].slice(0, 1);
  return { title: option.title, why: why.join("; ") };
}

/**
 * Each means alone. Where the connection to watch is one of a foreign protocol, evidence from elsewhere says nothing of
 * that connection, nor keeps it: there other heartbeats come beside keepalive only.
 */
function combinations({ over }: Asked): (readonly Means[])[] {
  const possible = MEANS.filter((means) => means.over.some((name) => over.includes(name)));
  const isForeign = (name: TransportName) => name === "foreign" || name === "foreign-ping";
  if (!over.some(isForeign)) return possible.map((means) => [means]);
  const keepalive = possible.filter(({ kind }) => kind === "keepalive");
  const onIt = possible.filter((means) => means.over.some((name) => isForeign(name) && over.includes(name)));
  const beside = possible.filter((means) => !onIt.includes(means));
  return [...onIt.map((means) => [means]), ...beside.map((means) => [...keepalive, means])];
}

function optionOf(all: readonly Means[], asked: Asked, measured: Measured): Option {
  const parts = all.map((means) => {
    const subject = subjectOf(means, measured);
    return { means, subject, found: configure(means, subject, asked, all.length === 1 ? "alone" : "beside") };
  });
  const evidence = asked.notice.flatMap((wanted) => evidenceOf(wanted, parts, measured));
  const missed = asked.notice.filter((wanted) =>
    evidence.some((row) => row.wanted === wanted && !row.noticed),
  );
  const made = parts.flatMap(({ means, subject, found }) => partOf(means, subject, found, asked));
  const title = all.map((means) => means.title).join(", and beside it ");
  const octetsPerHour = made.reduce((sum, { prediction }) => sum + prediction.octetsPerHour, 0);
  const kind = all.length > 1 ? "both" : all[0]!.kind;
  const failures = parts.flatMap(({ found }) => (found.kind === "cannot" ? [found] : []));
  const isDear = parts.length > 1 && octetsPerHour > (asked.octetsPerHour ?? Number.POSITIVE_INFINITY);
  const dear = `together they take ${Math.ceil(octetsPerHour)} octets an hour, not ${asked.octetsPerHour}`;
  return {
    title,
    answer: made.length < all.length ? null : { kind, title, parts: made, octetsPerHour, evidence },
    missed,
    unmet: [
      ...new Set([
        ...failures.flatMap(({ unmet }) => unmet),
        ...(isDear ? (["octetsPerHour"] as const) : []),
      ]),
    ],
    why: [
      ...missed.map((wanted) => whyMissed(wanted, evidence)),
      ...failures.map(({ why }) => why),
      ...(isDear ? [dear] : []),
    ],
  };
}

function subjectOf({ subject }: Means, { subjects }: Measured): MeasuredSubject {
  const found = subjects.find(({ name }) => name === subject);
  if (found === undefined) throw new Error(`there are no measured figures of ${subject}`);
  return found;
}

function partOf(means: Means, subject: MeasuredSubject, found: PartConfiguration, asked: Asked): Part[] {
  const chosen = found.kind === "met" ? found : found.nearest;
  if (chosen === undefined) return [];
  const over = means.over.find((name) => asked.over.includes(name))!;
  const { options } = chosen;
  return [
    {
      means: means.kind,
      title: means.title,
      over,
      subject: subject.name,
      proves: subject.proves,
      settings: options,
      prediction: inUnits(chosen.prediction),
      remark: means.remark ?? null,
      code: codeFor(means, over, options),
    },
  ];
}

function inUnits({ detectionMs, octetsPerHour, mistakesPerHour }: JudgedPrediction): Part["prediction"] {
  return {
    detectWithinMs: Math.ceil(detectionMs.worst),
    octetsPerHour: Math.round(octetsPerHour.out + octetsPerHour.in),
    mistakesPerDay: Number((24 * mistakesPerHour).toPrecision(2)),
  };
}
