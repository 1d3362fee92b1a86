import { dot, line, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { realFaults } from "../catalogue.js";
import type { FaultRow, SubjectRow } from "../results.js";
import { volumeOf } from "../wire.js";
import { chosen, duration, octets } from "../words.js";
import { type Html, html } from "./html.js";
import { above, type LogFrame, leaderTo, logPlot, namesIn } from "./log-frame.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

/** One beside the other, or on a phone, where all that is gained in height keeps names apart. */
const SIZES = {
  wide: { width: 554, height: 500, margin: { left: 74, right: 16, top: 100, bottom: 44 } },
  narrow: { width: 358, height: 600, margin: { left: 74, right: 24, top: 130, bottom: 44 } },
} as const;
/** Who never noticed stands so far above the frame. */
const NEVER_PX = 44;

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
    return bargains.length === 0 ? [] : [{ fault, bargains }];
  });
  if (figures.length === 0) {
    return html`<p class="note">Not measured: it needs octets on the wire, and a silent cut or a hung process.</p>`;
  }
  return html`${(["wide", "narrow"] as const).map(
    (size) =>
      html`<div class="${size}"><div class="pairs">${figures.map(({ fault, bargains }) => frontier(view, fault, bargains, size))}</div></div>`,
  )}`;
}

function bargainsOf(view: View, fault: FaultRow): Bargain[] {
  return view.catalogue.subjects.flatMap((subject) => {
    const row = view.results.wire.find((wire) => wire.subject === subject.name);
    const cell = view.cell(subject.name, fault.name);
    if (row === undefined || cell === undefined) return [];
    return [{ subject, octetsPerHour: volumeOf(row).together, latencyMs: cell.latencyMs }];
  });
}

function frontier(view: View, fault: FaultRow, bargains: readonly Bargain[], size: keyof typeof SIZES): Html {
  const volumes = bargains.map(({ octetsPerHour }) => octetsPerHour);
  const latencies = bargains.flatMap(({ latencyMs }) => (latencyMs ? [latencyMs.p5, latencyMs.p95] : []));
  const x: [number, number] = [Math.min(...volumes) / 1.35, Math.max(...volumes) * 1.5];
  const [fastest, slowest] = [Math.max(1, Math.min(...latencies, 1e9)), Math.max(...latencies, 2)];
  const y: [number, number] = [fastest / 1.25, slowest * 1.25];
  const frame: LogFrame = {
    ...SIZES[size],
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
      format: chosen,
      label: "median detection latency (log)",
      labelOffset: SIZES[size].margin.left - 8,
    },
  };
  const never = above(frame, NEVER_PX);
  const points = bargains.map(({ subject, octetsPerHour, latencyMs }) => ({
    x: octetsPerHour,
    y: latencyMs?.median ?? never,
    text: subject.title,
  }));
  const places = namesIn(frame, points, {
    spreads: bargains.flatMap(({ octetsPerHour, latencyMs }) =>
      latencyMs === undefined ? [] : [{ x: octetsPerHour, from: latencyMs.p5, to: latencyMs.p95 }],
    ),
    level: [y[1]],
  });
  const svg = svgOf(
    logPlot(frame, [
      ruleY([y[1]], { stroke: "var(--bad)", strokeDasharray: "3 3" }),
      text(["not noticed"], {
        frameAnchor: "top-left",
        dx: 4,
        dy: -17,
        fill: "var(--bad)",
        textAnchor: "start",
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
        const [point, place] = [points[index]!, places[index]!];
        const spread = latencyMs === undefined ? [] : [latencyMs];
        return [
          ...leaderTo(frame, point, place, color, className),
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
            y: () => point.y,
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
            y: () => point.y,
            dx: place.dx,
            dy: place.dy,
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
      id: `frontier-${fault.name}-${size}`,
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
