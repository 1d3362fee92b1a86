import { answer } from "../answer.js";
import { harmlessFaults, realFaults } from "../catalogue.js";
import type { Results, SubjectRow } from "../results.js";
import { commonSettings } from "../settings.js";
import { WIRE_NOTE } from "../wire.js";
import { chosen } from "../words.js";
import { costs } from "./cost.js";
import { ecdfs } from "./ecdf.js";
import { fold } from "./fold.js";
import { frontiers } from "./frontier.js";
import { headlines } from "./headlines.js";
import { type Content, Html, html } from "./html.js";
import { livingPeersTable } from "./living-peers.js";
import { defaultsMatrix, detectionMatrix, flagged, mistakesMatrix } from "./matrix.js";
import { overview } from "./overview.js";
import { markOf } from "./palette.js";
import { qosCurves } from "./qos-curves.js";
import type { QosPicture } from "./qos-picture.js";
import { highlightStyle, PAGE_STYLE, themeStyle } from "./style.js";
import { claimsTable, notMeasuredList, settingsList, wireTable } from "./tables.js";
import { timelines } from "./timeline.js";
import { type View, viewOf } from "./view.js";

/**
 * The whole report as one self-contained HTML file: no script, no network, nothing to install.
 *
 * @param qos the quality of service of the detectors, where it was measured
 */
export function renderPage(results: Results, qos?: QosPicture): string {
  const view = viewOf(results);
  const { subjects } = view.catalogue;
  const style = `${themeStyle(subjects, ":root")}\n${PAGE_STYLE}\n${highlightStyle(subjects)}`;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Heartwire: who notices that the other end is gone?</title>
<link rel="icon" href="data:,"><style>${new Html(style)}</style></head>
<body>${masthead(view)}<main>${sections(view, qos)}</main>
<footer>Made by Heartwire from one results file of schema ${results.schema}, ${results.environment.date}. Every figure, and every “not measured”, is in that file${qos === undefined ? "" : `, but for those of the detectors' quality of service: they are from qos.json, ${qos.environment.date}`}.</footer>
</body></html>
`;
  return page.text;
}

function masthead(view: View): Html {
  const { results, catalogue } = view;
  const count = `${realFaults(catalogue).length} faults, ${harmlessFaults(catalogue).length} false alarms, ${catalogue.subjects.length} contenders, ${results.trials.length} links watched`;
  return html`<header><h1>Is the other end thinking, or gone?</h1>
<p class="lead">TCP keepalive, heartbeats, and the libraries people use today, under the same real faults at the same settings. ${count}.</p>
<ul class="cards">${headlines(results).map(({ figure, words }) => html`<li><b>${figure}</b><span>${words}</span></li>`)}</ul>
${fold(
  "The answer in words",
  html`<ul class="answer">${answer(results).map((sentence) => html`<li>${sentence}</li>`)}</ul>`,
)}</header>`;
}

/** Also the switch that highlights one contender throughout the page. */
function legend(view: View): Html {
  const choice = (id: string, label: Content, checked: boolean) =>
    html`<label><input type="radio" name="highlight" id="${id}"${checked ? new Html(" checked") : undefined}>${label}</label>`;
  return html`<fieldset class="legend"><legend>Highlight one contender</legend>${choice("highlight-all", "all", true)}${view.catalogue.subjects.map(
    (subject, index) => choice(`highlight-${index}`, html`${sample(view, subject)}${subject.title}`, false),
  )}</fieldset>`;
}

function sample(view: View, { name }: SubjectRow): Html {
  const ink = view.ink(name);
  return html`<svg width="28" height="14" viewBox="0 0 28 14" aria-hidden="true"><path d="M0 7H28" stroke="${ink.color}" stroke-width="2" stroke-dasharray="${ink.dash}"/><g transform="translate(14 7)">${markOf(ink)}</g></svg>`;
}

function section(id: string, title: string, lead: string, content: Content): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><p>${lead}</p>${content}</section>`;
}

