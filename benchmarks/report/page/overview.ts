import { axisX, dot, type Markish, ruleX, ruleY, text } from "@observablehq/plot";
import { realFaults } from "../catalogue.js";
import { measured } from "../resolution.js";
import type { FaultRow } from "../results.js";
import { chosen, inTwoLines, list } from "../words.js";
import type { Html } from "./html.js";
import { svgOf } from "./svg.js";
import type { View } from "./view.js";

/** Where the names of the faults go: beside the rows where there is room, else above them. */
export type Layout =
  | { readonly labels: "left"; readonly width: number }
  | { readonly labels: "above"; readonly width: number };

/** Distance of two missed marks: a factor, as the axis is logarithmic. */
const MISSED_STEP = 1.42;
/** Room for this many at least, if anybody missed anything, so that the word fits above. */
const MISSED_ROOM = 3;
const TICKS_MS = [1, 10, 100, 1000, 3000];
/** Width of a character of the titles above the rows, which are bold. */
const TITLE_CHARACTER_PX = 8.2;
const TITLE_LINE_PX = 16;
const MARGIN_ABOVE = 24;

/** The whole comparison in one picture: a row per fault, a mark per subject at its median; who missed it, right. */
export function overview(view: View, layout: Layout, id: string): Html {
  const faults = realFaults(view.catalogue).filter(({ name }) =>
    view.catalogue.subjects.some((subject) => view.cell(subject.name, name) !== undefined),
  );
  const { waitMs } = view.results.settings;
  const most = Math.max(0, ...faults.map((fault) => missedBy(view, fault).length));
  const mostMissed = most === 0 ? 0 : Math.max(most, MISSED_ROOM);
  const scene: Scene = {
    layout,
    rowHeight: rowHeightOf(view, faults, layout),
    leastMs: unresolvedBelow(view, faults),
    top: waitMs * 1.1,
  };
  const { rowHeight, leastMs, top } = scene;
  const ticks = TICKS_MS.filter(
    (ms) => ms <= waitMs / 2 && (leastMs === 0 || ms > (layout.labels === "left" ? 2 : 8) * leastMs),
  );
  return svgOf(
    {
      width: layout.width,
      height: faults.length * rowHeight + 62,
      marginLeft: layout.labels === "left" ? 372 : MARGIN_ABOVE,
      marginRight: 14,
      marginTop: 30,
      marginBottom: 32,
      style: { fontSize: "13px" },
      x: {
        type: "log",
        domain: [leastMs === 0 ? 1 : leastMs / 1.6, top * MISSED_STEP ** (mostMissed + 0.5)],
      },
      y: { type: "band", domain: faults.map(({ name }) => name), padding: 0, axis: null },
      marks: [
        axisX(leastMs === 0 ? ticks : [leastMs, ...ticks], {
          anchor: "top",
          // A formatter would be asked about powers of ten only.
          text: (ms: number) => (ms === leastMs ? `< ${chosen(ms)}` : chosen(ms)),
          tickSize: 0,
          label: null,
        }),
        ruleX(ticks, { stroke: "var(--rule)" }),
        ruleX([top], { stroke: "var(--bad)", strokeDasharray: "3 3" }),
        missedHead(top, mostMissed),
        ...faults.flatMap((fault) => rowMarks(view, fault, scene)),
      ],
    },
    { id, title: "How long until each one noticed", description: describe(view, faults) },
  );
}

/** What all rows of a picture have in common. */
interface Scene {
  readonly layout: Layout;
  readonly rowHeight: number;
  /** Medians that cannot be told from none stand here; 0 where there are none such. */
  readonly leastMs: number;
  /** Where the axis ends, and what was missed begins. */
  readonly top: number;
}

function rowHeightOf(view: View, faults: readonly FaultRow[], layout: Layout): number {
  const lines =
    layout.labels === "left" ? 0 : Math.max(1, ...faults.map((fault) => titleIn(layout, fault).length));
  return Math.max(34, view.catalogue.subjects.length * 3 + 20) + lines * TITLE_LINE_PX;
}

