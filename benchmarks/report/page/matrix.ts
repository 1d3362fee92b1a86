import { harmlessFaults, isHarmless, realFaults } from "../catalogue.js";
import type { Cell } from "../cells.js";
import { flagText, type LivingPeers, livingPeersOf, rateText } from "../living-peers.js";
import { type Mistakes, mistakesInCalm } from "../mistakes.js";
import { measured } from "../resolution.js";
import type { FaultRow, SubjectRow } from "../results.js";
import { list, span } from "../words.js";
import { type Html, html } from "./html.js";
import type { View } from "./view.js";

/** Who noticed what: a row per fault, a column per subject. */
export function detectionMatrix(view: View): Html {
  return table(
    "Median; 5th to 95th percentile; in brackets, the prediction",
    head(view, "What broke"),
    realFaults(view.catalogue).map((fault) =>
      row(view, fault, (subject) => detectionCell(view, subject, fault)),
    ),
  );
}

/** Who called a living peer dead: a row per harmless fault, a column per subject. */
export function mistakesMatrix(view: View): Html {
  const faults = harmlessFaults(view.catalogue);
  const harmless = new Set(faults.map(({ name }) => name));
  const mistaken = (fault: string) => harmless.has(fault);
  return table(
    "Links that called a living peer dead; mistakes per hour of watching one; in brackets, the prediction",
    head(view, "What happened, the peer alive"),
    [
      ...faults.map((fault) => row(view, fault, (subject) => mistakesCell(view, subject, fault))),
      html`<tr class="total"><th scope="row">nothing: before a real fault struck</th>${view.catalogue.subjects.map(
        ({ name }) =>
          html`<td class="${view.ink(name).className}">${calm(mistakesInCalm(view.results, name, mistaken))}</td>`,
      )}</tr>`,
    ],
  );
}

/** What each does when nobody sets anything; predicted. */
export function defaultsMatrix(view: View): Html {
  const rows = view.results.defaults ?? [];
  if (rows.length === 0) return html`<p class="note">Not part of this run.</p>`;
  const faults = realFaults(view.catalogue);
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  return table(
    "Predicted time to notice at each one's own defaults",
    html`<tr><th scope="col">At its own defaults</th>${faults.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr>`,
    subjects.map((subject) => {
      const own = rows.filter((candidate) => candidate.subject === subject);
      return html`<tr><th scope="row">${view.catalogue.titleOfSubject(subject)}<small>${own[0]?.settings}</small></th>${faults.map(
        ({ name }) => {
          const expected = own.find(({ fault }) => fault === name);
          if (expected === undefined) return html`<td class="none">–</td>`;
          const { predictedMs, why } = expected;
          if (predictedMs === null) return html`<td class="missed-cell" title="${why}">never</td>`;
          return html`<td class="predicted" title="${why}">${span(predictedMs.best, predictedMs.worst)}</td>`;
        },
      )}</tr>`;
    }),
  );
}

function table(caption: string, header: Html, rows: readonly Html[]): Html {
  return html`<div class="scroll bleed" tabindex="0" role="region" aria-label="${caption}"><table class="matrix">
<caption>${caption}</caption><thead>${header}</thead><tbody>${rows}</tbody></table></div>`;
}

function head(view: View, corner: string): Html {
  return html`<tr><th scope="col">${corner}</th>${view.catalogue.subjects.map(
    ({ name, title, kind }) =>
      html`<th scope="col" class="${view.ink(name).className} ${kind}">${breakable(title)}<small>${kind === "heartwire" ? "Heartwire" : "rival"}</small></th>`,
  )}</tr>`;
}

/** A word as long as these would make its column wider than any figure; it may end its line before a capital. */
const LONG_WORD = 10;

function breakable(title: string): Html[] {
  return title.split(" ").map((word, index) => {
    const parts = word.length < LONG_WORD ? [word] : word.split(/(?<=[a-z])(?=[A-Z])/);
    const joined = parts.map((part, at) => html`${at === 0 ? undefined : html`<wbr>`}${part}`);
    return html`${index === 0 ? undefined : " "}${joined}`;
  });
}

