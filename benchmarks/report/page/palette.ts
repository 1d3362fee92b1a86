import type { SubjectRow } from "../results.js";
import { type Html, html } from "./html.js";
import { rivalShape, type Shape } from "./symbols.js";

/** How a subject is drawn, the same in every picture. */
export interface Ink {
  /** CSS class of everything that is this subject's: it can be highlighted by it. */
  readonly className: string;
  readonly color: string;
  /** SVG dash array: rivals are dashed. */
  readonly dash: string;
  /** Ours are filled circles; each rival has a hollow shape of its own. */
  readonly symbol: Shape;
  readonly strokeWidth: number;
}

/** Of the kernel's own probes. Hues after Okabe and Ito, each as bright as its background needs. */
const KERNEL = [
  { light: "#c24e00", dark: "#ff8c42" },
  { light: "#a06a00", dark: "#f5c451" },
];
const HEARTBEAT = [
  { light: "#005f9e", dark: "#4aa8ee" },
  { light: "#00805c", dark: "#2fd0a0" },
  { light: "#5b7d00", dark: "#b7d94c" },
  { light: "#8a4fc0", dark: "#c39bf5" },
  { light: "#b3407e", dark: "#f08cc0" },
  { light: "#1d86b8", dark: "#8fd3ff" },
];
const RIVAL = { light: "#666d78", dark: "#9aa3b2" };
const DASHES = ["6 3", "2 2.5", "9 3 2 3", "4 5", "12 4", "1.5 4", "9 3 2 3 2 3"];

/** The inks of all subjects: ours in colour, unbroken; rivals grey, each with a dash and a shape of its own. */
export function inksOf(subjects: readonly SubjectRow[]): ReadonlyMap<string, Ink> {
  let rivals = 0;
  return new Map(
    subjects.map(({ name, kind }, index) => {
      const ours = kind === "heartwire";
      return [
        name,
        {
          className: `subject-${index}`,
          color: `var(--subject-${index})`,
          dash: ours ? "none" : DASHES[rivals % DASHES.length]!,
          symbol: ours ? "circle" : rivalShape(rivals++),
          strokeWidth: ours ? 2 : 1.5,
        },
      ];
    }),
  );
}

/** A subject's mark for a legend, around the origin. */
export function markOf({ color, symbol }: Ink): Html {
  return symbol === "circle"
    ? html`<circle r="4.5" fill="${color}"/>`
    : html`<path d="${symbol.path(4)}" fill="var(--page)" stroke="${color}" stroke-width="1.5" stroke-linejoin="round"/>`;
}

/** CSS declarations of the subjects' colours on one background. */
export function colorDeclarations(subjects: readonly SubjectRow[], theme: "light" | "dark"): string {
  let [kernels, heartbeats] = [0, 0];
  const pick = ({ kind, proves }: SubjectRow) => {
    if (kind !== "heartwire") return RIVAL;
    return proves === "connection"
      ? KERNEL[kernels++ % KERNEL.length]!
      : HEARTBEAT[heartbeats++ % HEARTBEAT.length]!;
  };
  return subjects.map((subject, index) => `--subject-${index}:${pick(subject)[theme]};`).join("");
}
