import { axisX, axisY, dot, gridX, gridY, line, type Markish, ruleY, text } from "@observablehq/plot";
import { duration, octets } from "../words.js";
import { type Html, html, Html as Markup } from "./html.js";
import { placeLabels } from "./labels.js";
import { svgOf } from "./svg.js";

/** What is drawn of the quality of service of failure detectors; qos.json has it. */
export interface QosPicture {
  readonly conditions: readonly { readonly name: string; readonly title: string; readonly why: string }[];
  readonly contenders: readonly {
    readonly name: string;
    readonly title: string;
    readonly kind: "heartwire" | "rival";
    readonly parameter: string;
    readonly standard: number;
  }[];
  readonly points: readonly QosCurvePoint[];
  readonly headlines: readonly {
    readonly title: string;
    readonly why: string;
    readonly peerHours: number;
    readonly plain: QosSide;
    readonly ours: readonly (QosSide & { readonly fewer: Interval })[];
  }[];
  readonly notMeasured: readonly { readonly what: string; readonly why: string }[];
}

interface Interval {
  readonly from: number;
  readonly to: number | null;
}

interface QosCurvePoint {
  readonly condition: string;
  readonly contender: string;
  readonly value: number;
  readonly detectionMs: { readonly mean: number } | null;
  readonly mistakes: number;
  readonly mistakesPerHour: number;
  readonly mistakesPerHourInterval: Interval;
}

interface QosSide {
  readonly name: string;
  readonly settings: string;
  readonly mistakes: number;
  readonly afterStall: number;
  readonly detectionMs: { readonly mean: number; readonly maxRan: number };
  readonly boundMs: number;
  readonly crashes: number;
  readonly beyondBound: number;
  readonly octetsPerHour: number;
}

/** A point of a curve. */
interface Place {
  readonly detectionMs: number;
  /** Where no mistake was seen, the end of the exact 95 % interval, which is not where it is drawn. */
  readonly rate: number;
  readonly seen: boolean;
  readonly standard: boolean;
  readonly title: string;
}

type Contender = QosPicture["contenders"][number];

const WIDTH = 560;
const HEIGHT = 460;
const MARGIN = { left: 66, right: 18, top: 16, bottom: 44 };
const LIGHT = ["#005f9e", "#c24e00", "#5d646e", "#00805c", "#8a4fc0", "#5b7d00", "#b3407e"];
const DARK = ["#4aa8ee", "#ff8c42", "#c3c9d2", "#2fd0a0", "#c39bf5", "#b7d94c", "#f08cc0"];
const STANDARD_RADIUS = 5;
const RADIUS = 2.6;
const DASHES = ["6 3", "2 2.5", "9 3 2 3", "4 5", "12 4", "1.5 4"];

const declarations = (colors: readonly string[]) =>
  colors.map((color, index) => `--qos-${index}:${color};`).join("");
const STYLE = `:root{${declarations(LIGHT)}}@media (prefers-color-scheme:dark){:root{${declarations(DARK)}}}`;

/** The trade-off curves, one picture a condition, and the comparison with a plain timeout. */
export function qosCurves(qos: QosPicture): Html {
  const figures = qos.conditions.map((condition) => figure(qos, condition));
  const missing = qos.notMeasured.map(({ what, why }) => html`<li>${what}: ${why}</li>`);
  return html`<style>${new Markup(STYLE)}</style><div class="pairs">${figures}</div>${headlineTables(qos)}<h3>Not measured here</h3><ul class="not-measured">${missing}</ul>`;
}

function figure(qos: QosPicture, { name, title, why }: QosPicture["conditions"][number]): Html {
  const found = qos.contenders.flatMap((contender) => {
    const places = placesOf(qos, contender, name);
    return places.length === 0 ? [] : [{ contender, places }];
  });
  const all = found.flatMap(({ places }) => places);
  const caption = html`<figcaption>${title}<small>${why}</small></figcaption>`;
  if (all.length === 0) return html`<figure>${caption}<p class="note">No crash was found.</p></figure>`;
  const x = domainOf(all.map(({ detectionMs }) => detectionMs));
  // Beneath all that was seen: a bound of few hours, drawn as a rate, would look worse than a mistake.
  const floor = Math.min(...all.map(({ rate }) => rate)) / 2;
  const y: [number, number] = [floor / 1.5, domainOf(all.map(({ rate }) => rate))[1]];
  const curves = found.map(({ contender, places }) => ({
    contender,
    places: places.map((place) => (place.seen ? place : { ...place, rate: floor })),
  }));
  const labels = curves.flatMap(({ contender, places }) =>
    places.filter(({ standard }) => standard).map((place) => ({ contender, place })),
  );
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
      r: { type: "identity" },
      marks: [
        gridX(ticksIn(x, [1, 2, 5]), { stroke: "var(--rule)", strokeOpacity: 1 }),
        gridY(ticksIn(y, [1]), { stroke: "var(--rule)", strokeOpacity: 1 }),
        axisX(ticksIn(x, [1, 2, 5]), {
          tickFormat: duration,
          label: "mean detection time (log) →",
          labelOffset: 38,
        }),
        axisY(ticksIn(y, [1]), {
          tickFormat: (rate: number) => String(Number(rate.toPrecision(1))),
          label: "mistakes an hour (log)",
          labelAnchor: "center",
          labelOffset: 58,
        }),
        ruleY([floor], { stroke: "var(--good)", strokeDasharray: "3 3" }),
        text(["none seen"], {
          frameAnchor: "bottom-left",
          dx: 4,
          dy: -2,
          fill: "var(--good)",
          textAnchor: "start",
        }),
        ...curves.flatMap(({ contender, places }) => curveMarks(qos, contender, places)),
        ...labelMarks(qos, labels, x, y),
      ],
    },
    {
      id: `qos-${name}`,
      title: `Mistakes against detection time: ${title}`,
      description: `At their standard settings: ${labels.map(({ place }) => place.title).join("; ")}.`,
    },
  );
  return html`<figure>${caption}${svg}</figure>`;
}

