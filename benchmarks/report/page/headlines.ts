import {
  heartbeatsIn,
  KEEPALIVE,
  noticed,
  noticedByEach,
  ofKind,
  pooled,
  silentCut,
} from "../claims/evidence.js";
import { type LivingPeers, livingPeers } from "../living-peers.js";
import type { FaultRow, Results } from "../results.js";
import { FRAME_NOTE, volumeOf } from "../wire.js";
import { chosen, duration, octets } from "../words.js";

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
    words: `times TCP keepalive noticed ${what}${pooled(results, matches)} within ${chosen(results.settings.waitMs)}. Our heartbeats: ${detected} / ${count}${slowest}`,
  };
}

function octetsSaved(results: Results): Headline | undefined {
  const titles = new Map(heartbeatsIn(results).map(({ name, title }) => [name, title]));
  const rows = results.wire.map((row) => ({ subject: row.subject, octets: volumeOf(row).together }));
  const keepalive = rows.find(({ subject }) => subject === KEEPALIVE);
  const [cheapest] = rows.filter(({ subject }) => titles.has(subject)).sort((a, b) => a.octets - b.octets);
  if (keepalive === undefined || cheapest === undefined) return undefined;
  return {
    figure: `${(cheapest.octets / keepalive.octets).toFixed(2)} ×`,
    words: `the octets of keepalive is what ${titles.get(cheapest.subject)} needs: ${octets(cheapest.octets)} an hour against ${octets(keepalive.octets)}, ${FRAME_NOTE}`,
  };
}

/** Under the condition that fooled most; unlike conditions are not added up. */
function mistakes(results: Results): Headline | undefined {
  const all = livingPeers(results).filter(({ subject }) => subject.kind !== "control");
  const heartbeats = new Set(heartbeatsIn(results).map(({ name }) => name));
  const ofOurs = ({ subject }: LivingPeers) => heartbeats.has(subject.name);
  const [worst] = [...new Set(all.map(({ fault }) => fault))].sort(
    (a, b) => calledUnder(all, b) - calledUnder(all, a),
  );
  if (worst === undefined) return undefined;
  const under = all.filter(({ fault }) => fault === worst);
  const ours = under.filter(ofOurs);
  if (ours.length === 0) return undefined;
  const others = [
    { who: "TCP keepalive", cells: under.filter(({ subject }) => subject.name === KEEPALIVE) },
    { who: "Rivals", cells: under.filter(({ subject }) => subject.kind === "rival") },
  ].flatMap(({ who, cells }) => (cells.length === 0 ? [] : [`${who}: ${share(cells)}`]));
  const elsewhere = all.filter((peers) => peers.fault !== worst && ofOurs(peers));
  const rest = elsewhere.length === 0 ? [] : [`Our heartbeats in all other conditions: ${share(elsewhere)}`];
  return {
    figure: share(ours),
    words: [`living peers called dead by our heartbeats at "${worst.title}"`, ...others, ...rest].join(". "),
  };
}

function calledUnder(all: readonly LivingPeers[], condition: FaultRow): number {
  return all.filter(({ fault }) => fault === condition).reduce((sum, { called }) => sum + called, 0);
}

function share(cells: readonly LivingPeers[]): string {
  const sum = (figureOf: (peers: LivingPeers) => number) =>
    cells.reduce((total, each) => total + figureOf(each), 0);
  const [called, byOtherEnd] = [sum((each) => each.called), sum((each) => each.byOtherEnd)];
  return `${called} / ${sum(({ links }) => links)}${byOtherEnd === 0 ? "" : ` (${byOtherEnd} by the other end)`}`;
}
