import { COMPACT_SUBJECTS } from "./compact.js";
import { Html, html } from "./page/html.js";
import { overview } from "./page/overview.js";
import { markOf } from "./page/palette.js";
import { themeStyle } from "./page/style.js";
import { viewOf } from "./page/view.js";
import type { Results } from "./results.js";

const WIDTH = 900;
const HEAD = 64;
const LEGEND_COLUMNS = 4;
const LEGEND_ROW = 20;

/** The comparison in one SVG that follows the reader's dark or light, for the README. */
export function renderPicture(results: Results): string {
  const view = viewOf(results, COMPACT_SUBJECTS);
  const { subjects } = view.catalogue;
  const plot = overview(view, { labels: "left", width: WIDTH }, "overview");
  const rows = Math.max(1, Math.ceil(subjects.length / LEGEND_COLUMNS));
  const perRow = Math.max(1, Math.ceil(subjects.length / rows));
  const head = HEAD + LEGEND_ROW * (rows - 1);
  const height = head + Number(/ height="(\d+)"/.exec(plot.text)?.[1]);
  const step = (WIDTH - 32) / perRow;
  const legend = subjects.map(
    ({ name, title }, index) =>
      html`<g transform="translate(${Math.round(24 + (index % perRow) * step)} ${50 + LEGEND_ROW * Math.floor(index / perRow)})"><g transform="translate(0 -4)">${markOf(view.ink(name))}</g><text x="11">${title}</text></g>`,
  );
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="currentColor">
<style>${new Html(themeStyle(subjects, "svg"))}</style>
<rect width="100%" height="100%" rx="10" fill="var(--page)"/>
<text x="20" y="28" font-size="18" font-weight="700">How long until each one noticed</text>${legend}
<svg y="${head}" width="${WIDTH}" height="${height - head}">${plot}</svg></svg>
`.text;
}
