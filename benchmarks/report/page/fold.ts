import { type Content, type Html, html } from "./html.js";

/** Folded on a phone, where a page of everything is too long to be read; open where there is room. */
export function fold(summary: string, content: Content): Html {
  return html`<details class="fold"><summary>${summary}</summary>${content}</details>`;
}
