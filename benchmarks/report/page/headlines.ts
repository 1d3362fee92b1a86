import { catalogueOf, harmlessFaults } from "../catalogue.js";
import { heartbeatsIn, KEEPALIVE, noticed, noticedByEach, ofKind, silentCut } from "../claims/evidence.js";
import { mistakesIn } from "../mistakes.js";
import type { FaultRow, Results } from "../results.js";
import { duration, octets } from "../words.js";

/** A figure that stands for the whole, and what it is. */
export interface Headline {
  readonly figure: string;
  readonly words: string;
}

/** The figures to remember; those that were not measured are left out. */
export function headlines(results: Results): Headline[] {
  return [
    against(results, ofKind("process-hung"), "a hung process"),
    against(results, silentCut(true), "a cut with data in flight"),
    octetsSaved(results),
    mistakes(results),
  ].filter((headline) => headline !== undefined);
}

function against(
  results: Results,
  matches: (effect: FaultRow["effect"]) => boolean,
  what: string,
): Headline | undefined {
  const keepalive = noticed(results, KEEPALIVE, matches);
  const heartbeats = noticedByEach(results, heartbeatsIn(results), matches);
  if (keepalive === undefined || heartbeats.length === 0) return undefined;
  const detected = heartbeats.reduce((sum, each) => sum + each.detected, 0);
  const count = heartbeats.reduce((sum, each) => sum + each.count, 0);
  const medians = heartbeats.flatMap(({ medianMs }) => medianMs ?? []);
  const slowest = medians.length === 0 ? "" : `, medians up to ${duration(Math.max(...medians))}`;
  return {
    figure: `${keepalive.detected} / ${keepalive.count}`,
    words: `times TCP keepalive noticed ${what} within ${duration(results.settings.waitMs)}. Our heartbeats: ${detected} / ${count}${slowest}`,
  };
}

function octetsSaved(results: Results): Headline | undefined {
  const titles = new Map(heartbeatsIn(results).map(({ name, title }) => [name, title]));
  const rows = results.wire.map(({ subject, perHour }) => ({ subject, octets: perHour.out + perHour.in }));
  const keepalive = rows.find(({ subject }) => subject === KEEPALIVE);
  const [cheapest] = rows.filter(({ subject }) => titles.has(subject)).sort((a, b) => a.octets - b.octets);
  if (keepalive === undefined || cheapest === undefined) return undefined;
  return {
    figure: `${(cheapest.octets / keepalive.octets).toFixed(2)} ×`,
    words: `the octets of keepalive is what ${titles.get(cheapest.subject)} needs: ${octets(cheapest.octets)} an hour against ${octets(keepalive.octets)}`,
  };
}

function mistakes(results: Results): Headline | undefined {
  const catalogue = catalogueOf(results);
  const harmless = new Set(harmlessFaults(catalogue).map(({ name }) => name));
  const count = (belongs: (trial: Results["trials"][number]) => boolean) =>
    mistakesIn(
      results.trials.filter((trial) => belongs(trial) && harmless.has(trial.fault)),
      (fault) => harmless.has(fault),
    );
  const heartbeats = new Set(heartbeatsIn(results).map(({ name }) => name));
  const ours = count(({ subject }) => heartbeats.has(subject));
  if (ours === undefined) return undefined;
  const others = [
    {
      who: "TCP keepalive",
      found: count(({ kind, subject }) => kind === "heartwire" && !heartbeats.has(subject)),
    },
    { who: "rivals", found: count(({ kind }) => kind === "rival") },
  ].flatMap(({ who, found }) => (found === undefined ? [] : [`${who}: ${found.mistakes} / ${found.links}`]));
  const theirs = others.length === 0 ? "" : `. ${others.join("; ")}`;
  return {
    figure: `${ours.mistakes} / ${ours.links}`,
    words: `living peers called dead by our heartbeats under loss, jitter, outages and stalls${theirs}`,
  };
}
