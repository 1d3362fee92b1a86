import {
  KERNEL_TIMER_LATENESS,
  type KeepaliveSettings,
  keepalivePeriodMs,
  wholeSecondsMs,
} from "@heartwire/core";
import type { FindingEvidence, KeepaliveFinding } from "./keepalive-finding.js";
import { measured, PERIOD_TEST } from "./lint-subject.js";
import { MIDDLEBOXES, type Middlebox, type MiddleboxName } from "./middleboxes.js";

/** What decides how long the connection is silent. */
type Timing = Pick<KeepaliveSettings, "idleMs" | "intervalMs">;

const FORGOTTEN = measured("benchmarks/faults/nat-expired.ts", "nat-expired");
const PROXIED = measured("benchmarks/faults/silent-behind-proxy.ts", "silent-behind-proxy");
const documented = ({ source }: Middlebox): FindingEvidence => ({ kind: "documented", source });

/** What stands on the path, or might, and forgets the connection between two probes. */
export function middleboxFindings(
  timing: Timing,
  path: readonly MiddleboxName[] | undefined,
): readonly KeepaliveFinding[] {
  if (path === undefined) return unknownPath(timing);
  if (!Array.isArray(path)) {
    throw new TypeError(`path must be a list such as ["azure-load-balancer"], not ${JSON.stringify(path)}`);
  }
  const named = path as readonly MiddleboxName[];
  return named.flatMap((name) => {
    const middlebox: Middlebox | undefined = Object.hasOwn(MIDDLEBOXES, name) ? MIDDLEBOXES[name] : undefined;
    if (middlebox === undefined) {
      const known = Object.keys(MIDDLEBOXES).join(", ");
      throw new TypeError(
        `path must name middleboxes that are known (${known}), not ${JSON.stringify(name)}`,
      );
    }
    if (middlebox.keptBy === "data") return [endedProof(middlebox)];
    return forgets(timing, middlebox) ? [forgotten(timing, middlebox)] : [];
  });
}

/** The kernel's timer may be late by so much. */
function forgets(timing: Timing, { keptBy, idleTimeoutMs }: Middlebox): boolean {
  return keptBy === "any segment" && keepalivePeriodMs(timing) * (1 + KERNEL_TIMER_LATENESS) >= idleTimeoutMs;
}

/** The longest period, in whole seconds, whose probe comes in time even if late. */
function longestPeriodMs(idleTimeoutMs: number): number {
  return (Math.ceil(idleTimeoutMs / (1 + KERNEL_TIMER_LATENESS) / 1000) - 1) * 1000;
}

/** Both settings make the silence: whichever is too long must go. */
function advice({ idleMs, intervalMs }: Timing, mostMs: number): string {
  const tooLong = [...(idleMs > mostMs ? ["idleMs"] : []), ...(intervalMs > mostMs ? ["intervalMs"] : [])];
  return `set ${tooLong.join(" and ")} to ${mostMs} or less`;
}

function values(timing: Timing, idleTimeoutMs: number) {
  return {
    idleMs: wholeSecondsMs(timing.idleMs),
    intervalMs: wholeSecondsMs(timing.intervalMs),
    periodMs: keepalivePeriodMs(timing),
    idleTimeoutMs,
    longestPeriodMs: longestPeriodMs(idleTimeoutMs),
  };
}

function forgotten(timing: Timing, middlebox: Middlebox): KeepaliveFinding {
  const { title, idleTimeoutMs } = middlebox;
  return {
    code: "middlebox-forgets",
    severity: "warning",
    message: `${title} forgets a connection after ${idleTimeoutMs / 1000} s of silence by default, and a probe comes only after ${keepalivePeriodMs(timing) / 1000} s: it may find nothing there`,
    advice: advice(timing, longestPeriodMs(idleTimeoutMs)),
    values: values(timing, idleTimeoutMs),
    evidence: [documented(middlebox), ...FORGOTTEN, ...measured(PERIOD_TEST, "interval above idle")],
  };
}

function endedProof(middlebox: Middlebox): KeepaliveFinding {
  const { title, idleTimeoutMs } = middlebox;
  return {
    code: "proxy-ends-proof",
    severity: "warning",
    message: `${title} ends the connection and answers probes itself: they prove nothing of what is behind, and do not reset its idle time-out of ${idleTimeoutMs / 1000} s by default`,
    advice: "send heartbeats as data, end to end, more often than its idle time-out",
    values: { idleTimeoutMs },
    evidence: [documented(middlebox), ...PROXIED],
  };
}

function unknownPath(timing: Timing): readonly KeepaliveFinding[] {
  const all: readonly Middlebox[] = Object.values(MIDDLEBOXES);
  const forgetful = all
    .filter((middlebox) => forgets(timing, middlebox))
    .sort((one, other) => one.idleTimeoutMs - other.idleTimeoutMs);
  if (forgetful[0] === undefined) return [];
  const shortestMs = forgetful[0].idleTimeoutMs;
  const list = forgetful.map(({ title, idleTimeoutMs }) => `${title} (${idleTimeoutMs / 1000} s)`).join(", ");
  return [
    {
      code: "middlebox-forgets",
      severity: "note",
      message: `a probe comes only after ${keepalivePeriodMs(timing) / 1000} s of silence; if one of these stands on the path, it has forgotten the connection by then: ${list}`,
      advice: `${advice(timing, longestPeriodMs(shortestMs))}, or say what stands on the path`,
      values: values(timing, shortestMs),
      evidence: [...forgetful.map(documented), ...FORGOTTEN, ...measured(PERIOD_TEST, "interval above idle")],
    },
  ];
}
