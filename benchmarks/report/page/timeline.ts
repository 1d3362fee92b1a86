import { arrow, axisY, dot, link, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import type { Timeline } from "../results.js";
import { counted, duration } from "../words.js";
import { fold } from "./fold.js";
import { type Html, html } from "./html.js";
import { svgOf } from "./svg.js";
import { type Line, linesOf, signed, spread } from "./timeline-lines.js";
import type { View } from "./view.js";

/** Four fit beside each other. */
const WIDTH = 270;
const LINE_PX = 15;
const MARGIN = { left: 48, top: 26, bottom: 12 };
/** Where the arrows end, and where the words start, in units of the arrows' length. */
const WORDS_AT = 1.14;

/** Each captured trial, frame by frame, time downwards; those of one fault on one scale. */
export function timelines(view: View): Html {
  const all = view.results.timelines ?? [];
  if (all.length === 0) return html`<p class="note">Not measured: no frames were captured in this run.</p>`;
  const faults = [...new Set(all.map(({ fault }) => fault))];
  return html`${faults.map((fault) => {
    const shown = all.filter((timeline) => timeline.fault === fault);
    const window = windowOf(shown, view.results.settings.intervalMs);
    return html`<h3>${view.catalogue.titleOfFault(fault)}</h3>
${fold(
  `${counted(shown.length, "trial")}, frame by frame`,
  html`<div class="ladders">${shown.map((timeline) => ladder(view, timeline, window))}</div>`,
)}`;
  })}`;
}

/** From the last rounds of good health to the last of all that happened. */
function windowOf(shown: readonly Timeline[], intervalMs: number): readonly [number, number] {
  const instants = shown.flatMap(({ frames, events }) => [...frames, ...events].map(({ atMs }) => atMs));
  const margin = Math.max(...instants, intervalMs) * 0.04;
  return [Math.max(Math.min(...instants, 0) - margin, -2.2 * intervalMs), Math.max(...instants, 0) + margin];
}

function ladder(view: View, timeline: Timeline, [fromMs, toMs]: readonly [number, number]): Html {
  const frames = timeline.frames.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const lines = linesOf({ ...timeline, frames });
  const height = Math.max(360, Math.min(640, (toMs - fromMs) * 0.095), lines.length * LINE_PX + 60);
  const msPerPx = (toMs - fromMs) / (height - MARGIN.top - MARGIN.bottom);
  const wordsAtMs = spread(
    lines.map(({ atMs }) => atMs),
    LINE_PX * msPerPx,
    [fromMs, toMs],
  );
  const ink = view.ink(timeline.subject);
  const title = view.catalogue.titleOfSubject(timeline.subject);
  const fault = view.catalogue.titleOfFault(timeline.fault);
  const svg = svgOf(
    {
      width: WIDTH,
      height,
      marginLeft: MARGIN.left,
      marginRight: 4,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      style: { fontSize: "12px" },
      x: { domain: [0, 5.6], axis: null },
      y: { domain: [toMs, fromMs], reverse: false },
      marks: [
        axisY({
          tickSpacing: 60,
          tickSize: 0,
          label: null,
          tickFormat: (ms: number) => (ms === 0 ? "0" : `${ms > 0 ? "+" : "−"}${Math.abs(ms) / 1000} s`),
        }),
        ruleX([0], { stroke: "currentColor", strokeWidth: 1.5 }),
        ruleY([0], { stroke: "var(--bad)", strokeWidth: 1.5, x1: -0.12, x2: 1 }),
        text(["monitor"], { x: 0, frameAnchor: "top", dy: -16, fill: "var(--muted)" }),
        ...frames.map((frame) => frameMark(frame, ink.color)),
        ...lines.flatMap((one, place) => lineMarks(one, wordsAtMs[place]!)),
      ],
    },
    {
      id: `timeline-${timeline.fault}-${timeline.subject}`,
      title: `${title}, frame by frame: ${fault}`,
      description: lines.map(({ atMs, words }) => `${signed(atMs)} ${words}`).join("; "),
    },
  );
  return html`<figure><figcaption>${title}<small>${outcome(timeline)}</small></figcaption>${svg}${frameTable(timeline)}</figure>`;
}

function outcome({ events }: Timeline): string {
  const verdict = events.find(({ kind }) => kind === "verdict");
  return verdict === undefined
    ? "no verdict while it was watched"
    : `verdict after ${duration(verdict.atMs)}`;
}

function frameMark({ atMs, direction }: Timeline["frames"][number], color: string): Markish {
  const [from, to] = direction === "out" ? [0.03, 0.97] : [0.97, 0.03];
  const options = { x1: from, x2: to, y1: atMs, y2: atMs, stroke: color, strokeWidth: 1.5, headLength: 6 };
  return arrow([atMs], direction === "out" ? options : { ...options, strokeOpacity: 0.75 });
}

function lineMarks({ atMs, words, kind }: Line, wordsAtMs: number): Markish[] {
  const fill = { frames: "currentColor", fault: "var(--bad)", note: "var(--muted)", verdict: "var(--bad)" }[
    kind
  ];
  const strong = kind === "fault" || kind === "verdict";
  const marks: Markish[] = [
    link([atMs], { x1: 1, x2: WORDS_AT - 0.03, y1: atMs, y2: wordsAtMs, stroke: "var(--rule)" }),
    text([words], {
      x: WORDS_AT,
      y: wordsAtMs,
      textAnchor: "start",
      fill,
      fontWeight: strong ? "700" : "400",
    }),
  ];
  if (kind === "verdict") marks.push(dot([atMs], { x: 0, y: atMs, r: 6, fill }));
  if (kind === "note") marks.push(dot([atMs], { x: 0, y: atMs, r: 4, fill: "var(--page)", stroke: fill }));
  return marks;
}

function frameTable({ frames }: Timeline): Html {
  return html`<details class="frames"><summary>${frames.length} frames</summary><div class="scroll" tabindex="0"><table>
<thead><tr><th scope="col">at</th><th scope="col">way</th><th scope="col">octets</th><th scope="col">what</th></tr></thead>
<tbody>${frames.map(
    ({ atMs, direction, octets, summary }) =>
      html`<tr><td class="number">${signed(atMs)}</td><td>${direction}</td><td class="number">${octets}</td><td>${summary}</td></tr>`,
  )}</tbody></table></div></details>`;
}
