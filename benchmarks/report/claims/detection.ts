import { catalogueOf } from "../catalogue.js";
import type { FaultRow, Results } from "../results.js";
import { chosen, duration, list } from "../words.js";
import {
  all,
  type Claim,
  inFigures,
  type Judgement,
  KEEPALIVE,
  noticed,
  noticedByFault,
  notMeasured,
  ofKind,
  pooled,
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
  const each = noticedByFault(results, KEEPALIVE, ofKind("process-ended"));
  if (crash.medianMs === undefined) return { verdict: "false", figures: `noticed ${each}` };
  const { intervalMs } = results.settings;
  const beforeAnyProbe = crash.medianMs < intervalMs;
  const credit = beforeAnyProbe
    ? `; but that is before the first probe (${chosen(intervalMs)}): the ending process's kernel closes the connection, with keepalive or without`
    : "";
  return {
    verdict: beforeAnyProbe || !all(crash) ? "depends" : "true",
    figures: `noticed ${each}${credit}`,
  };
}

function judgeCut(results: Results): Judgement {
  const idle = noticed(results, KEEPALIVE, silentCut(false));
  const inFlight = noticed(results, KEEPALIVE, silentCut(true));
  if (idle === undefined || inFlight === undefined) {
    return notMeasured("a silent cut was not tried on keepalive both while idle and with data in flight");
  }
  const wait = chosen(results.settings.waitMs);
  return {
    verdict: verdictOf([all(idle), all(inFlight)]),
    figures: `within ${wait}: idle${pooled(results, silentCut(false))}, on ${inFigures(idle)}; with unacknowledged data, on ${inFigures(inFlight)}${suspended(results)}`,
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

/** A reboot is two faults: a cut while the host is away, and a stranger at its address thereafter. */
function judgeReboot(results: Results): Judgement {
  const reboot = noticed(results, KEEPALIVE, ofKind("host-rebooted"));
  if (reboot === undefined) return notMeasured("no host was rebooted under keepalive");
  const cut = noticed(results, KEEPALIVE, silentCut(false));
  const longer =
    cut === undefined
      ? "which was not tried"
      : `noticed, while idle${pooled(results, silentCut(false))}, on ${inFigures(cut)}`;
  return {
    verdict:
      reboot.detected === 0 ? "false" : verdictOf([all(reboot), ...(cut === undefined ? [] : [all(cut)])]),
    figures: `a host that is back at once, with a new network stack, and refuses what it does not remember was noticed on ${inFigures(reboot)}; one that is away for longer is a cut until then, ${longer}`,
  };
}

const natExpiry = (effect: FaultRow["effect"]) => effect.kind === "harmless" && effect.by === "nat";

/**
 * Survival shows only that probes came sooner than the mapping's timeout. Whether they do is a matter of settings: at
 * the kernel's own they begin after two hours.
 */
function judgeNat(results: Results): Judgement {
  const faults = catalogueOf(results).faults.filter(({ effect }) => natExpiry(effect));
  const names = new Set(faults.map(({ name }) => name));
  const outlived = (subject: string) => {
    const trials = results.trials.filter((trial) => trial.subject === subject && names.has(trial.fault));
    const count = trials.filter(({ detected, mistakes }) => !detected && mistakes === 0).length;
    return { count, of: trials.length };
  };
  const { count, of } = outlived(KEEPALIVE);
  if (of === 0) return notMeasured("keepalive was not tried behind a NAT whose mappings expire");
  const [timeoutMs] = faults.flatMap(({ effect }) =>
    effect.kind === "harmless" ? (effect.forMs ?? []) : [],
  );
  const silent = results.trials.filter(({ kind, fault }) => kind === "control" && names.has(fault));
  const lost = silent.filter(({ detected }) => detected).length;
  if (silent.length > 0 && lost === 0) {
    return notMeasured(`the NAT forgot nothing: all of ${silent.length} silent connections outlived it too`);
  }
  const control =
    silent.length === 0
      ? ""
      : `, and ${silent.length - lost} of ${silent.length} silent ones (${list(catalogueOf(results).controls.map(({ title }) => title))})`;
  const timeout =
    timeoutMs === undefined ? "the mapping's timeout" : `the mapping's timeout of ${chosen(timeoutMs)}`;
  const idleS = results.environment.kernelKeepalive?.idleS;
  const soonEnough = idleS !== undefined && timeoutMs !== undefined && idleS * 1000 < timeoutMs;
  const atDefaults = idleS === undefined ? "" : `; the kernel's own idle time is ${idleS} s`;
  return {
    verdict: count === 0 ? "false" : count === of && soonEnough ? "true" : "depends",
    figures: `only if its idle time is shorter than the mapping's timeout: idle for ${chosen(results.settings.intervalMs)}, ${count} of ${of} connections outlived ${timeout}${control}${atDefaults}`,
  };
}