function row(
  view: View,
  fault: FaultRow,
  cell: (subject: SubjectRow) => { kind: string; content: Html },
): Html {
  return html`<tr><th scope="row">${fault.title}</th>${view.catalogue.subjects.map((subject) => {
    const { kind, content } = cell(subject);
    return html`<td class="${view.ink(subject.name).className} ${kind}">${content}</td>`;
  })}</tr>`;
}

function detectionCell(view: View, subject: SubjectRow, fault: FaultRow): { kind: string; content: Html } {
  const cell = view.cell(subject.name, fault.name);
  if (cell === undefined) return { kind: "none", content: unmeasured(view.whyNot(subject.name, fault.name)) };
  const { latencyMs, detected, count } = cell;
  const expected = html`<small class="expected">${expectation(cell)}${flag(cell)}</small>`;
  if (latencyMs === undefined) {
    return {
      kind: "missed-cell",
      content: html`<b>missed</b><small>0 of ${count}</small>${expected}`,
    };
  }
  const resolutionMs = view.resolution(fault.name);
  const spread =
    latencyMs.p95 < resolutionMs ? undefined : html`<small>${span(latencyMs.p5, latencyMs.p95)}</small>`;
  const share = detected < count ? html`<small class="bad">${detected} of ${count}</small>` : undefined;
  return {
    kind: detected < count ? "partial" : "found",
    content: html`<b>${measured(latencyMs.median, resolutionMs)}</b>${share}${spread}${expected}`,
  };
}

function expectation({ predictedMs }: Cell): string {
  return predictedMs === null ? "[never]" : `[${span(predictedMs.best, predictedMs.worst)}]`;
}

function flag({ surprises, count, causes }: Cell): Html | undefined {
  if (surprises === 0) return undefined;
  const words = `${surprises} of ${count} outside the prediction${causes.length > 0 ? `; told ${list(causes)}` : ""}`;
  return html` <abbr class="flag" title="${words}" aria-label="${words}">! ${surprises}</abbr>`;
}

function mistakesCell(view: View, subject: SubjectRow, fault: FaultRow): { kind: string; content: Html } {
  const peers = livingPeersOf(view.results, subject, fault);
  if (peers === undefined)
    return { kind: "none", content: unmeasured(view.whyNot(subject.name, fault.name)) };
  const { called, links, byOtherEnd } = peers;
  const words = flagText(peers);
  const flag =
    words === "" ? undefined : html` <abbr class="flag" title="${words}" aria-label="${words}">!</abbr>`;
  const expected =
    "interval" in peers.expected && peers.expected.interval.to > 0
      ? html`<small class="expected">[${peers.expected.interval.from}–${peers.expected.interval.to}]</small>`
      : undefined;
  const other =
    byOtherEnd === 0
      ? undefined
      : html`<small>${byOtherEnd === called ? "all" : byOtherEnd} by the<br>other end</small>`;
  return {
    kind: called === 0 ? "found" : byOtherEnd === called ? "partial" : "missed-cell",
    content: html`<b>${called}</b><small>of ${links}${flag}</small>${rateOf(peers)}${expected}${other}`,
  };
}

function rateOf(peers: Pick<LivingPeers, "called" | "peerHours">): Html | undefined {
  const rate = rateText(peers);
  return rate === undefined ? undefined : html`<small>${rate.replace(" an hour", "/h")}</small>`;
}

function calm(found: Mistakes | undefined): Html {
  if (found === undefined) return html`–`;
  const { mistakes: called, links, peerHours } = found;
  return html`<b>${called}</b><small>of ${links}</small>${rateOf({ called, peerHours })}`;
}

function unmeasured(why: string | undefined): Html {
  return html`<abbr title="${why ?? "not part of this run"}">–</abbr>`;
}

/** Whether any cell of the detection matrix lies outside its prediction. */
export function flagged({ catalogue, cell }: View): Cell[] {
  return catalogue.faults
    .filter((fault) => !isHarmless(fault))
    .flatMap((fault) => catalogue.subjects.flatMap(({ name }) => cell(name, fault.name) ?? []))
    .filter(({ surprises }) => surprises > 0);
}