/** A title above its row, in as many lines as it needs. */
function titleIn({ width }: Layout, { title }: FaultRow): string[] {
  return title.length * TITLE_CHARACTER_PX <= width ? [title] : inTwoLines(title).split("\n");
}

/** The greatest resolution that a median lies below. */
function unresolvedBelow(view: View, faults: readonly FaultRow[]): number {
  return faults.reduce((least, { name }) => {
    const resolutionMs = view.resolution(name);
    const hidden = view.catalogue.subjects.some((subject) => {
      const median = view.cell(subject.name, name)?.latencyMs?.median;
      return median !== undefined && median < resolutionMs;
    });
    return hidden ? Math.max(least, resolutionMs) : least;
  }, 0);
}

function missedHead(top: number, mostMissed: number): Markish {
  if (mostMissed === 0) return [];
  return text(["missed"], {
    x: top,
    frameAnchor: "top",
    dx: 2,
    dy: -20,
    textAnchor: "start",
    fill: "var(--bad)",
    fontWeight: "600",
  });
}

function missedBy({ catalogue, cell }: View, fault: FaultRow) {
  return catalogue.subjects.filter(({ name }) => cell(name, fault.name)?.detected === 0);
}

function rowMarks(view: View, fault: FaultRow, { layout, rowHeight, leastMs, top }: Scene): Markish[] {
  const { subjects } = view.catalogue;
  const titles = titleIn(layout, fault);
  const resolutionMs = view.resolution(fault.name);
  const missed = missedBy(view, fault);
  const below = layout.labels === "left" ? 0 : (titles.length * TITLE_LINE_PX) / 2;
  const step = (rowHeight - 16 - 2 * below) / Math.max(1, subjects.length);
  const label = { y: () => fault.name, fill: "currentColor", lineAnchor: "middle" } as const;
  return [
    layout.labels === "left"
      ? text([fault.title], { ...label, frameAnchor: "left", textAnchor: "end", dx: -14 })
      : titles.map((line, index) =>
          text([line], {
            ...label,
            frameAnchor: "left",
            textAnchor: "start",
            dx: 2 - MARGIN_ABOVE,
            dy: 11 + index * TITLE_LINE_PX - rowHeight / 2,
            fontWeight: "600",
          }),
        ),
    ruleY([fault.name], { y: () => fault.name, stroke: "var(--rule)", dy: rowHeight / 2 }),
    ...subjects.flatMap((subject, index): Markish[] => {
      const { className, color, symbol } = view.ink(subject.name);
      const cell = view.cell(subject.name, fault.name);
      if (cell === undefined) return [];
      const dy = (index - (subjects.length - 1) / 2) * step + below;
      const place = { y: () => fault.name, dy, className } as const;
      const filled = subject.kind === "heartwire" ? color : "var(--page)";
      const { latencyMs } = cell;
      const mark = { symbol, stroke: color, fill: filled, strokeWidth: 1.6, r: 4.5 } as const;
      if (latencyMs === undefined) {
        const x = top * MISSED_STEP ** (missed.indexOf(subject) + 0.7);
        return [
          dot([x], { ...place, dy: below, ...mark, x: () => x, title: () => `${subject.title}: missed` }),
        ];
      }
      const x = (ms: number) => Math.max(leastMs, 1, ms);
      const said = `${subject.title}: ${measured(latencyMs.median, resolutionMs)}, ${cell.detected} of ${cell.count}`;
      return [
        ruleY([cell], {
          ...place,
          x1: x(latencyMs.p5),
          x2: x(latencyMs.p95),
          stroke: color,
          strokeWidth: 1.6,
          strokeOpacity: 0.55,
        }),
        dot([cell], { ...place, ...mark, x: () => x(latencyMs.median), title: () => said }),
      ];
    }),
  ];
}

function describe(view: View, faults: readonly FaultRow[]): string {
  const rows = faults.map((fault) => {
    const missed = missedBy(view, fault).map(({ title }) => title);
    return `${fault.title}: ${missed.length === 0 ? "noticed by all" : `missed by ${list(missed)}`}`;
  });
  return `Median and 5 to 95 % of the time from each fault to the verdict. ${rows.join("; ")}.`;
}
