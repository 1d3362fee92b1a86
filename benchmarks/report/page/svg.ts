import { type PlotOptions, plot } from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { escapeMarkup, Html } from "./html.js";

/** What a picture says to those who do not see it. */
export interface Caption {
  /** Unique in the page; lower-case letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");

/** A number with more decimals than a screen has. */
const NEEDLESS_DECIMALS = /(\d+\.\d{2})\d+/g;

/** Draws a plot as an SVG element that scales down with its column and names itself. */
export function svgOf(options: PlotOptions, caption: Caption): Html {
  const drawn = plot({ className: "plot", ...options, document });
  const { id, title, description } = caption;
  const named = `<title id="${id}-t">${escapeMarkup(title)}</title><desc id="${id}-d">${escapeMarkup(description)}</desc>`;
  const text = drawn.outerHTML
    .replace(/<style>[\s\S]*?<\/style>/, named)
    .replace(
      /^<svg /,
      `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${id}-t ${id}-d" `,
    )
    .replaceAll(NEEDLESS_DECIMALS, "$1");
  return new Html(text);
}
