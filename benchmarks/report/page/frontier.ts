import { axisX, axisY, dot, gridX, gridY, line, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { realFaults } from "../catalogue.js";
import type { FaultRow, SubjectRow } from "../results.js";
import { duration, octets } from "../words.js";
import { type Html, html } from "./html.js";
import { placeLabels } from "./labels.js";
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
    return [{ subject, octetsPerHour: row.perHour.out + row.perHour.in, latencyMs: cell.latencyMs }];
  });
}

/** A logarithmic scale of our own, so that names can be placed before anything is drawn. */
function logScale(domain: readonly [number, number], range: readonly [number, number]) {
  const [from, to] = domain.map(Math.log) as [number, number];
  return (value: number) => range[0] + ((Math.log(value) - from) / (to - from)) * (range[1] - range[0]);
}

function frontier(view: View, fault: FaultRow, bargains: readonly Bargain[]): Html {
  const volumes = bargains.map(({ octetsPerHour }) => octetsPerHour);
  const latencies = bargains.flatMap(({ latencyMs }) => (latencyMs ? [latencyMs.p5, latencyMs.p95] : []));
  const x: [number, number] = [Math.min(...volumes) / 1.35, Math.max(...volumes) * 1.5];
  const [fastest, slowest] = [Math.max(1, Math.min(...latencies, 1e9)), Math.max(...latencies, 2)];
  const y: [number, number] = [fastest / 1.25, slowest * 1.25];
  const never = MARGIN.top - 40;
  const toX = logScale(x, [MARGIN.left, WIDTH - MARGIN.right]);
  const toY = logScale(y, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const points = bargains.map(({ subject, octetsPerHour, latencyMs }) => ({
    x: toX(octetsPerHour),
    y: latencyMs === undefined ? never : toY(latencyMs.median),
    text: subject.title,
  }));
  const places = placeLabels(points, {
    left: MARGIN.left,
    right: WIDTH,
    top: 0,
    bottom: HEIGHT - MARGIN.bottom,
  });
  const svg = svgOf(
    {
      width: WIDTH,
      height: HEIGHT,
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      style: { fontSize: "12px" },
      x: { type: "log", domain: x },
      y: { type: "log", domain: y },
      marks: [
        gridX(ticksIn(x), { stroke: "var(--rule)", strokeOpacity: 1 }),
        gridY(ticksIn(y), { stroke: "var(--rule)", strokeOpacity: 1 }),
        axisX(ticksIn(x), {
          tickFormat: octets,
          label: "octets an hour, both ways (log) →",
          labelOffset: 38,
        }),
        axisY(ticksIn(y), {
          tickFormat: duration,
          label: "median detection latency (log)",
          labelAnchor: "center",
          labelOffset: 66,
        }),
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
      ],
    },
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

/** 1, 2 and 5 of each power of ten within a domain. */
function ticksIn([from, to]: readonly [number, number]): number[] {
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    ticks.push(...[1, 2, 5].map((digit) => digit * power).filter((tick) => tick >= from && tick <= to));
  }
  return ticks;
}

function describe({ subject, octetsPerHour, latencyMs }: Bargain): string {
  const latency = latencyMs === undefined ? "not noticed" : duration(latencyMs.median);
  return `${subject.title}: ${latency}, ${octets(octetsPerHour)} an hour`;
}