function placesOf({ points }: QosPicture, contender: Contender, condition: string): Place[] {
  return points
    .filter((point) => point.condition === condition && point.contender === contender.name)
    .flatMap((point) => {
      const { detectionMs, mistakes, mistakesPerHour, mistakesPerHourInterval, value } = point;
      const seen = mistakes > 0;
      const rate = seen ? mistakesPerHour : mistakesPerHourInterval.to;
      if (detectionMs === null || rate === null || !(detectionMs.mean > 0)) return [];
      const title = `${contender.title}, ${contender.parameter} ${rounded(value)}: ${duration(detectionMs.mean)}, ${seen ? "" : "fewer than "}${rounded(rate)} mistakes an hour`;
      return [{ detectionMs: detectionMs.mean, rate, seen, standard: value === contender.standard, title }];
    })
    .sort((a, b) => a.detectionMs - b.detectionMs);
}

function curveMarks(qos: QosPicture, contender: Contender, places: readonly Place[]): Markish[] {
  const { color, dash } = inkOf(qos, contender);
  return [
    line(places, {
      x: "detectionMs",
      y: "rate",
      stroke: color,
      strokeWidth: contender.kind === "heartwire" ? 1.8 : 1.2,
      strokeDasharray: dash,
      strokeOpacity: 0.8,
    }),
    ...[true, false].map((seen) =>
      dot(
        places.filter((place) => place.seen === seen),
        {
          x: "detectionMs",
          y: "rate",
          r: ({ standard }: Place) => (standard ? STANDARD_RADIUS : RADIUS),
          symbol: contender.kind === "heartwire" ? "circle" : "square2",
          stroke: color,
          fill: seen ? color : "var(--page)",
          title: "title",
        },
      ),
    ),
  ];
}

function labelMarks(
  qos: QosPicture,
  labels: readonly { readonly contender: Contender; readonly place: Place }[],
  x: readonly [number, number],
  y: readonly [number, number],
): Markish[] {
  const toX = logScale(x, [MARGIN.left, WIDTH - MARGIN.right]);
  const toY = logScale(y, [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const spots = placeLabels(
    labels.map(({ contender, place }) => ({
      x: toX(place.detectionMs),
      y: toY(place.rate),
      text: shortTitle(contender),
    })),
    { left: MARGIN.left, right: WIDTH, top: 0, bottom: HEIGHT - MARGIN.bottom },
  );
  return labels.map(({ contender, place }, index) => {
    const { dx, dy, anchor } = spots[index]!;
    return text([place], {
      x: "detectionMs",
      y: "rate",
      dx,
      dy,
      textAnchor: anchor,
      text: () => shortTitle(contender),
      fill: inkOf(qos, contender).color,
      fontWeight: contender.kind === "heartwire" ? "600" : "400",
      stroke: "var(--page)",
      strokeWidth: 3,
    });
  });
}

function inkOf({ contenders }: QosPicture, contender: Contender) {
  const index = contenders.filter(({ kind }) => kind === contender.kind).indexOf(contender);
  return contender.kind === "heartwire"
    ? { color: `var(--qos-${index % LIGHT.length})`, dash: "none" }
    : { color: "var(--muted)", dash: DASHES[index % DASHES.length]! };
}

function shortTitle({ title }: Contender): string {
  return title.replace(/^Heartwire: /, "");
}

function headlineTables({ headlines }: QosPicture): Html[] {
  return headlines.map(({ title, why, peerHours, plain, ours }) => {
    const rows = [{ ...plain, fewer: undefined }, ...ours].map(
      (side) =>
        html`<tr><th scope="row">${side.name}<small>${side.settings}</small></th><td class="number">${side.mistakes}</td><td class="number">${side.afterStall}</td><td class="number">${side.fewer === undefined ? "" : times(side.fewer)}</td><td class="number">${duration(side.detectionMs.mean)}</td><td class="number">${duration(side.detectionMs.maxRan)} of ${duration(side.boundMs)}</td><td class="number">${side.beyondBound} of ${side.crashes}</td><td class="number">${octets(side.octetsPerHour)}</td></tr>`,
    );
    return html`<h3>${title}</h3><p class="note">${why}. ${Math.round(peerHours)} peer-hours.</p><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr><th>same faults, same pings an hour</th><th class="number">mistakes</th><th class="number">after a stall of ours</th><th class="number">times fewer (95 %)</th><th class="number">mean detection</th><th class="number">longest, of its bound</th><th class="number">crashes beyond it</th><th class="number">octets an hour</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  });
}

function times({ from, to }: Interval): string {
  return to === null ? `at least ${rounded(from)}` : `${rounded(from)} to ${rounded(to)}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function domainOf(values: readonly number[]): [number, number] {
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}

function logScale(domain: readonly [number, number], range: readonly [number, number]) {
  const [from, to] = domain.map(Math.log) as [number, number];
  return (value: number) => range[0] + ((Math.log(value) - from) / (to - from)) * (range[1] - range[0]);
}

function ticksIn([from, to]: readonly [number, number], digits: readonly number[]): number[] {
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10) {
    ticks.push(...digits.map((digit) => digit * power).filter((tick) => tick >= from && tick <= to));
  }
  return ticks;
}
