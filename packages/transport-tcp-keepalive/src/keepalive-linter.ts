import {
  checkKeepaliveSettings,
  type KeepaliveRange,
  type KeepaliveSettings,
  keepaliveBound,
  keepalivePeriodMs,
  TCP_SEGMENT_OCTETS,
  unansweredProbes,
  wholeSecondsMs,
} from "@heartwire/core";
import type { KeepaliveFinding } from "./keepalive-finding.js";
import {
  BOUND_TEST,
  type LintRule,
  type LintSubject,
  measured,
  PERIOD_TEST,
  seconds,
} from "./lint-subject.js";
import { middleboxFindings } from "./middlebox-findings.js";
import type { MiddleboxName } from "./middleboxes.js";
import { USER_TIMEOUT_RULES } from "./user-timeout-rules.js";

/** What {@link lintKeepalive} may be told of the system and the path. */
export interface LintContext {
  /** Of the system that holds the socket: {@link systemKeepalive} has both. Default: the kernel's defaults. */
  readonly system?: { readonly retries2: number; readonly rtoMaxMs: number };
  /** What is known to stand on the path. Default: unknown, so one note tells who would forget the connection. */
  readonly path?: readonly MiddleboxName[];
  /** `system`: some of the settings are the system's, and may be beyond what a socket can be given. Default `socket`. */
  readonly range?: KeepaliveRange;
}

const DAY_MS = 86_400_000;
/** Probes more frequent than this are worth a word. */
const FREQUENT_BELOW_MS = 10_000;
/** So long a route may be gone: OSPF's RouterDeadInterval by the sample values of RFC 2328, C.3, 4 × 10 s. */
const ROUTE_CONVERGENCE_MS = 40_000;

/**
 * The known traps that these settings walk into, warnings first. Pure; each finding names the measurement or the
 * document behind it. No finding means: none of these traps, not: good for every purpose. That keepalive never finds
 * a hung process is no trap of the settings, and not among them.
 *
 * @throws RangeError when a setting is out of the kernel's range, with its name and value.
 * @throws TypeError when the path is no list, or names a middlebox that is not in {@link MIDDLEBOXES}.
 */
export function lintKeepalive(
  settings: KeepaliveSettings,
  context: LintContext = {},
): readonly KeepaliveFinding[] {
  const { system, path, range = "socket" } = context;
  checkKeepaliveSettings(settings, range);
  const subject: LintSubject = {
    settings: { ...settings, userTimeoutMs: settings.userTimeoutMs ?? 0 },
    idle: keepaliveBound(settings, { range }),
    data: keepaliveBound(settings, { ...system, range, unacknowledgedData: true }),
    unanswered: unansweredProbes(settings),
    periodMs: keepalivePeriodMs(settings),
  };
  const found = RULES.map((rule) => rule(subject)).filter((finding) => finding !== undefined);
  const all = [...found, ...middleboxFindings(settings, path)];
  return [...all.filter(isWarning), ...all.filter((finding) => !isWarning(finding))];
}

function isWarning({ severity }: KeepaliveFinding): boolean {
  return severity === "warning";
}

const singleProbe: LintRule = ({ unanswered: { fewest } }) => {
  if (fewest > 1) return undefined;
  return {
    code: "single-probe",
    severity: "warning",
    message: "one lost probe, or one lost answer, kills a healthy connection",
    advice: "allow at least 3 unanswered probes; shorten the interval to keep the detection time",
    values: { fewestProbes: fewest },
    evidence: measured(BOUND_TEST, "outage, one probe"),
  };
};

const shortOutageKills: LintRule = ({ settings, unanswered: { fewest } }) => {
  const survivedMs = (fewest - 1) * wholeSecondsMs(settings.intervalMs);
  if (survivedMs >= ROUTE_CONVERGENCE_MS || fewest === 1) return undefined;
  return {
    code: "short-outage-kills",
    severity: "note",
    message: `an outage of more than ${seconds(survivedMs)} may kill an idle connection; a route can take ${seconds(ROUTE_CONVERGENCE_MS)} to come back (OSPF, sample values of RFC 2328 C.3)`,
    advice: "on a path that is rerouted, use more probes or a longer interval; else be ready to reconnect",
    values: { survivedMs, routeConvergenceMs: ROUTE_CONVERGENCE_MS },
    evidence: [
      ...measured(BOUND_TEST, "an outage of 2.5 s kills with one probe, and not with six"),
      { kind: "documented", source: "https://www.rfc-editor.org/rfc/rfc2328#appendix-C.3" },
    ],
  };
};

const intervalAboveIdle: LintRule = ({ settings, periodMs }) => {
  const idleMs = wholeSecondsMs(settings.idleMs);
  const intervalMs = wholeSecondsMs(settings.intervalMs);
  if (intervalMs <= idleMs) return undefined;
  return {
    code: "interval-above-idle",
    severity: "note",
    message: `a peer that answers is asked every ${seconds(periodMs)}, not every ${seconds(idleMs)}: after each probe the kernel waits for an interval, and only the first one after data comes at the idle time`,
    advice: `exchange them: a live peer is asked as often, and a suspect one more often; or set intervalMs to ${idleMs} or less`,
    values: { idleMs, intervalMs, periodMs },
    evidence: measured(PERIOD_TEST, "interval above idle"),
  };
};

const frequentProbes: LintRule = ({ periodMs }) => {
  if (periodMs >= FREQUENT_BELOW_MS) return undefined;
  const probesPerDay = Math.round(DAY_MS / periodMs);
  const octetsPerDay = probesPerDay * 2 * TCP_SEGMENT_OCTETS;
  return {
    code: "frequent-probes",
    severity: "note",
    message: `an idle connection sends a probe every ${seconds(periodMs)}, ${probesPerDay} times a day, and gets an answer: ${octetsPerDay} octets of Ethernet`,
    advice: `use idleMs of ${FREQUENT_BELOW_MS} or more unless you need to know so soon`,
    values: { periodMs, probesPerDay, octetsPerDay },
    evidence: measured(PERIOD_TEST, "idle time above the interval"),
  };
};

const fractionOfSecond: LintRule = ({ settings }) => {
  const { idleMs, intervalMs } = settings;
  if (idleMs % 1000 === 0 && intervalMs % 1000 === 0) return undefined;
  const silently =
    idleMs < 1000
      ? "Node's own setKeepAlive would leave the idle time unset, in silence"
      : "Node's own setKeepAlive would cut the fraction off";
  const [wholeIdleMs, wholeIntervalMs] = [wholeSecondsMs(idleMs), wholeSecondsMs(intervalMs)];
  return {
    code: "fraction-of-second",
    severity: "note",
    message: `the kernel counts whole seconds: ${wholeIdleMs} and ${wholeIntervalMs} ms will hold; ${silently}`,
    advice: "give whole seconds",
    values: { idleMs: wholeIdleMs, intervalMs: wholeIntervalMs },
    evidence: measured(
      "packages/transport-tcp-keepalive/test/keepalive-linter.e2e.test.ts",
      "what Node does with fractions of a second",
    ),
  };
};

const RULES: readonly LintRule[] = [
  ...USER_TIMEOUT_RULES,
  singleProbe,
  shortOutageKills,
  intervalAboveIdle,
  frequentProbes,
  fractionOfSecond,
];
