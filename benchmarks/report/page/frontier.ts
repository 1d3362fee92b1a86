import { dot, line, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { realFaults } from "../catalogue.js";
import type { FaultRow, SubjectRow } from "../results.js";
import { volumeOf } from "../wire.js";
import { duration, octets } from "../words.js";
import { type Html, html } from "./html.js";
import { type LogFrame, logPlot, namesIn } from "./log-frame.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

const WIDTH = 470;
const HEIGHT = 440;
const MARGIN = { left: 74, right: 16, top: 92, bottom: 44 };

/** What a subject gets for its octets. */
interface Bargain {
  readonly subject: SubjectRow;
  readonly octetsPerHour: number;
  /** Undefined: it never noticed. */
  readonly latencyMs: { readonly median: number; readonly p5: number; readonly p95: number } | undefined;
}

/** Latency against octets, for the faults that tell the most: what everybody plays for, and what the kernel cannot see. */
export function frontiers(view: View): Html {
  const shown = [
    (fault: FaultRow) =>
      fault.effect.kind === "path-cut" &&
      fault.effect.directions === "both" &&
      fault.effect.packets === "dropped" &&
      !fault.effect.unacknowledgedData,
    (fault: FaultRow) => fault.effect.kind === "process-hung",
  ].flatMap((matches) => realFaults(view.catalogue).find(matches) ?? []);
  const figures = shown.flatMap((fault) => {
    const bargains = bargainsOf(view, fault);
    return bargains.length === 0 ? [] : [frontier(view, fault, bargains)];
  });
  if (figures.length === 0) {
    return html`<p class="note">Not measured: it needs octets on the wire, and a silent cut or a hung process.</p>`;
  }
  return html`<div class="pairs">${figures}</div>`;
}

function bargainsOf(view: View, fault: FaultRow): Bargain[] {
  return view.catalogue.subjects.flatMap((subject) => {
    const row = view.results.wire.find((wire) => wire.subject === subject.name);
    const cell = view.cell(subject.name, fault.name);
    if (row === undefined || cell === undefined) return [];
    return [{ subject, octetsPerHour: volumeOf(row).together, latencyMs: cell.latencyMs }];
  });
}

function frontier(view: View, fault: FaultRow, bargains: readonly Bargain[]): Html {
  const volumes = bargains.map(({ octetsPerHour }) => octetsPerHour);
  const latencies = bargains.flatMap(({ latencyMs }) => (latencyMs ? [latencyMs.p5, latencyMs.p95] : []));
  const x: [number, number] = [Math.min(...volumes) / 1.35, Math.max(...volumes) * 1.5];
  const [fastest, slowest] = [Math.max(1, Math.min(...latencies, 1e9)), Math.max(...latencies, 2)];
  const y: [number, number] = [fastest / 1.25, slowest * 1.25];
  const frame: LogFrame = {
    width: WIDTH,
    height: HEIGHT,
    margin: MARGIN,
    x: {
      domain: x,
      digits: [1, 2, 5],
      format: octets,
      label: "octets an hour, both ways (log)",
      labelOffset: 38,
    },
    y: {
      domain: y,
      digits: [1, 2, 5],
      format: duration,
      label: "median detection latency (log)",
      labelOffset: 66,
    },
  };
  const never = MARGIN.top - 40;
  const places = namesIn(
    frame,
    bargains.map(({ subject, octetsPerHour, latencyMs }) => ({
      x: octetsPerHour,
      y: latencyMs?.median ?? null,
      text: subject.title,
    })),
    { above: never },
  );
  const svg = svgOf(
    logPlot(frame, [
      ruleY([y[1]], { stroke: "var(--bad)", strokeDasharray: "3 3" }),
      text(["not noticed"], {
        frameAnchor: "top-right",
        dy: -17,
        fill: "var(--bad)",
        textAnchor: "end",
      }),
      line(bestOf(bargains), {
        x: "octetsPerHour",
        y: (best: Bargain) => best.latencyMs?.median,
        curve: "step-after",
        stroke: "var(--muted)",
        strokeDasharray: "1 4",
        strokeLinecap: "round",
        strokeWidth: 2,
      }),
      ...bargains.flatMap((bargain, index): Markish[] => {
        const { className, color, symbol } = view.ink(bargain.subject.name);
        const { latencyMs, octetsPerHour, subject } = bargain;
        const dy = latencyMs === undefined ? never - MARGIN.top : 0;
        const median = latencyMs?.median ?? y[1];
        const place = places[index]!;
        const spread = latencyMs === undefined ? [] : [latencyMs];
        return [
          ruleX(spread, {
            x: () => octetsPerHour,
            y1: "p5",
            y2: "p95",
            stroke: color,
            strokeOpacity: 0.5,
            strokeWidth: 1.6,
            className,
          }),
          dot([bargain], {
            x: () => octetsPerHour,
            y: () => median,
            dy,
            r: 5,
            symbol,
            stroke: color,
            fill: subject.kind === "heartwire" ? color : "var(--page)",
            strokeWidth: 1.8,
            className,
            title: () => describe(bargain),
          }),
          text([subject.title], {
            x: () => octetsPerHour,
            y: () => median,
            dx: place.dx,
            dy: dy + place.dy,
            textAnchor: place.anchor,
            fill: color,
            fontWeight: subject.kind === "heartwire" ? "600" : "400",
            stroke: "var(--page)",
            strokeWidth: 3,
            className,
          }),
        ];
      }),
    ]),
    {
      id: `frontier-${fault.name}`,
      title: `Latency against octets: ${fault.title}`,
      description: `${bargains.map(describe).join("; ")}.`,
    },
  );
  return html`<figure><figcaption>${fault.title}</figcaption>${svg}</figure>`;
}

/** Those whom nobody beats in both: fewest octets first. */
export function bestOf(bargains: readonly Bargain[]): Bargain[] {
  let quickest = Number.POSITIVE_INFINITY;
  return [...bargains]
    .sort((a, b) => a.octetsPerHour - b.octetsPerHour)
    .filter(({ latencyMs }) => {
      if (latencyMs === undefined || latencyMs.median >= quickest) return false;
      quickest = latencyMs.median;
      return true;
    });
}

function describe({ subject, octetsPerHour, latencyMs }: Bargain): string {
  const latency = latencyMs === undefined ? "not noticed" : duration(latencyMs.median);
  return `${subject.title}: ${latency}, ${octets(octetsPerHour)} an hour`;
}
