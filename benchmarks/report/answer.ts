import { faults } from "../faults/index.js";
import { subjects } from "../subjects/index.js";
import { type Catalogue, catalogueOf, harmlessFaults, realFaults } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { heartbeatsIn } from "./claims/evidence.js";
import { isFlagged, livingPeers } from "./living-peers.js";
import { mistakesIn } from "./mistakes.js";
import type { FaultRow, Results } from "./results.js";
import { duration, list, octets } from "./words.js";

/**
 * The plain answer, made from the figures alone: what keepalive missed, what heartbeats found, who was
 * mistaken, what each costs. Sentences whose figures are missing are left out.
 */
export function answer(results: Results): string[] {
  const catalogue = catalogueOf(results);
  return [
    missed(results, catalogue),
    found(results, catalogue),
    mistaken(results, catalogue),
    cost(results),
    surprises(results, catalogue),
  ].filter((sentence) => sentence !== undefined);
}

function missed(results: Results, catalogue: Catalogue): string | undefined {
  const cells = cellsOf(results, "tcp-keepalive", realFaults(catalogue));
  if (cells.length === 0) return undefined;
  const unnoticed = cells.filter(({ detected }) => detected === 0);
  if (unnoticed.length === 0) return "TCP keepalive noticed every fault tried.";
  const reasons = new Map<string, string[]>();
  for (const cell of unnoticed) {
    const reason = excuse(cell, results);
    reasons.set(reason, [...(reasons.get(reason) ?? []), `"${catalogue.titleOfFault(cell.fault)}"`]);
  }
  const details = [...reasons].map(([reason, titles]) => `${list(titles)} (${reason})`);
  return `In ${duration(results.settings.waitMs)} TCP keepalive did not notice ${details.join("; ")}.`;
}

/** When it would have noticed, and why not sooner. */
function excuse({ subject, fault, predictedMs }: Cell, { settings }: Results): string {
  const when = predictedMs === null ? "never" : `after ${duration(predictedMs.best)} or more`;
  const effect = faults.find(({ name }) => name === fault)?.effect;
  const known = effect && subjects.find(({ name }) => name === subject)?.expectDetection(effect, settings);
  return known?.why === undefined ? when : `${when}: ${known.why}`;
}

/** A heartbeat that cannot notice a fault, and says so, did as it was expected to. */
function found(results: Results, catalogue: Catalogue): string | undefined {
  const cells = heartbeatsIn(results).flatMap(({ name }) => cellsOf(results, name, realFaults(catalogue)));
  const able = cells.filter(({ predictedMs }) => predictedMs !== null);
  if (able.length === 0) return undefined;
  const name = ({ subject, fault }: Cell) =>
    `${catalogue.titleOfSubject(subject)} at "${catalogue.titleOfFault(fault)}"`;
  const missing = able.filter(({ detected, count }) => detected < count);
  if (missing.length > 0) return `Not every heartbeat noticed every fault: ${list(missing.map(name))}.`;
  const slowest = Math.max(...able.map(({ latencyMs }) => latencyMs?.p95 ?? 0));
  const unable = cells.filter(({ predictedMs, detected }) => predictedMs === null && detected === 0);
  const but = unable.length === 0 ? "" : `; as predicted, not ${list(unable.map(name))}`;
  const count = new Set(able.map(({ fault }) => fault)).size;
  return `Every Heartwire heartbeat noticed all ${count} faults${unable.length === 0 ? "" : " it can see"}, 95 % of the links within ${duration(slowest)}${but}.`;
}

/** Who called a living peer dead. */
function mistaken(results: Results, catalogue: Catalogue): string | undefined {
  const harmless = new Set(harmlessFaults(catalogue).map(({ name }) => name));
  const trials = results.trials.filter(({ fault }) => harmless.has(fault));
  if (trials.length === 0) return undefined;
  const counted = catalogue.subjects.flatMap(
    ({ name }) =>
      mistakesIn(
        trials.filter(({ subject }) => subject === name),
        () => true,
      ) ?? [],
  );
  const guilty = counted.filter(({ mistakes }) => mistakes > 0);
  if (guilty.length === 0)
    return `Of ${trials.length} links with a living peer in trouble, none was called dead.`;
  const who = guilty.map(
    ({ subject, mistakes, links }) => `${catalogue.titleOfSubject(subject)} (${mistakes} of ${links} links)`,
  );
  return `Living peers were called dead by ${list(who)}.`;
}

function cost(results: Results): string | undefined {
  const perHour = (name: string) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row && row.perHour.out + row.perHour.in;
  };
  const keepalive = perHour("tcp-keepalive");
  if (keepalive === undefined) return undefined;
  const compared = heartbeatsIn(results)
    .flatMap(({ name, title }) => {
      const octetsPerHour = perHour(name);
      return octetsPerHour === undefined ? [] : [{ title, octetsPerHour }];
    })
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .map(({ title, octetsPerHour }) => `${title} ${octets(octetsPerHour)}`);
  return `Watching one idle peer costs keepalive ${octets(keepalive)} an hour on the wire, and the heartbeats: ${list(compared)}.`;
}

function surprises(results: Results, catalogue: Catalogue): string | undefined {
  const odd = catalogue.subjects
    .flatMap(({ name }) => cellsOf(results, name, realFaults(catalogue)))
    .filter((cell) => cell.surprises > 0);
  const which = [
    ...odd.map(({ subject, fault, surprises, count }) => `${subject} at ${fault} (${surprises} of ${count})`),
    ...livingPeers(results)
      .filter(isFlagged)
      .map(
        ({ subject, fault, called, links }) =>
          `${subject.name} at ${fault.name} (${called} of ${links} called dead)`,
      ),
  ];
  if (which.length === 0) return undefined;
  return `Outside the prediction, marked "!": ${list(which)}.`;
}

function cellsOf(results: Results, subject: string, among: readonly FaultRow[]): Cell[] {
  return among.flatMap(({ name }) => cellOf(results, subject, name) ?? []);
}
