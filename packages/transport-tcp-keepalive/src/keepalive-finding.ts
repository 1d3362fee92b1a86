/** What {@link lintKeepalive} can find. */
export type KeepaliveFindingCode =
  | "fraction-of-second"
  | "frequent-probes"
  | "interval-above-idle"
  | "middlebox-forgets"
  | "no-user-timeout"
  | "proxy-ends-proof"
  | "short-outage-kills"
  | "single-probe"
  | "user-timeout-cuts-probes"
  | "user-timeout-kills-slow-reader"
  | "user-timeout-outlasts-probes";

/** Where a finding was seen to be true. */
export type FindingEvidence =
  /** By a test, a benchmark or its result: a file of Heartwire's repository, and the scenario's name in it. */
  | { readonly kind: "measured"; readonly file: string; readonly scenario: string }
  /** By others: the document of a vendor, or a standard. */
  | { readonly kind: "documented"; readonly source: string };

/** One trap that settings walk into. */
export interface KeepaliveFinding {
  readonly code: KeepaliveFindingCode;
  /** `warning`: likely not what was meant. `note`: a price that may be meant. */
  readonly severity: "warning" | "note";
  /** What happens. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** The figures behind it, named with their unit. */
  readonly values: Readonly<Record<string, number>>;
  readonly evidence: readonly FindingEvidence[];
}
