import {
  checkKeepaliveSettings,
  type KeepaliveBound,
  type KeepaliveSettings,
  keepaliveBound,
  TCP_SEGMENT_OCTETS,
} from "@heartwire/core";
import type { FindingEvidence, KeepaliveFinding } from "./keepalive-finding.js";
import { middleboxFindings } from "./middlebox-findings.js";
import type { MiddleboxName } from "./middleboxes.js";

/** What {@link lintKeepalive} may be told of the system and the path. */
export interface LintContext {
  /** Of the system that holds the socket: {@link systemKeepalive} has both. Default: the kernel's defaults. */
  readonly system?: { readonly retries2: number; readonly rtoMaxMs: number };
  /** What is known to stand on the path. Default: unknown, so one note tells who would forget the connection. */
  readonly path?: readonly MiddleboxName[];
}

/** What a rule looks at. */
interface Subject {
  readonly settings: KeepaliveSettings & { readonly userTimeoutMs: number };
  readonly idle: KeepaliveBound;
  readonly data: KeepaliveBound;
  /** Unanswered probes that really go out before the verdict. */
  readonly effectiveProbes: number;
}

type Rule = (subject: Subject) => KeepaliveFinding | undefined;

const DAY_MS = 86_400_000;
/** Below this idle time, a battery or a metered path feels the probes. */
const FREQUENT_BELOW_MS = 10_000;
/** So long a route may be gone: OSPF's RouterDeadInterval by the sample values of RFC 2328, C.3, 4 × 10 s. */
const ROUTE_CONVERGENCE_MS = 40_000;
const BOUND_TEST = "packages/transport-tcp-keepalive/test/keepalive-bound.e2e.test.ts";

const measured = (file: string, scenario: string): readonly FindingEvidence[] => [
  { kind: "measured", file, scenario },
];
const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** In seconds as the kernel counts them. */
const wholeMs = (ms: number): number => Math.ceil(ms / 1000) * 1000;

/**
 * The known traps that these settings walk into, warnings first. Pure; each finding names the measurement or the
 * document behind it. No finding means: none of these traps, not: good for every purpose. That keepalive never finds
 * a hung process is no trap of the settings, and not among them.
 *
 * @throws RangeError when a setting is out of the kernel's range, with its name and value.
 * @throws TypeError when the path names a middlebox that is not in {@link MIDDLEBOXES}.
 */
export function lintKeepalive(
  settings: KeepaliveSettings,
  context: LintContext = {},
): readonly KeepaliveFinding[] {
  checkKeepaliveSettings(settings);
  const idle = keepaliveBound(settings);
  const data = keepaliveBound(settings, { ...context.system, unacknowledgedData: true });
  const subject: Subject = {
    settings: { ...settings, userTimeoutMs: settings.userTimeoutMs ?? 0 },
    idle,
    data,
    effectiveProbes: idle.schedule.length - 1 + idle.omittedSteps,
  };
  const found = RULES.map((rule) => rule(subject)).filter((finding) => finding !== undefined);
  const all = [...found, ...middleboxFindings(wholeMs(settings.idleMs), context.path)];
  return [...all.filter(isWarning), ...all.filter((finding) => !isWarning(finding))];
}

function isWarning({ severity }: KeepaliveFinding): boolean {
  return severity === "warning";
}

/** The user timeout at which the count of probes is what it says. */
function agreeingUserTimeoutMs({ idleMs, intervalMs, probes }: KeepaliveSettings): number {
  return wholeMs(idleMs) + wholeMs(intervalMs) * probes;
}

const noUserTimeout: Rule = ({ settings, idle, data }) => {
  if (settings.userTimeoutMs > 0 || data.detectionMs.worst <= idle.detectionMs.worst) return undefined;
  const worstMs = data.detectionMs.worst;
  return {
    code: "no-user-timeout",
    severity: "warning",
    message: `while sent data is unacknowledged keepalive is suspended: a lost peer is then found after up to ${seconds(worstMs)}, not ${seconds(idle.detectionMs.worst)}`,
    advice: `set userTimeoutMs to idleMs + intervalMs × probes, ${agreeingUserTimeoutMs(settings)} ms, or lower net.ipv4.tcp_retries2`,
    values: { idleWorstMs: idle.detectionMs.worst, unacknowledgedWorstMs: worstMs },
    evidence: measured(BOUND_TEST, "data, retries2 5"),
  };
};

const userTimeoutCutsProbes: Rule = ({ settings, idle, effectiveProbes }) => {
  if (settings.userTimeoutMs === 0 || effectiveProbes >= settings.probes) return undefined;
  const belowIdle = settings.userTimeoutMs < wholeMs(settings.idleMs);
  return {
    code: "user-timeout-cuts-probes",
    severity: "warning",
    message: `the user timeout replaces the count of probes: an idle connection dies after ${effectiveProbes} unanswered, not ${settings.probes}${belowIdle ? ", since it is over before the first goes out" : ""}`,
    advice: `set userTimeoutMs to ${agreeingUserTimeoutMs(settings)}, or probes to ${effectiveProbes} if that is meant`,
    values: {
      probes: settings.probes,
      effectiveProbes,
      idleWorstMs: idle.detectionMs.worst,
      agreeingUserTimeoutMs: agreeingUserTimeoutMs(settings),
    },
    evidence: measured(BOUND_TEST, belowIdle ? "user timeout below idle" : "user timeout below the probes"),
  };
};