function qosSection(qos: QosPicture): Html {
  return section(
    "qos",
    "Sooner, or less often wrong",
    "Every policy of ours and every rival’s own formula on the same arrivals of heartbeats: how long a crash stays unnoticed, against how often a living peer is called dead. Each curve is one detector, swept over its own parameter; lower left is better. The large mark is its standard setting; where no mistake was seen, the mark is hollow and stands at the upper end of the exact 95 % interval: the truth lies anywhere below, and how far is a matter of how long was watched.",
    fold("Curves and tables", qosCurves(qos)),
  );
}

/** Those whose contenders the legend highlights, under it; then what has colours and contenders of its own. */
function sections(view: View, qos: QosPicture | undefined): Html {
  return html`<div>${legend(view)}${sectionsOfContenders(view)}</div>${qos === undefined ? undefined : qosSection(qos)}${sectionsInWords(view)}`;
}

function sectionsOfContenders(view: View): Html[] {
  const { waitMs } = view.results.settings;
  const odd = flagged(view).length;
  return [
    section(
      "overview",
      "How long until each one noticed",
      `Everyone is set to ${commonSettings(view.results.settings)}. A mark is the median, its line the 5th to 95th percentile; ours are filled circles, each rival has a hollow shape of its own. A rival that cannot be told how many answers may be missing gives up at the first, and so has fewer checks in the same time: a little quicker here, and mistaken sooner below. Choose a contender above to follow it through the page.`,
      html`<div class="wide">${overview(view, { labels: "left", width: 1140 }, "overview-wide")}</div><div class="narrow">${overview(view, { labels: "above", width: 358 }, "overview-narrow")}</div>`,
    ),
    section(
      "matrix",
      "Who noticed what",
      `Measured large, predicted small. “missed”: not within ${chosen(waitMs)}. ${odd === 0 ? "No cell lies outside its prediction." : `Outside the prediction, and flagged “!” with the number of links: ${odd} of the cells.`}`,
      detectionMatrix(view),
    ),
    section(
      "latency",
      "Every link, not just the median",
      "The share of links that had noticed, by time since the fault. Faults strike evenly over the interval. Predicted spans are shaded; each panel has a scale of its own.",
      fold("A panel for each fault", ecdfs(view)),
    ),
    section(
      "frontier",
      "What a second of latency costs in octets",
      "Lower left is better: sooner, for less. The dotted line joins those whom nobody beats in both. Who never noticed stands above the red line. Octets are counted with each frame at least 60 octets, as on a real wire.",
      html`${frontiers(view)}<h3>On the wire</h3><p class="note">${WIRE_NOTE}</p>${wireTable(view)}`,
    ),
    section(
      "frames",
      "Frame by frame",
      "Single trials as captured on the monitor's link, time downwards. Right is out, left is in; each line ends with its octets on the wire.",
      timelines(view),
    ),
    section(
      "mistakes",
      "What must not be called death",
      "Loss, jitter, short outages, our own stall: the peer lives throughout, so every verdict is a mistake. Rates are those of one condition; unlike ones have no common rate. In brackets, how many links should err by the contender's own formula, with 95 % confidence; outside of that it is flagged “!”. Where none was seen, the bound is that of 95 % confidence. “By the other end”: it hung up because it did not hear us, which is no verdict of the contender’s.",
      html`${mistakesMatrix(view)}<h3>Living peers called dead: expected and measured</h3>${fold("The table, with each one’s reason", livingPeersTable(view))}`,
    ),
    section(
      "cost",
      "What it costs to run",
      "Median of the rounds, with the 5th to 95th percentile as a line. A red tick is the limit we set ourselves.",
      fold("Every figure of cost", costs(view)),
    ),
    section(
      "defaults",
      "At their own defaults",
      "Predicted, not measured: these times are too long to wait for. The formulas are the ones held against measurement above.",
      fold("A row for each contender", defaultsMatrix(view)),
    ),
  ];
}

function sectionsInWords(view: View): Html[] {
  return [
    section(
      "claims",
      "The folklore, judged",
      "What is said about keepalive and heartbeats, each line decided by the figures of this run.",
      claimsTable(view),
    ),
    section(
      "method",
      "How it was measured",
      "Each contender's two ends run in processes of their own; faults are stamped on the monotonic clock that all share.",
      settingsList(view),
    ),
    section("missing", "Not measured", "And why.", notMeasuredList(view)),
  ];
}
