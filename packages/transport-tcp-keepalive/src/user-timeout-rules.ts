import { wholeSecondsMs } from "@heartwire/core";
import { BOUND_TEST, type LintRule, type LintSubject, measured, seconds } from "./lint-subject.js";
import { userTimeoutAgreement } from "./user-timeout-agreement.js";

const noUserTimeout: LintRule = ({ settings, idle, data }) => {
  if (settings.userTimeoutMs > 0 || data.detectionMs.worst <= idle.detectionMs.worst) return undefined;
  const worstMs = data.detectionMs.worst;
  const { text, values } = agreement(settings);
  return {
    code: "no-user-timeout",
    severity: "warning",
    message: `while sent data is unacknowledged keepalive is suspended: a lost peer is then found after up to ${seconds(worstMs)}, not ${seconds(idle.detectionMs.worst)}`,
    advice: `${text}, or lower net.ipv4.tcp_retries2`,
    values: { ...values, idleWorstMs: idle.detectionMs.worst, unacknowledgedWorstMs: worstMs },
    evidence: measured(BOUND_TEST, "data, retries2 5"),
  };
};

const userTimeoutCutsProbes: LintRule = (subject) => {
  const { settings, unanswered } = subject;
  if (settings.userTimeoutMs === 0 || unanswered.fewest >= settings.probes) return undefined;
  const belowIdle = settings.userTimeoutMs < wholeSecondsMs(settings.idleMs);
  const onlyLate = unanswered.most >= settings.probes;
  const why = belowIdle
    ? ", since it is over before the first goes out"
    : onlyLate
      ? ": the kernel's timers may be late, and reach it sooner"
      : "";
  return {
    ...replacedCount(subject),
    code: "user-timeout-cuts-probes",
    message: `${REPLACES} ${many(subject)} unanswered, not ${settings.probes}${why}`,
    evidence: measured(BOUND_TEST, scenarioOf(belowIdle, onlyLate)),
  };
};

const userTimeoutOutlastsProbes: LintRule = (subject) => {
  const { settings, unanswered, idle } = subject;
  if (settings.userTimeoutMs === 0 || unanswered.most <= settings.probes) return undefined;
  return {
    ...replacedCount(subject),
    code: "user-timeout-outlasts-probes",
    message: `${REPLACES} ${many(subject)} unanswered, not ${settings.probes}, so after up to ${seconds(idle.detectionMs.worst)}`,
    evidence: measured(BOUND_TEST, "user timeout above the probes"),
  };
};

const userTimeoutKillsSlowReader: LintRule = ({ settings }) => {
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

/** In the order in which they are told. */
export const USER_TIMEOUT_RULES: readonly LintRule[] = [
  userTimeoutCutsProbes,
  userTimeoutOutlastsProbes,
  noUserTimeout,
  userTimeoutKillsSlowReader,
];

const REPLACES = "the user timeout replaces the count of probes: an idle connection dies after";

function scenarioOf(belowIdle: boolean, onlyLate: boolean): string {
  if (belowIdle) return "user timeout below idle";
  return onlyLate ? "user timeout reached by late timers" : "user timeout below the probes";
}

function many({ unanswered: { fewest, most } }: LintSubject): string {
  return fewest === most ? `${most}` : `${fewest} to ${most}`;
}

/** What the findings of a count that does not hold have in common. */
function replacedCount({ settings, unanswered, idle }: LintSubject) {
  const { text, values } = agreement(settings);
  const { fewest, most } = unanswered;
  const meant = fewest === most ? `, or probes to ${most} if that is meant` : "";
  return {
    severity: "warning",
    advice: `${text}${meant}`,
    values: {
      ...values,
      probes: settings.probes,
      fewestProbes: fewest,
      mostProbes: most,
      idleWorstMs: idle.detectionMs.worst,
    },
  } as const;
}

function agreement(settings: LintSubject["settings"]) {
  const agreed = userTimeoutAgreement(settings);
  if (agreed === undefined) {
    return { values: {}, text: "shorten idleMs: no user timeout can be as long" };
  }
  const { userTimeoutMs, intervalMs, probes, asGiven } = agreed;
  const values = {
    agreeingUserTimeoutMs: userTimeoutMs,
    agreeingIntervalMs: intervalMs,
    agreeingProbes: probes,
  };
  if (asGiven) return { values, text: `set userTimeoutMs to ${userTimeoutMs}` };
  const changes = [
    ...(intervalMs === settings.intervalMs ? [] : [`intervalMs to ${intervalMs}`]),
    ...(probes === settings.probes ? [] : [`probes to ${probes}`]),
    `userTimeoutMs to ${userTimeoutMs}`,
  ];
  const none = `no user timeout makes it ${settings.probes} for certain, since late timers reach it a probe sooner`;
  return { values, text: `${none}: set ${changes.join(", ")}` };
}
