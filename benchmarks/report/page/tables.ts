import { judgeClaims } from "../claims.js";
import type { SubjectRow, WireRow } from "../results.js";
import { commonSettings } from "../settings.js";
import { deviationOf, deviationText, FRAME_NOTE, volumeOf } from "../wire.js";
import { octets } from "../words.js";
import { fold } from "./fold.js";
import { type Html, html } from "./html.js";
import type { View } from "./view.js";

const PROVES = { connection: "its kernel", process: "its process", application: "its application" } as const;
const MARK = { true: "✓", false: "✗", depends: "±", "not measured": "?" } as const;

/** The folklore, each line with its verdict and the figures. */
export function claimsTable({ results }: View): Html {
  return html`<dl class="claims">${judgeClaims(results).map(
    ({ claim, verdict, figures }) =>
      html`<div class="claim ${verdict.replace(" ", "-")}"><dt>“${claim}”</dt><dd><strong><span aria-hidden="true">${MARK[verdict]}</span> ${verdict}</strong> <span>${sentence(figures)}</span></dd></div>`,
  )}</dl>`;
}

/** Octets and frames of an idle hour: as on a real wire, as captured, and as predicted. */
export function wireTable(view: View): Html {
  const { wire } = view.results;
  if (wire.length === 0) return html`<p class="note">Not measured; see below why.</p>`;
  const rows = view.catalogue.subjects.flatMap((subject) => {
    const row = wire.find((each) => each.subject === subject.name);
    if (row === undefined) return [];
    const volume = volumeOf(row);
    const frames = ((row.frames.out + row.frames.in) * 3600) / row.seconds;
    return html`<tr class="${view.ink(subject.name).className}"><th scope="row">${subject.title}</th>
<td class="number">${octets(volume.out)}</td><td class="number">${octets(volume.in)}</td>
<td class="number"><b>${octets(volume.together)}</b></td>
<td class="number">${octets(row.perHour.out + row.perHour.in)}</td>
<td class="number">${octets(row.predictedPerHour.out + row.predictedPerHour.in)}</td><td class="number">${offBy(row, subject)}</td><td class="number">${Math.round(frames)}</td><td>${PROVES[subject.proves]}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Octets an hour"><table>
<caption>Watching one idle peer for an hour, ${FRAME_NOTE}; captured between veth pairs, which do not pad</caption>
<thead><tr><th scope="col">Contender</th><th scope="col" class="number">sent</th><th scope="col" class="number">received</th><th scope="col" class="number">together</th><th scope="col" class="number">captured</th><th scope="col" class="number">predicted</th><th scope="col" class="number">off by</th><th scope="col" class="number">frames</th><th scope="col">an answer proves</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function offBy(row: WireRow, subject: SubjectRow): Html {
  const deviation = deviationOf(row, subject);
  if (deviation === undefined) return html`–`;
  const text = deviationText(deviation);
  if (deviation.flagged) return html`<span class="flag">${text}</span>`;
  return deviation.why === undefined ? html`${text}` : html`<abbr title="${deviation.why}">${text}</abbr>`;
}

/** Where and how it was measured. */
export function settingsList(view: View): Html {
  const { environment, settings } = view.results;
  const { kernelKeepalive: kernel } = environment;
  const facts: [string, string][] = [
    ["Stage", `${environment.stage}: monitor, router and peer, joined by veth`],
    ["Date", environment.date],
    ["Machine", `${environment.cpus} × ${environment.cpuModel}, ${environment.memoryMiB} MiB`],
    ["Kernel", `${environment.platform}, ${environment.kernel}`],
    ["Node", environment.node],
    [
      "Kernel's keepalive",
      kernel === undefined
        ? "not read"
        : `idle ${kernel.idleS} s, ${kernel.probes} probes ${kernel.intervalS} s apart, tcp_retries2 ${kernel.retries2}`,
    ],
    ["Common settings", commonSettings(settings)],
    ["Longest wait", `${settings.waitMs / 1000} s; what is not noticed by then is "missed"`],
  ];
  if (environment.stage === "loopback") facts[0] = ["Stage", "loopback only: no faults of the network"];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${fold(
  "Everyone's settings",
  html`<div class="scroll" tabindex="0" role="region" aria-label="Settings"><table><caption>The common settings in each one's own words</caption>
<tbody>${view.catalogue.subjects.map(
    ({ name, title }) =>
      html`<tr class="${view.ink(name).className}"><th scope="row">${title}</th><td>${settings.subjects[name]}</td></tr>`,
  )}</tbody></table></div>`,
)}`;
}

/** Everything that was not measured, with its reason. */
export function notMeasuredList({ results, catalogue }: View): Html {
  if (results.notMeasured.length === 0) return html`<p class="note">Everything was measured.</p>`;
  return html`<ul class="not-measured">${results.notMeasured.map(({ subject, fault, why }) => {
    const what = [
      ...(subject === undefined ? [] : [catalogue.titleOfSubject(subject)]),
      ...(fault === undefined ? [] : [catalogue.titleOfFault(fault)]),
    ].join(", ");
    return html`<li>${what === "" ? undefined : html`<strong>${what}</strong>: `}${why}</li>`;
  })}</ul>`;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
