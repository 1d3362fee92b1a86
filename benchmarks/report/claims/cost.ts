import type { CostRow, Results } from "../results.js";
import { list, octets } from "../words.js";
import { type Claim, heartbeatsIn, type Judgement, KEEPALIVE, notMeasured, verdictOf } from "./evidence.js";

/** What keepalive and heartbeats cost. */
export const costClaims: readonly Claim[] = [
  { id: "fewer-octets", claim: "Keepalive needs fewer octets than a heartbeat", judge: judgeOctets },
  { id: "kernel-cheaper", claim: "The kernel does it cheaper than an application", judge: judgeCpu },
];

function judgeOctets(results: Results): Judgement {
  const perHour = (name: string) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row && row.perHour.out + row.perHour.in;
  };
  const keepalive = perHour(KEEPALIVE);
  const heartbeats = heartbeatsIn(results).flatMap(({ name, title }) => {
    const each = perHour(name);
    return each === undefined ? [] : [{ title, octetsPerHour: each }];
  });
  if (keepalive === undefined || heartbeats.length === 0) {
    return notMeasured("the octets of keepalive and of a heartbeat were not both counted");
  }
  const compared = [...heartbeats]
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .map(
      ({ title, octetsPerHour }) =>
        `${title} ${octets(octetsPerHour)} (${(octetsPerHour / keepalive).toFixed(2)} ×)`,
    );
  return {
    verdict: verdictOf(heartbeats.map(({ octetsPerHour }) => keepalive < octetsPerHour)),
    figures: `an idle hour costs keepalive ${octets(keepalive)}, ${list(compared)}`,
  };
}

/** Rows of CPU time that have keepalive and at least one heartbeat of ours under one name. */
function judgeCpu(results: Results): Judgement {
  const heartbeats = new Map(heartbeatsIn(results).map(({ name, title }) => [name, title]));
  for (const keepalive of results.cost) {
    if (keepalive.subject !== KEEPALIVE || !isCpuTime(keepalive)) continue;
    const others = results.cost.filter(
      ({ name, subject }) => name === keepalive.name && subject !== undefined && heartbeats.has(subject),
    );
    if (others.length === 0) continue;
    const compared = others.map(
      ({ subject, value, unit }) => `${heartbeats.get(subject ?? "")} ${rounded(value)} ${unit}`,
    );
    return {
      verdict: verdictOf(others.map(({ value }) => keepalive.value < value)),
      figures: `${keepalive.name}: keepalive ${rounded(keepalive.value)} ${keepalive.unit}, ${list(compared)}`,
    };
  }
  return notMeasured("no row of CPU time has both keepalive and a heartbeat");
}

function rounded(value: number): string {
  return value.toPrecision(2);
}

function isCpuTime({ name, unit }: CostRow): boolean {
  return /\bcpu\b/i.test(name) && /^(ns|µs|us|ms|s)\b/.test(unit);
}
