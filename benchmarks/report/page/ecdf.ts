import { axisX, axisY, line, type Markish, rect, ruleY } from "@observablehq/plot";
import { realFaults } from "../catalogue.js";
import { measured } from "../resolution.js";
import type { FaultRow } from "../results.js";
import { trialsOf, trialsUnder } from "../trials.js";
import { chosen, list } from "../words.js";
import { type Html, html } from "./html.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

/** Spread beyond which a linear axis would hide the quick ones. */
const LOG_RATIO = 25;

/** Small multiples: of each fault, which share of the links had noticed after how long. */
export function ecdfs(view: View): Html {
  const figures = realFaults(view.catalogue)
    .filter((fault) => trialsUnder(view.results, fault.name).length > 0)
    .map((fault) => ecdf(view, fault));
  return html`<div class="multiples">${figures}</div>`;
}

interface Curve {
  readonly subject: string;
  readonly title: string;
  readonly latenciesMs: readonly number[];
  readonly count: number;
  readonly predictedMs: { readonly best: number; readonly worst: number } | null;
}

function curvesOf({ catalogue, results }: View, fault: string): Curve[] {
  return catalogue.subjects.flatMap(({ name, title }) => {
    const trials = trialsOf(results, name, fault);
    const [first] = trials;
    if (first === undefined) return [];
    const latenciesMs = trials.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
    latenciesMs.sort((a, b) => a - b);
    return [{ subject: name, title, latenciesMs, count: trials.length, predictedMs: first.predictedMs }];
  });
}

function ecdf(view: View, fault: FaultRow): Html {
  const curves = curvesOf(view, fault.name);
  const resolutionMs = view.resolution(fault.name);
  const axis = timeAxis(curves, view.results.settings.waitMs, resolutionMs);
  const svg = svgOf(
    {
      width: 340,
      height: 210,
      marginLeft: 52,
      marginRight: 10,
      marginBottom: 34,
      style: { fontSize: "12px" },
      x: { type: axis.log ? "log" : "linear", domain: [axis.fromMs, axis.toMs] },
      y: { domain: [0, 1] },
      marks: [
        ruleY([0, 0.5, 1], { stroke: "var(--rule)" }),
        axisY([0, 0.5, 1], { tickFormat: (share: number) => `${share * 100} %`, label: null, tickSize: 0 }),
        axis.log
          ? axisX(logTicks(axis), {
              text: (ms: number) => tickAt(ms, axis),
              label: "after (log) →",
              labelOffset: 30,
            })
          : axisX({ ticks: 4, tickFormat: tick, label: "after →", labelOffset: 30 }),
        rect(distinctSpans(curves, axis), {
          ...SPAN,
          fill: "currentColor",
          fillOpacity: 0.07,
          className: "predicted",
        }),
        ...oursLast(view, curves).flatMap((curve) => curveMarks(view, curve, axis)),
      ],
    },
    {
      id: `ecdf-${fault.name}`,
      title: `Detection latency: ${fault.title}`,
      description: describe(curves, resolutionMs),
    },
  );
  const missed = curves.filter(({ latenciesMs }) => latenciesMs.length === 0).map(({ title }) => title);
  return html`<figure><figcaption>${fault.title}</figcaption>${svg}${
    missed.length > 0 ? html`<p class="missed">Not noticed by ${list(missed)}.</p>` : undefined
  }${
    unresolved(curves, resolutionMs)
      ? html`<p class="note">Nothing below ${chosen(resolutionMs)} is told apart: the fault’s instant is not known better.</p>`
      : undefined
  }</figure>`;
}

function unresolved(curves: readonly Curve[], resolutionMs: number): boolean {
  return curves.some(({ latenciesMs }) => latenciesMs.some((ms) => ms < resolutionMs));
}

interface TimeAxis {
  readonly fromMs: number;
  readonly toMs: number;
  readonly log: boolean;
  readonly resolutionMs: number;
}

