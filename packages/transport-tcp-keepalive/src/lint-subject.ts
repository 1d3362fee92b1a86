import type { KeepaliveBound, KeepaliveSettings, UnansweredProbes } from "@heartwire/core";
import type { FindingEvidence, KeepaliveFinding } from "./keepalive-finding.js";

/** What a rule of the linter looks at. */
export interface LintSubject {
  readonly settings: KeepaliveSettings & { readonly userTimeoutMs: number };
  readonly idle: KeepaliveBound;
  readonly data: KeepaliveBound;
  /** Unanswered probes that really go out before the verdict. */
  readonly unanswered: UnansweredProbes;
  /** How often an idle peer that answers is asked. */
  readonly periodMs: number;
}

/** One trap, if the settings walk into it. */
export type LintRule = (subject: LintSubject) => KeepaliveFinding | undefined;

/** The scenarios of how long it takes. */
export const BOUND_TEST = "packages/transport-tcp-keepalive/test/keepalive-bound.e2e.test.ts";
/** The scenarios of how often a live peer is asked. */
export const PERIOD_TEST = "packages/transport-tcp-keepalive/test/keepalive-period.e2e.test.ts";

export const measured = (file: string, scenario: string): readonly FindingEvidence[] => [
  { kind: "measured", file, scenario },
];

/** For people, to a tenth of a second. */
export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
