import { axisX, axisY, barX, gridX, type Markish, ruleX, ruleY, text, tickX } from "@observablehq/plot";
import type { CostRow } from "../results.js";
import { type Html, html } from "./html.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

/** A bar chart for each thing that was measured, its limit drawn in where there is one. */
export function costs(view: View): Html {
  const names = [...new Set(view.results.cost.map(({ name }) => name))];
  if (names.length === 0) {
    const why = view.results.notMeasured.find((row) => /\bcpu\b|memory/i.test(row.why))?.why;
    return html`<p class="note">Not measured${why === undefined ? "" : `: ${why}`}.</p>`;
  }
  const figures = names.map((name, index) =>
    chart(
      view,
      name,
      view.results.cost.filter((row) => row.name === name),
      index,
    ),
  );
  return html`<div class="multiples">${figures}</div>`;
}

function chart(view: View, name: string, rows: readonly CostRow[], index: number): Html {
  const unit = rows[0]?.unit ?? "";
  const most = Math.max(...rows.flatMap(({ value, bar, spread }) => [value, bar ?? 0, spread?.p95 ?? 0]));
  const labelOf = ({ subject }: CostRow) =>
    subject === undefined ? name : view.catalogue.titleOfSubject(subject);
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
  return html`<figure><figcaption>${name}</figcaption>${svg}${limited.map((row) => verdict(row, labelOf(row)))}</figure>`;
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

function verdict(row: CostRow, label: string): Html {
  const kept = row.met ?? row.value <= (row.bar ?? 0);
  return html`<p class="note">${label}: at most ${round(row.bar ?? 0)} ${row.unit}, <strong class="${kept ? "good" : "bad"}">${kept ? "✓ kept" : "✗ missed"}</strong> (n = ${row.n})</p>`;
}

function describe({ value, unit, n, spread }: CostRow): string {
  const range = spread === undefined ? "" : `, p5 ${round(spread.p5)}, p95 ${round(spread.p95)}`;
  return `${round(value)} ${unit}${range}, n = ${n}`;
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
