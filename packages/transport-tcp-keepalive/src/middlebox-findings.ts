import { KERNEL_TIMER_LATENESS } from "@heartwire/core";
import type { FindingEvidence, KeepaliveFinding } from "./keepalive-finding.js";
import { MIDDLEBOXES, type Middlebox, type MiddleboxName } from "./middleboxes.js";

const FORGOTTEN: FindingEvidence = {
  kind: "measured",
  file: "benchmarks/faults/nat-expired.ts",
  scenario: "nat-expired",
};
const PROXIED: FindingEvidence = {
  kind: "measured",
  file: "benchmarks/faults/silent-behind-proxy.ts",
  scenario: "silent-behind-proxy",
};
const documented = ({ source }: Middlebox): FindingEvidence => ({ kind: "documented", source });

/** What stands on the path, or might, and forgets the connection between two probes. */
export function middleboxFindings(
  idleMs: number,
  path: readonly MiddleboxName[] | undefined,
): readonly KeepaliveFinding[] {
  if (path === undefined) return unknownPath(idleMs);
  return path.flatMap((name) => {
    const middlebox: Middlebox | undefined = Object.hasOwn(MIDDLEBOXES, name) ? MIDDLEBOXES[name] : undefined;
    if (middlebox === undefined) {
      const known = Object.keys(MIDDLEBOXES).join(", ");
      throw new TypeError(
        `path must name middleboxes that are known (${known}), not ${JSON.stringify(name)}`,
      );
    }
    if (middlebox.keptBy === "data") return [endedProof(middlebox)];
    return forgets(idleMs, middlebox) ? [forgotten(idleMs, middlebox)] : [];
  });
}

/** The kernel's timer may be late by so much. */
const latestProbeMs = (idleMs: number): number => idleMs * (1 + KERNEL_TIMER_LATENESS);

function forgets(idleMs: number, { keptBy, idleTimeoutMs }: Middlebox): boolean {
  return keptBy === "any segment" && latestProbeMs(idleMs) >= idleTimeoutMs;
}

/** The longest idle time, in whole seconds, whose probe comes in time even if late. */
function longestIdleMs(idleTimeoutMs: number): number {
  return (Math.ceil(idleTimeoutMs / (1 + KERNEL_TIMER_LATENESS) / 1000) - 1) * 1000;
}

function forgotten(idleMs: number, middlebox: Middlebox): KeepaliveFinding {
  const { title, idleTimeoutMs } = middlebox;
  return {
    code: "middlebox-forgets",
    severity: "warning",
    message: `${title} forgets a connection after ${idleTimeoutMs / 1000} s of silence by default, and the first probe comes after ${idleMs / 1000} s: it may find nothing there`,
    advice: `set idleMs to ${longestIdleMs(idleTimeoutMs)} or less`,
    values: { idleMs, idleTimeoutMs, longestIdleMs: longestIdleMs(idleTimeoutMs) },
    evidence: [documented(middlebox), FORGOTTEN],
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
    evidence: [documented(middlebox), PROXIED],
  };
}

function unknownPath(idleMs: number): readonly KeepaliveFinding[] {
  const all: readonly Middlebox[] = Object.values(MIDDLEBOXES);
  const forgetful = all.filter((middlebox) => forgets(idleMs, middlebox));
  const shortestMs = Math.min(...forgetful.map(({ idleTimeoutMs }) => idleTimeoutMs));
  if (forgetful.length === 0) return [];
  const list = forgetful.map(({ title, idleTimeoutMs }) => `${title} (${idleTimeoutMs / 1000} s)`).join(", ");
  return [
    {
      code: "middlebox-forgets",
      severity: "note",
      message: `the first probe comes after ${idleMs / 1000} s of silence; if one of these stands on the path, it has forgotten the connection by then: ${list}`,
      advice: `set idleMs to ${longestIdleMs(shortestMs)} or less, or say what stands on the path`,
      values: { idleMs, idleTimeoutMs: shortestMs, longestIdleMs: longestIdleMs(shortestMs) },
      evidence: [...forgetful.map(documented), FORGOTTEN],
    },
  ];
}
