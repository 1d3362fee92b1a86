import { type Catalogue, catalogueOf, realFaults } from "./catalogue.js";
import { type Cell, cellOf } from "./cells.js";
import { heartbeatsIn, KEEPALIVE } from "./claims/evidence.js";
import { isFlagged, type LivingPeers, livingPeers } from "./living-peers.js";
import type { FaultRow, Results } from "./results.js";
import { whyNotNoticed } from "./why.js";
import { deviationOf, deviationText, FRAME_NOTE, volumeOf } from "./wire.js";
import { chosen, counted, duration, list, octets } from "./words.js";

/**
 * The plain answer, made from the figures alone: what keepalive missed, what heartbeats found, who was
 * mistaken, what each costs. Sentences whose figures are missing are left out.
 */
export function answer(results: Results): string[] {
  const catalogue = catalogueOf(results);
  return [
    missed(results, catalogue),
    found(results, catalogue),
    mistaken(results),
    cost(results),
    surprises(results, catalogue),
  ].filter((sentence) => sentence !== undefined);
}

function missed(results: Results, catalogue: Catalogue): string | undefined {
  const cells = cellsOf(results, KEEPALIVE, realFaults(catalogue));
  if (cells.length === 0) return undefined;
  const unnoticed = cells.filter(({ detected }) => detected === 0);
  if (unnoticed.length === 0) return "TCP keepalive noticed every fault tried.";
  const reasons = new Map<string, string[]>();
  for (const cell of unnoticed) {
    const reason = excuse(cell, results);
    reasons.set(reason, [...(reasons.get(reason) ?? []), `"${catalogue.titleOfFault(cell.fault)}"`]);
  }
  const details = [...reasons].map(([reason, titles]) => `${list(titles)} (${reason})`);
  return `In ${chosen(results.settings.waitMs)} TCP keepalive did not notice ${details.join("; ")}.`;
}

/** When it would have noticed, and why not sooner. */
function excuse({ subject, fault, predictedMs }: Cell, results: Results): string {
  const when = predictedMs === null ? "never" : `after ${duration(predictedMs.best)} or more`;
  const why = whyNotNoticed(results, subject, fault);
  return why === undefined ? when : `${when}: ${why}`;
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
  const tried = count === 1 ? "the fault" : `all ${counted(count, "fault")}`;
  return `Every Heartwire heartbeat noticed ${tried}${unable.length === 0 ? "" : " it can see"}, 95 % of the links within ${duration(slowest)}${but}.`;
}

/** Who called a living peer dead, by what it suffered: mistakes of unlike conditions have no common rate. */
function mistaken(results: Results): string | undefined {
  const all = livingPeers(results).filter(({ subject }) => subject.kind !== "control");
  if (all.length === 0) return undefined;
  const links = all.reduce((sum, each) => sum + each.links, 0);
  const own = byFault(all, "by", ({ called, byOtherEnd }) => called - byOtherEnd);
  const theirs = byFault(all, "on", ({ byOtherEnd }) => byOtherEnd);
  const sentences = [
    own === undefined
      ? `Of ${links} links with a living peer in trouble, none was called dead by who watched it.`
      : `Living peers were called dead: ${own}.`,
    ...(theirs === undefined ? [] : [`The other end hung up, as it did not hear us: ${theirs}.`]),
  ];
  return sentences.join(" ");
}

/** `at "20 % of packets are lost" by MQTT.js (1 of 10)`, for each fault with any; undefined without. */
function byFault(
  all: readonly LivingPeers[],
  preposition: "by" | "on",
  countOf: (peers: LivingPeers) => number,
): string | undefined {
  const found = new Map<string, string[]>();
  for (const peers of all.filter((each) => countOf(each) > 0)) {
    const who = `${peers.subject.title} (${countOf(peers)} of ${peers.links})`;
    found.set(peers.fault.title, [...(found.get(peers.fault.title) ?? []), who]);
  }
  if (found.size === 0) return undefined;
  return [...found].map(([fault, who]) => `at "${fault}" ${preposition} ${list(who)}`).join("; ");
}

function cost(results: Results): string | undefined {
  const volume = (name: string) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row && volumeOf(row).together;
  };
  const keepalive = volume(KEEPALIVE);
  if (keepalive === undefined) return undefined;
  const compared = heartbeatsIn(results)
    .flatMap(({ name, title }) => {
      const octetsPerHour = volume(name);
      return octetsPerHour === undefined ? [] : [{ title, octetsPerHour }];
    })
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .map(({ title, octetsPerHour }) => `${title} ${octets(octetsPerHour)}`);
  if (compared.length === 0) return undefined;
  return `Watching one idle peer costs keepalive ${octets(keepalive)} an hour on the wire, and the heartbeats: ${list(compared)} (${FRAME_NOTE}).`;
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
    ...catalogue.subjects.flatMap((subject) => {
      const row = results.wire.find((wire) => wire.subject === subject.name);
      const deviation = row && deviationOf(row, subject);
      return deviation?.flagged
        ? [`the octets of ${subject.name} (${deviationText({ ...deviation, flagged: false })})`]
        : [];
    }),
  ];
  if (which.length === 0) return undefined;
  return `Outside the prediction, marked "!": ${list(which)}.`;
}

function cellsOf(results: Results, subject: string, among: readonly FaultRow[]): Cell[] {
  return among.flatMap(({ name }) => cellOf(results, subject, name) ?? []);
}
