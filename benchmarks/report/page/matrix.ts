import { harmlessFaults, isHarmless, realFaults } from "../catalogue.js";
import type { Cell } from "../cells.js";
import { flagText, livingPeersOf } from "../living-peers.js";
import { type Mistakes, mistakesOf } from "../mistakes.js";
import type { FaultRow, SubjectRow } from "../results.js";
import { duration, list, span } from "../words.js";
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
  const total = (subject: SubjectRow) => mistakesOf(view.results, subject.name, mistaken);
  return table("Links that called a living peer dead", head(view, "What happened, the peer alive"), [
    ...faults.map((fault) => row(view, fault, (subject) => mistakesCell(view, subject, fault))),
    html`<tr class="total"><th scope="row">all trials, mistakes per peer-hour</th>${view.catalogue.subjects.map(
      (subject) => html`<td class="${view.ink(subject.name).className}">${rate(total(subject))}</td>`,
    )}</tr>`,
  ]);
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
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table class="matrix">
<caption>${caption}</caption><thead>${header}</thead><tbody>${rows}</tbody></table></div>`;
}

function head(view: View, corner: string): Html {
  return html`<tr><th scope="col">${corner}</th>${view.catalogue.subjects.map(
    ({ name, title, kind }) =>
      html`<th scope="col" class="${view.ink(name).className} ${kind}">${title}<small>${kind === "heartwire" ? "Heartwire" : "rival"}</small></th>`,
  )}</tr>`;
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
  const share = detected < count ? html`<small class="bad">${detected} of ${count}</small>` : undefined;
  return {
    kind: detected < count ? "partial" : "found",
    content: html`<b>${duration(latencyMs.median)}</b>${share}<small>${span(latencyMs.p5, latencyMs.p95)}</small>${expected}`,
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
  const { called, links } = peers;
  const words = flagText(peers);
  const flag =
    words === "" ? undefined : html` <abbr class="flag" title="${words}" aria-label="${words}">!</abbr>`;
  const expected =
    "interval" in peers.expected && peers.expected.interval.to > 0
      ? html`<small class="expected">[${peers.expected.interval.from}–${peers.expected.interval.to}]</small>`
      : undefined;
  return {
    kind: called === 0 ? "found" : "missed-cell",
    content: html`<b>${called}</b><small>of ${links}${flag}</small>${expected}`,
  };
}

/** With none seen, what the true rate stays under with 95 % confidence: three over the hours watched. */
function rate(found: Mistakes | undefined): Html {
  if (found === undefined) return html`–`;
  if (found.perPeerHour === undefined || found.peerHours === undefined) {
    return html`<b>${found.mistakes}</b><small>hours not recorded</small>`;
  }
  const hours = `in ${found.peerHours.toPrecision(2)} h`;
  if (found.mistakes === 0)
    return html`<b>0</b><small>${hours}; under ${(3 / found.peerHours).toPrecision(2)}</small>`;
  return html`<b>${found.perPeerHour.toPrecision(2)}</b><small>${found.mistakes} ${hours}</small>`;
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