/** From what can be told from none, as wide as what was noticed and what was predicted within the wait; logarithmic where the quick would vanish. */
function timeAxis(curves: readonly Curve[], waitMs: number, resolutionMs: number): TimeAxis {
  const medians = curves.flatMap(({ latenciesMs }) => latenciesMs[latenciesMs.length >> 1] ?? []);
  const predicted = curves
    .flatMap(({ predictedMs }) => predictedMs?.worst ?? [])
    .filter((ms) => ms <= waitMs);
  const toMs = Math.max(10, ...curves.map(({ latenciesMs }) => latenciesMs.at(-1) ?? 0), ...predicted) * 1.08;
  const log = Math.max(...medians, 1) / Math.max(1, Math.min(...medians)) > LOG_RATIO;
  return { fromMs: log ? Math.max(1, resolutionMs) : 0, toMs, log, resolutionMs };
}

function curveMarks(view: View, curve: Curve, axis: TimeAxis): Markish[] {
  const { className, color, dash, strokeWidth } = view.ink(curve.subject);
  const steps = stepsOf(curve, axis);
  return [
    // Shown once its subject is chosen.
    rect(spanOf(curve, axis), { ...SPAN, fill: color, fillOpacity: 0, className }),
    line(steps, {
      x: "ms",
      y: "share",
      curve: "step-after",
      stroke: color,
      strokeWidth,
      strokeDasharray: dash,
      className,
      title: () => describeOne(curve, axis.resolutionMs),
    }),
  ];
}

/** From the first verdict to the last; flat parts are drawn only where they say that somebody missed it. */
function stepsOf({ latenciesMs, count }: Curve, { fromMs, toMs }: TimeAxis): { ms: number; share: number }[] {
  const rise = latenciesMs.map((ms, index) => ({ ms: Math.max(fromMs, ms), share: (index + 1) / count }));
  return [
    { ms: rise[0]?.ms ?? fromMs, share: 0 },
    ...rise,
    ...(rise.length < count ? [{ ms: toMs, share: rise.length / count }] : []),
  ];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

const SPAN = { x1: "from", x2: "to", y1: 0, y2: 1 } as const;

/** What was predicted, as far as it lies within the axis. */
function spanOf({ predictedMs }: Curve, { fromMs, toMs }: TimeAxis): Span[] {
  if (predictedMs === null || predictedMs.best > toMs || predictedMs.worst <= fromMs) return [];
  return [{ from: Math.max(fromMs, predictedMs.best), to: Math.min(predictedMs.worst, toMs) }];
}

/** The same prediction of many is shaded once. */
function distinctSpans(curves: readonly Curve[], axis: TimeAxis): Span[] {
  const spans = curves.flatMap((curve) => spanOf(curve, axis));
  return [
    ...new Map(spans.map((span) => [`${Math.round(span.from)} ${Math.round(span.to)}`, span])).values(),
  ];
}

function oursLast({ ink }: View, curves: readonly Curve[]): Curve[] {
  return [...curves].sort((a, b) => ink(a.subject).strokeWidth - ink(b.subject).strokeWidth);
}

function tick(ms: number): string {
  return ms === 0 ? "0" : chosen(ms);
}

/** Powers of ten alone: what Plot marks between them would lie on each other. */
function logTicks({ fromMs, toMs }: TimeAxis): number[] {
  return [fromMs, ...[10, 100, 1000, 10_000].filter((ms) => ms >= 2.5 * fromMs && ms <= toMs)];
}

function tickAt(ms: number, { resolutionMs }: TimeAxis): string {
  return ms === resolutionMs ? `< ${tick(ms)}` : tick(ms);
}

function describe(curves: readonly Curve[], resolutionMs: number): string {
  const each = curves.map((curve) => describeOne(curve, resolutionMs));
  return `Share of links that had noticed, by time since the fault. ${each.join("; ")}.`;
}

function describeOne({ title, latenciesMs, count }: Curve, resolutionMs: number): string {
  const middle = latenciesMs[latenciesMs.length >> 1];
  if (middle === undefined) return `${title}: none of ${count}`;
  return `${title}: ${latenciesMs.length} of ${count}, half of them after ${measured(middle, resolutionMs)}`;
}