const userTimeoutOutlastsProbes: Rule = ({ settings, idle, effectiveProbes }) => {
  if (effectiveProbes <= settings.probes) return undefined;
  return {
    code: "user-timeout-outlasts-probes",
    severity: "warning",
    message: `the user timeout replaces the count of probes: an idle connection dies after ${effectiveProbes} unanswered, not ${settings.probes}, so after up to ${seconds(idle.detectionMs.worst)}`,
    advice: `set userTimeoutMs to ${agreeingUserTimeoutMs(settings)}, or probes to ${effectiveProbes} if that is meant`,
    values: {
      probes: settings.probes,
      effectiveProbes,
      idleWorstMs: idle.detectionMs.worst,
      agreeingUserTimeoutMs: agreeingUserTimeoutMs(settings),
    },
    evidence: measured(BOUND_TEST, "user timeout above the probes"),
  };
};

const userTimeoutKillsSlowReader: Rule = ({ settings }) => {
  if (settings.userTimeoutMs === 0) return undefined;
  return {
    code: "user-timeout-kills-slow-reader",
    severity: "note",
    message: `a peer that lives, but reads nothing for ${seconds(settings.userTimeoutMs)} while data waits for it, is taken for dead`,
    advice: "make the user timeout longer than the peer may pause, or have it read all the time",
    values: { userTimeoutMs: settings.userTimeoutMs },
    evidence: measured(BOUND_TEST, "slow reader, user timeout 1000"),
  };
};

const singleProbe: Rule = ({ effectiveProbes }) => {
  if (effectiveProbes > 1) return undefined;
  return {
    code: "single-probe",
    severity: "warning",
    message: "one lost probe, or one lost answer, kills a healthy connection",
    advice: "allow at least 3 unanswered probes; shorten the interval to keep the detection time",
    values: { effectiveProbes },
    evidence: measured(BOUND_TEST, "outage, one probe"),
  };
};

const shortOutageKills: Rule = ({ settings, effectiveProbes }) => {
  const survivedMs = (effectiveProbes - 1) * wholeMs(settings.intervalMs);
  if (survivedMs >= ROUTE_CONVERGENCE_MS || effectiveProbes === 1) return undefined;
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

const intervalAboveIdle: Rule = ({ settings, idle }) => {
  const idleMs = wholeMs(settings.idleMs);
  const intervalMs = wholeMs(settings.intervalMs);
  if (intervalMs <= idleMs) return undefined;
  return {
    code: "interval-above-idle",
    severity: "note",
    message: `unanswered probes are ${seconds(intervalMs)} apart, answered ones only ${seconds(idleMs)}: a suspect peer is asked less often than a healthy one`,
    advice: "exchange them: fewer probes while all is well, and the same death found no later",
    values: { idleMs, intervalMs, idleWorstMs: idle.detectionMs.worst },
    evidence: measured(BOUND_TEST, "interval above idle"),
  };
};

const frequentProbes: Rule = ({ settings }) => {
  const idleMs = wholeMs(settings.idleMs);
  if (idleMs >= FREQUENT_BELOW_MS) return undefined;
  const probesPerDay = DAY_MS / idleMs;
  return {
    code: "frequent-probes",
    severity: "note",
    message: `an idle connection wakes both ends ${Math.round(probesPerDay)} times a day, which batteries and metered paths feel`,
    advice: `use idleMs of ${FREQUENT_BELOW_MS} or more unless you need to know so soon`,
    values: { probesPerDay, octetsPerDay: probesPerDay * 2 * TCP_SEGMENT_OCTETS },
    evidence: measured("benchmarks/results/reference.json", "tcp-keepalive"),
  };
};

const fractionOfSecond: Rule = ({ settings }) => {
  const { idleMs, intervalMs } = settings;
  if (idleMs % 1000 === 0 && intervalMs % 1000 === 0) return undefined;
  const silently =
    idleMs < 1000
      ? "Node's own setKeepAlive would leave the idle time unset, in silence"
      : "Node's own setKeepAlive would cut the fraction off";
  return {
    code: "fraction-of-second",
    severity: "note",
    message: `the kernel counts whole seconds: ${wholeMs(idleMs)} and ${wholeMs(intervalMs)} ms will hold; ${silently}`,
    advice: "give whole seconds",
    values: { idleMs: wholeMs(idleMs), intervalMs: wholeMs(intervalMs) },
    evidence: measured(
      "packages/transport-tcp-keepalive/test/keepalive-linter.e2e.test.ts",
      "what Node does with fractions of a second",
    ),
  };
};

const RULES: readonly Rule[] = [
  userTimeoutCutsProbes,
  userTimeoutOutlastsProbes,
  noUserTimeout,
  singleProbe,
  userTimeoutKillsSlowReader,
  shortOutageKills,
  intervalAboveIdle,
  frequentProbes,
  fractionOfSecond,
];
