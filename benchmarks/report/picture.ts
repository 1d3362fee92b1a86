import { COMPACT_SUBJECTS } from "./compact.js";
import { Html, html } from "./page/html.js";
import { overview } from "./page/overview.js";
import { themeStyle } from "./page/style.js";
import { viewOf } from "./page/view.js";
import type { Results } from "./results.js";

const WIDTH = 900;
const HEAD = 64;

/** The comparison in one SVG that follows the reader's dark or light, for the README. */
export function renderPicture(results: Results): string {
  const view = viewOf(results, COMPACT_SUBJECTS);
  const { subjects } = view.catalogue;
  const plot = overview(view, { labels: "left", width: WIDTH }, "overview");
  const height = HEAD + Number(/ height="(\d+)"/.exec(plot.text)?.[1]);
  const step = (WIDTH - 32) / Math.max(1, subjects.length);
  const legend = subjects.map(({ name, title, kind }, index) => {
    const { color } = view.ink(name);
    const shape =
      kind === "heartwire"
        ? html`<circle r="4.5" cy="-4" fill="${color}"/>`
        : html`<rect x="-4" y="-8" width="8" height="8" fill="var(--page)" stroke="${color}" stroke-width="1.6"/>`;
    return html`<g transform="translate(${Math.round(24 + index * step)} 50)">${shape}<text x="11">${title}</text></g>`;
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="currentColor">
<style>${new Html(themeStyle(subjects, "svg"))}</style>
<rect width="100%" height="100%" rx="10" fill="var(--page)"/>
<text x="20" y="28" font-size="18" font-weight="700">How long until each one noticed</text>${legend}
<svg y="${HEAD}" width="${WIDTH}" height="${height - HEAD}">${plot}</svg></svg>
`.text;
}
