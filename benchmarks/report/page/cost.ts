import { axisX, axisY, barX, gridX, type Markish, ruleX, ruleY, text, tickX } from "@observablehq/plot";
import type { CostRow } from "../results.js";
import { peersInWords } from "../words.js";
import { type Html, html } from "./html.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

/** A bar chart for each thing of which there are several figures, and a table of the others. */
export function costs(view: View): Html {
  const { cost, notMeasured } = view.results;
  if (cost.length === 0) {
    const why = notMeasured.find((row) => /\bcpu\b|memory/i.test(row.why))?.why;
    return html`<p class="note">Not measured${why === undefined ? "" : `: ${why}`}.</p>`;
  }
  const names = [...new Set(cost.map(({ name }) => name))];
  const byName = names.map((name) => ({ name, rows: cost.filter((row) => row.name === name) }));
  // What is counted and ought to be none makes no picture.
  const isDrawn = ({ rows }: { rows: readonly CostRow[] }) => rows.length > 1 && rows[0]?.unit !== "count";
  const figures = byName.filter(isDrawn).map(({ name, rows }, index) => chart(view, name, rows, index));
  const single = byName.filter((each) => !isDrawn(each)).flatMap(({ rows }) => rows);
  return html`<div class="multiples">${figures}</div>${single.length === 0 ? "" : table(view, single)}`;
}

/** Whose a figure is, or with how many peers: what tells those of one chart apart. */
function labelsOf(view: View, rows: readonly CostRow[]): (row: CostRow) => string {
  const severalSizes = new Set(rows.map(({ peers }) => peers)).size > 1;
  return ({ name, subject, peers }) => {
    const parts = [
      ...(subject === undefined ? [] : [view.catalogue.titleOfSubject(subject)]),
      ...(severalSizes && peers !== undefined ? [peersInWords(peers)] : []),
    ];
    return parts.length === 0 ? name : parts.join(", ");
  };
}

function chart(view: View, name: string, rows: readonly CostRow[], index: number): Html {
  const unit = rows[0]?.unit ?? "";
  const most = Math.max(...rows.flatMap(({ value, bar, spread }) => [value, bar ?? 0, spread?.p95 ?? 0]));
  const labelOf = labelsOf(view, rows);
  const sizes = new Set(rows.map(({ peers }) => peers));
  const [peers] = sizes;
  const small = sizes.size === 1 && peers !== undefined ? html`<small>${peersInWords(peers)}</small>` : "";
  const svg = svgOf(
    {
      width: 350,
      height: rows.length * 30 + 46,
      marginLeft: 122,
      marginRight: 58,
      marginTop: 10,
      style: { fontSize: "12px" },
      x: { domain: [0, most === 0 ? 1 : most * 1.04] },
      y: { type: "band", domain: rows.map(labelOf), padding: 0.32 },
      marks: [
        gridX({ ticks: 4, stroke: "var(--rule)", strokeOpacity: 1 }),
        axisX({ ticks: 4, label: `${unit} →`, tickSize: 0 }),
        axisY({ label: null, tickSize: 0, lineWidth: 9.5 }),
        ...rows.flatMap((row) => bar(view, row, labelOf(row))),
        ruleX([0], { stroke: "currentColor" }),
      ],
    },
    {
      id: `cost-${index}`,
      title: name,
      description: rows.map((row) => `${labelOf(row)} ${describe(row)}`).join("; "),
    },
  );
  const limited = rows.filter((row) => row.bar !== undefined);
  return html`<figure><figcaption>${name}${small}</figcaption>${svg}${limited.map((row) => html`<p class="note">${labelOf(row)}: ${verdict(row)} (n = ${row.n})</p>`)}</figure>`;
}

function table(view: View, rows: readonly CostRow[]): Html {
  const lines = rows.map((row) => {
    const { name, subject, peers, value, unit, n, spread } = row;
    const who = subject === undefined ? "" : html`<small>${view.catalogue.titleOfSubject(subject)}</small>`;
    const range = spread === undefined ? "–" : `${round(spread.p5)} to ${round(spread.p95)}`;
    return html`<tr><th scope="row">${name}${who}</th><td class="number">${peers === undefined ? "–" : peers.toLocaleString("en")}</td><td class="number"><strong>${round(value)}</strong> ${symbolOf(unit)}</td><td class="number">${range}</td><td class="number">${n}</td><td>${row.bar === undefined ? "" : verdict(row)}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Single figures of cost"><table><thead><tr><th>Single figures</th><th class="number">peers</th><th class="number">median</th><th class="number">p5 to p95</th><th class="number">n</th><th>limit</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}

function bar(view: View, row: CostRow, label: string): Markish[] {
  const ink = row.subject === undefined ? undefined : view.ink(row.subject);
  const color = ink?.color ?? "var(--muted)";
  const place = { y: () => label, ...(ink && { className: ink.className }) };
  const rival = view.catalogue.subjects.find(({ name }) => name === row.subject)?.kind === "rival";
  return [
    barX([row], {
      ...place,
      x: "value",
      fill: color,
      fillOpacity: rival ? 0.25 : 0.85,
      stroke: color,
      strokeDasharray: rival ? "4 2" : "none",
      title: () => `${label}: ${describe(row)}`,
    }),
    ...(row.spread === undefined
      ? []
      : [ruleY([row.spread], { ...place, x1: "p5", x2: "p95", stroke: "currentColor", strokeWidth: 1.5 })]),
    ...(row.bar === undefined
      ? []
      : [tickX([row.bar], { ...place, x: (limit: number) => limit, stroke: "var(--bad)", strokeWidth: 3 })]),
    text([row], {
      ...place,
      frameAnchor: "right",
      dx: 54,
      textAnchor: "end",
      text: () => round(row.value),
      fill: "currentColor",
      fontWeight: "600",
    }),
  ];
}

function verdict(row: CostRow): Html {
  const kept = row.met ?? row.value <= (row.bar ?? 0);
  return html`${limitOf(row)}, <strong class="${kept ? "good" : "bad"}">${kept ? "✓ kept" : "✗ missed"}</strong>`;
}

function describe({ value, unit, n, spread }: CostRow): string {
  const range = spread === undefined ? "" : `, p5 ${round(spread.p5)}, p95 ${round(spread.p95)}`;
  return `${round(value)} ${unit}${range}, n = ${n}`;
}

function limitOf({ bar = 0, unit }: CostRow): string {
  return bar === 0 ? "none at all" : `at most ${round(bar)} ${symbolOf(unit)}`;
}

function symbolOf(unit: string): string {
  if (unit === "ratio") return "×";
  return unit === "count" ? "" : unit;
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
