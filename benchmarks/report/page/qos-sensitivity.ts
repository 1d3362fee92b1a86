import { cell, text } from "@observablehq/plot";
import { duration, HEADLINE_BAR, ratio, verdictOf } from "../words.js";
import { type Html, html } from "./html.js";
import type { QosCell, QosPicture } from "./qos-picture.js";
import { svgOf } from "./svg.js";

const FILLS = {
  holds: "var(--found)",
  "does not hold": "var(--missed)",
  undecided: "var(--partial)",
} as const;
const CELL = { width: 66, height: 34 };
const MARGIN = { left: 52, right: 4, top: 6, bottom: 44 };

/** Where the bar is kept, by how long bursts last and how much is lost within: a picture, and why. */
export function sensitivityMap({ sensitivity }: QosPicture): Html {
  if (sensitivity.length === 0) return html``;
  const rising = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const lengths = rising(sensitivity.map(({ meanMs }) => meanMs));
  const losses = rising(sensitivity.map(({ lossRate }) => lossRate));
  const x = (each: QosCell) => duration(each.meanMs);
  const y = (each: QosCell) => percent(each.lossRate);
  const count = (verdict: ReturnType<typeof verdictOf>) =>
    sensitivity.filter(({ fewer }) => verdictOf(fewer) === verdict).length;
  const hours = Math.round(Math.min(...sensitivity.map(({ peerHours }) => peerHours))).toLocaleString("en");
  const summary = `Of ${sensitivity.length} kinds of bursts the bar of ${HEADLINE_BAR} holds in ${count("holds")}, does not in ${count("does not hold")}, and is undecided in ${count("undecided")}.`;
  const svg = svgOf(
    {
      width: MARGIN.left + MARGIN.right + CELL.width * lengths.length,
      height: MARGIN.top + MARGIN.bottom + CELL.height * losses.length,
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      marginTop: MARGIN.top,
      marginBottom: MARGIN.bottom,
      style: { fontSize: "12px" },
      x: {
        domain: lengths.map((ms) => duration(ms)),
        label: "mean length of a burst →",
        labelOffset: 38,
        padding: 0.04,
      },
      y: { domain: losses.map(percent), label: null, padding: 0.04 },
      marks: [
        cell(sensitivity, { x, y, fill: (each: QosCell) => FILLS[verdictOf(each.fewer)], title }),
        ...[true, false].map((holds) =>
          text(
            sensitivity.filter(({ fewer }) => (verdictOf(fewer) === "holds") === holds),
            {
              x,
              y,
              text: (each: QosCell) => short(each.fewer),
              fontWeight: holds ? "600" : "400",
              fill: "var(--ink)",
            },
          ),
        ),
      ],
    },
    { id: "qos-sensitivity", title: "How many times fewer mistakes, by burst", description: summary },
  );
  return html`<h3>Where that holds, and where not</h3><p class="note">${summary} A row is the share of frames lost within a burst, each way; each figure is how many times fewer mistakes the default policy makes than the plain timeout, surely (the lower end of the exact 95 % interval, ${hours} peer-hours). Green holds, red does not, yellow is undecided. Where bursts are shorter than the silence that kills, what is left are stalls, which only the plain timeout takes for deaths. Where they are longer, confirming probes have to get through; and a hole that lets nothing pass from the last good ping to the verdict cannot be told from a crash by any probe, only by more patience.</p><figure class="map">${svg}</figure>`;
}

function title(each: QosCell): string {
  return `${percent(each.lossRate)} lost in bursts of ${duration(each.meanMs)}: ${each.plainMistakes} mistakes against ${each.mistakes}, ${ratio(each.fewer)} times fewer: ${verdictOf(each.fewer)}`;
}

/** The lower end, downwards. */
function short({ from }: QosCell["fewer"]): string {
  return from < 10 ? (Math.floor(from * 10) / 10).toFixed(1) : String(Math.floor(from));
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
