import { dot, line, type Markish, text } from "@observablehq/plot";
import { duration } from "../words.js";
import { type Html, html, Html as Markup } from "./html.js";
import { type Domain, type LogFrame, leaderTo, logPlot, namesIn } from "./log-frame.js";
import { bargainTable } from "./qos-bargain.js";
import { headlineTables } from "./qos-headline.js";
import { type QosPicture, rounded } from "./qos-picture.js";
import { sensitivityMap } from "./qos-sensitivity.js";
import { svgOf } from "./svg.js";

/** A point of a curve. */
interface Place {
  readonly detectionMs: number;
  /** Where no mistake was seen, the upper end of the exact 95 % interval. */
  readonly rate: number;
  readonly seen: boolean;
  readonly standard: boolean;
  readonly title: string;
}

type Contender = QosPicture["contenders"][number];

const WIDTH = 560;
const HEIGHT = 460;
const MARGIN = { left: 66, right: 18, top: 16, bottom: 44 };
/** None of them a contender's: a curve is a detector, not a library on a wire. */
const LIGHT = ["#4338ca", "#9b2226", "#5d646e", "#0b7285", "#7a4a1e", "#86198f", "#4d6a12"];
const DARK = ["#a3a8ff", "#ff9a94", "#c3c9d2", "#63d5e6", "#dcaa74", "#ef9ff3", "#b9d382"];
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
  return html`<style>${new Markup(STYLE)}</style><div class="pairs">${figures}</div>${bargainTable(qos)}${headlineTables(qos)}${sensitivityMap(qos)}<h3>Not measured here</h3><ul class="not-measured">${missing}</ul><p class="note">Measured on ${qos.environment.date.slice(0, 10)} (${qos.environment.cpuModel}, Node ${qos.environment.node}), apart from the rest of this page; every figure of this section is in qos.json.</p>`;
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
  const y = rateDomain(all.map(({ rate }) => rate));
  const labels = found.flatMap(({ contender, places }) =>
    places.filter(({ standard }) => standard).map((place) => ({ contender, place })),
  );
  const frame: LogFrame = {
    width: WIDTH,
    height: HEIGHT,
    margin: MARGIN,
    x: {
      domain: x,
      digits: [1, 2, 5],
      format: duration,
      label: "mean detection time (log)",
      labelOffset: 38,
    },
    y: {
      domain: y,
      digits: [1],
      format: (rate) => String(Number(rate.toPrecision(1))),
      label: "mistakes an hour (log)",
      labelOffset: 58,
    },
  };
  const svg = svgOf(
    logPlot(frame, [
      ...found.flatMap(({ contender, places }) => curveMarks(qos, contender, places)),
      ...labelMarks(
        qos,
        labels,
        found.flatMap(({ places }) => places),
        frame,
      ),
    ]),
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
    // Between bounds there is no curve: how low the truth lies is not known.
    line(
      places.filter(({ seen }) => seen),
      {
        x: "detectionMs",
        y: "rate",
        stroke: color,
        strokeWidth: contender.kind === "heartwire" ? 1.8 : 1.2,
        strokeDasharray: dash,
        strokeOpacity: 0.8,
      },
    ),
    text(
      places.filter(({ seen }) => !seen),
      { x: "detectionMs", y: "rate", text: () => "↓", dy: 11, fill: color },
    ),
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
  places: readonly Place[],
  frame: LogFrame,
): Markish[] {
  const at = ({ detectionMs, rate }: Place) => ({ x: detectionMs, y: rate });
  const spots = namesIn(
    frame,
    labels.map(({ contender, place }) => ({ ...at(place), text: shortTitle(contender) })),
    { others: places.filter(({ standard }) => !standard).map(at) },
  );
  const leaders = labels.flatMap(({ contender, place }, index) =>
    leaderTo(frame, at(place), spots[index]!, inkOf(qos, contender).color),
  );
  const names = labels.map(({ contender, place }, index) => {
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
  return [...leaders, ...names];
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

/** With room for the arrows beneath bounds, and for a tick or two where there is nothing but one bound. */
function rateDomain(rates: readonly number[]): Domain {
  const least = Math.min(...rates);
  return [least / 3, Math.max(least * 30, ...rates) * 1.3];
}

function domainOf(values: readonly number[]): Domain {
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}
