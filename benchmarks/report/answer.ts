import { faults } from "../faults/index.js";
import { subjects } from "../subjects/index.js";
import { type Cell, cellOf } from "./cells.js";
import type { Results } from "./results.js";
import { duration, list, octets } from "./words.js";

/**
 * The plain answer, made from the figures alone: what keepalive missed, what heartbeats found, what each
 * costs. Sentences whose figures are missing are left out.
 */
export function answer(results: Results): string[] {
  return [missed(results), found(results), cost(results), surprises(results)].filter(
    (sentence) => sentence !== undefined,
  );
}

function missed(results: Results): string | undefined {
  const cells = cellsOf(results, "tcp-keepalive");
  if (cells.length === 0) return undefined;
  const unnoticed = cells.filter(({ detected }) => detected === 0);
  if (unnoticed.length === 0) return "TCP keepalive noticed every fault tried.";
  const details = unnoticed.map((cell) => `"${titleOf(cell.fault)}" (${excuse(cell, results)})`);
  return `In ${duration(results.settings.waitMs)} TCP keepalive did not notice ${list(details)}.`;
}

/** When it would have noticed, and why not sooner. */
function excuse({ subject, fault }: Cell, { settings }: Results): string {
  const effect = faults.find(({ name }) => name === fault)?.effect;
  const expected = effect && subjects.find(({ name }) => name === subject)?.expectDetection(effect, settings);
  if (expected === undefined) return "nobody expected anything";
  const when = expected.kind === "never" ? "never" : `after ${duration(expected.bestMs)} or more`;
  return expected.why === undefined ? when : `${when}: ${expected.why}`;
}

function found(results: Results): string | undefined {
  const heartbeats = heartbeatNames().flatMap((name) => cellsOf(results, name));
  if (heartbeats.length === 0) return undefined;
  const missing = heartbeats.filter(({ detected, count }) => detected < count);
  if (missing.length > 0) {
    const which = missing.map(({ subject, fault }) => `${subject} at "${titleOf(fault)}"`);
    return `Not every heartbeat noticed every fault: ${list(which)}.`;
  }
  const slowest = Math.max(...heartbeats.map(({ latencyMs }) => latencyMs?.p95 ?? 0));
  const faultCount = new Set(heartbeats.map(({ fault }) => fault)).size;
  return `Every Heartwire heartbeat noticed all ${faultCount} faults, 95 % of the links within ${duration(slowest)}.`;
}

function cost(results: Results): string | undefined {
  const perHour = (name: string) => {
    const row = results.wire.find(({ subject }) => subject === name);
    return row && row.perHour.out + row.perHour.in;
  };
  const keepalive = perHour("tcp-keepalive");
  if (keepalive === undefined) return undefined;
  const compared = heartbeatNames()
    .flatMap((name) => {
      const octetsPerHour = perHour(name);
      return octetsPerHour === undefined ? [] : [{ name, octetsPerHour }];
    })
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .map(({ name, octetsPerHour }) => `${titleOfSubject(name)} ${octets(octetsPerHour)}`);
  return `Watching one idle peer costs keepalive ${octets(keepalive)} an hour on the wire, and the heartbeats: ${list(compared)}.`;
}

function surprises(results: Results): string | undefined {
  const odd = subjects.flatMap(({ name }) => cellsOf(results, name)).filter((cell) => cell.surprises > 0);
  if (odd.length === 0) return undefined;
  const which = odd.map(
    ({ subject, fault, surprises, count }) => `${subject} at ${fault} (${surprises} of ${count})`,
  );
  return `Outside the prediction, marked "!": ${list(which)}.`;
}

function heartbeatNames(): string[] {
  return subjects
    .filter(({ kind, proves }) => kind === "heartwire" && proves !== "connection")
    .map(({ name }) => name);
}

function cellsOf(results: Results, subject: string): Cell[] {
  return faults.flatMap(({ name }) => cellOf(results, subject, name) ?? []);
}

function titleOf(fault: string): string {
  return faults.find(({ name }) => name === fault)?.title ?? fault;
}

function titleOfSubject(subject: string): string {
  return subjects.find(({ name }) => name === subject)?.title ?? subject;
}
