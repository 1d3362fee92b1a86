import { catalogueOf } from "../catalogue.js";
import type { FaultRow, Results } from "../results.js";
import { duration } from "../words.js";
import {
  all,
  type Claim,
  inFigures,
  type Judgement,
  KEEPALIVE,
  noticed,
  notMeasured,
  ofKind,
  silentCut,
  verdictOf,
} from "./evidence.js";

/** What keepalive finds. */
export const detectionClaims: readonly Claim[] = [
  { id: "crashed-process", claim: "Keepalive finds a crashed process", judge: judgeCrash },
  { id: "network-cut", claim: "Keepalive finds a network cut", judge: judgeCut },
  { id: "reboot", claim: "Keepalive finds a reboot", judge: judgeReboot },
  { id: "nat", claim: "Keepalive keeps NAT mappings alive", judge: judgeNat },
];

/** A crash is told by the closing of sockets, before a probe could be sent: then keepalive deserves no credit. */
function judgeCrash(results: Results): Judgement {
  const crash = noticed(results, KEEPALIVE, ofKind("process-ended"));
  if (crash === undefined) return notMeasured("no process was made to crash under keepalive");
  if (crash.medianMs === undefined) return { verdict: "false", figures: `noticed on ${inFigures(crash)}` };
  const { intervalMs } = results.settings;
  const beforeAnyProbe = crash.medianMs < intervalMs;
  const credit = beforeAnyProbe
    ? `; but that is before the first probe (${duration(intervalMs)}): the dying process's kernel closes the connection, with keepalive or without`
    : "";
  return {
    verdict: beforeAnyProbe || !all(crash) ? "depends" : "true",
    figures: `noticed on ${inFigures(crash)}${credit}`,
  };
}

function judgeCut(results: Results): Judgement {
  const idle = noticed(results, KEEPALIVE, silentCut(false));
  const inFlight = noticed(results, KEEPALIVE, silentCut(true));
  if (idle === undefined || inFlight === undefined) {
    return notMeasured("a silent cut was not tried on keepalive both while idle and with data in flight");
  }
  const wait = duration(results.settings.waitMs);
  return {
    verdict: verdictOf([all(idle), all(inFlight)]),
    figures: `within ${wait}: idle, on ${inFigures(idle)}; with unacknowledged data, on ${inFigures(inFlight)}${suspended(results)}`,
  };
}

function suspended(results: Results): string {
  const faults = new Set(
    catalogueOf(results)
      .faults.filter(({ effect }) => silentCut(true)(effect))
      .map(({ name }) => name),
  );
  const predicted = results.trials.find(
    ({ subject, fault, detected }) => subject === KEEPALIVE && faults.has(fault) && !detected,
  )?.predictedMs;
  if (!predicted) return "";
  return ` (predicted after ${duration(predicted.best)} or more: data in flight suspends the probes)`;
}

function judgeReboot(results: Results): Judgement {
  const reboot = noticed(results, KEEPALIVE, ofKind("host-rebooted"));
  if (reboot === undefined) return notMeasured("no host was rebooted under keepalive");
  return { verdict: verdictOf([all(reboot)]), figures: `noticed on ${inFigures(reboot)}` };
}

const natExpiry = (effect: FaultRow["effect"]) => effect.kind === "harmless" && effect.by === "nat";

function judgeNat(results: Results): Judgement {
  const faults = new Set(
    catalogueOf(results)
      .faults.filter(({ effect }) => natExpiry(effect))
      .map(({ name }) => name),
  );
  const trials = results.trials.filter(({ subject, fault }) => subject === KEEPALIVE && faults.has(fault));
  if (trials.length === 0) return notMeasured("keepalive was not tried behind a NAT whose mappings expire");
  const silent = results.trials.filter(({ kind, fault }) => kind === "control" && faults.has(fault));
  const lost = silent.filter(({ detected }) => detected).length;
  if (silent.length > 0 && lost === 0) {
    return notMeasured(`the NAT forgot nothing: all of ${silent.length} silent connections outlived it too`);
  }
  const control = silent.length === 0 ? "" : `; of ${silent.length} silent ones ${silent.length - lost} did`;
  const survived = trials.map(({ detected, mistakes }) => !detected && mistakes === 0);
  const count = survived.filter(Boolean).length;
  return {
    verdict: verdictOf(survived),
    figures: `${count} of ${trials.length} idle connections outlived the mapping's timeout, probing every ${duration(results.settings.intervalMs)}${control}`,
  };
}
