import { axisX, axisY, gridX, gridY, link, type Markish, type PlotOptions } from "@observablehq/plot";
import { type Placement, placeLabels } from "./labels.js";

/** From the least to the greatest value of an axis. */
export type Domain = readonly [number, number];

/** One axis of a {@link LogFrame}. */
export interface LogAxis {
  readonly domain: Domain;
  /** Which digits of each power of ten are marked. */
  readonly digits: readonly number[];
  readonly format: (value: number) => string;
  readonly label: string;
  /** Of the label, from the axis. */
  readonly labelOffset: number;
}

/** The frame of a picture with two logarithmic axes. */
export interface LogFrame {
  readonly width: number;
  readonly height: number;
  readonly margin: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
  readonly x: LogAxis;
  readonly y: LogAxis;
}

/** The picture with these marks in the frame. */
export function logPlot({ width, height, margin, x, y }: LogFrame, marks: readonly Markish[]): PlotOptions {
  const [ticksX, ticksY] = [ticksIn(x), ticksIn(y)];
  return {
    width,
    height,
    marginLeft: margin.left,
    marginRight: margin.right,
    marginTop: margin.top,
    marginBottom: margin.bottom,
    style: { fontSize: "12px" },
    x: { type: "log", domain: x.domain },
    y: { type: "log", domain: y.domain },
    r: { type: "identity" },
    marks: [
      // Their labels as "text", not as format: of a logarithmic axis that would leave some out.
      gridX(ticksX, { stroke: "var(--rule)", strokeOpacity: 1 }),
      gridY(ticksY, { stroke: "var(--rule)", strokeOpacity: 1 }),
      axisX(ticksX, { text: x.format, label: `${x.label} →`, labelOffset: x.labelOffset }),
      axisY(ticksY, {
        text: y.format,
        label: y.label,
        labelAnchor: "center",
        labelOffset: y.labelOffset,
      }),
      ...marks,
    ],
  };
}

/**
 * Where names stand beside their points, given in the units of the axes, which may lie above the frame.
 *
 * @param others points without a name that no name shall cover
 * @param spreads the same of upright lines
 * @param level the same of lines across the whole frame
 */
export function namesIn(
  { width, height, margin, x, y }: LogFrame,
  points: readonly { readonly x: number; readonly y: number; readonly text: string }[],
  {
    others = [],
    spreads = [],
    level = [],
  }: {
    others?: readonly { x: number; y: number }[];
    spreads?: readonly { x: number; from: number; to: number }[];
    level?: readonly number[];
  } = {},
): Placement[] {
  const toX = logScale(x.domain, [margin.left, width - margin.right]);
  const toY = logScale(y.domain, [height - margin.bottom, margin.top]);
  return placeLabels(
    points.map((point) => ({ x: toX(point.x), y: toY(point.y), text: point.text })),
    { left: margin.left, right: width - 4, top: 0, bottom: height - margin.bottom },
    others.map((point) => ({ x: toX(point.x), y: toY(point.y) })),
    [
      ...spreads.map((spread) => ({
        left: toX(spread.x) - 1,
        right: toX(spread.x) + 1,
        top: toY(spread.to),
        bottom: toY(spread.from),
      })),
      ...level.map((at) => ({ left: 0, right: width, top: toY(at) - 1, bottom: toY(at) + 1 })),
    ],
  );
}

/** The value of the upright axis that lies so many pixels above the frame. */
export function above({ height, margin, y }: LogFrame, px: number): number {
  const [low, high] = y.domain.map(Math.log) as [number, number];
  return Math.exp(high + (px * (high - low)) / (height - margin.top - margin.bottom));
}

/** Nearer names need no line to their point. */
const LEADER_FROM_PX = 18;

/** A thin line from a point, in the units of the axes, to its name where that stands far off. */
export function leaderTo(
  { width, height, margin, x, y }: LogFrame,
  point: { readonly x: number; readonly y: number },
  { dx, dy }: Placement,
  stroke: string,
  className?: string,
): Markish[] {
  if (Math.abs(dy) < LEADER_FROM_PX) return [];
  const [left, right] = x.domain.map(Math.log) as [number, number];
  const [low, high] = y.domain.map(Math.log) as [number, number];
  const perX = (right - left) / (width - margin.left - margin.right);
  const perY = (high - low) / (height - margin.top - margin.bottom);
  const end = {
    x: point.x * Math.exp(0.8 * dx * perX),
    y: point.y * Math.exp(-(dy - Math.sign(dy) * 6) * perY),
  };
  return [
    link([{}], {
      x1: point.x,
      y1: point.y,
      x2: end.x,
      y2: end.y,
      stroke,
      strokeWidth: 0.8,
      strokeOpacity: 0.7,
      ...(className !== undefined && { className }),
    }),
  ];
}

/** A scale of our own, so that names can be placed before anything is drawn. */
function logScale(domain: Domain, range: readonly [number, number]) {
  const [from, to] = domain.map(Math.log) as [number, number];
  return (value: number) => range[0] + ((Math.log(value) - from) / (to - from)) * (range[1] - range[0]);
}

function ticksIn({ domain: [from, to], digits }: LogAxis): number[] {
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    ticks.push(...digits.map((digit) => digit * power).filter((tick) => tick >= from && tick <= to));
  }
  return ticks;
}
