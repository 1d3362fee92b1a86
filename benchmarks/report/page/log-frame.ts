import { axisX, axisY, gridX, gridY, type Markish, type PlotOptions } from "@observablehq/plot";
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
      gridX(ticksX, { stroke: "var(--rule)", strokeOpacity: 1 }),
      gridY(ticksY, { stroke: "var(--rule)", strokeOpacity: 1 }),
      axisX(ticksX, { tickFormat: x.format, label: `${x.label} →`, labelOffset: x.labelOffset }),
      axisY(ticksY, {
        tickFormat: y.format,
        label: y.label,
        labelAnchor: "center",
        labelOffset: y.labelOffset,
      }),
      ...marks,
    ],
  };
}

/** Where names stand beside their points, given in the units of the axes; `null` is at `above`, over the frame. */
export function namesIn(
  { width, height, margin, x, y }: LogFrame,
  points: readonly { readonly x: number; readonly y: number | null; readonly text: string }[],
  above = 0,
): Placement[] {
  const toX = logScale(x.domain, [margin.left, width - margin.right]);
  const toY = logScale(y.domain, [height - margin.bottom, margin.top]);
  return placeLabels(
    points.map((point) => ({
      x: toX(point.x),
      y: point.y === null ? above : toY(point.y),
      text: point.text,
    })),
    { left: margin.left, right: width, top: 0, bottom: height - margin.bottom },
  );
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
