import { expectedText, flagText, isNotable, type LivingPeers, livingPeers } from "../living-peers.js";
import { type Html, html } from "./html.js";
import type { View } from "./view.js";

/** Living peers called dead, measured beside expected: a row per cell where either is worth it. */
export function livingPeersTable(view: View): Html {
  const { results } = view;
  if (results.expectedMistakes === undefined) return html`<p class="note">Not predicted in this run.</p>`;
  const rows = livingPeers(results).filter(isNotable);
  if (rows.length === 0) {
    return html`<p class="note">None was called dead, and none should have been.</p>`;
  }
  const caption = "Links, and how many by each one's own formula; in brackets the 95 % interval of chance";
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Living peers called dead"><table id="living-peers" class="reasons">
<caption>${caption}</caption>
<thead><tr><th scope="col">Contender</th><th scope="col">The peer lives, and</th><th scope="col" class="number">called dead</th><th scope="col" class="number">expected</th><th scope="col">because</th></tr></thead>
<tbody>${rows.map((peers) => row(view, peers))}</tbody></table></div>`;
}

function row(view: View, peers: LivingPeers): Html {
  const { subject, fault, called, links, byOtherEnd, expected } = peers;
  const words = flagText(peers);
  const flag = words === "" ? undefined : html` <span class="flag">${words}</span>`;
  const other = byOtherEnd === 0 ? undefined : html`, <small>${byOtherEnd} by the other end</small>`;
  return html`<tr class="${view.ink(subject.name).className}"><th scope="row">${subject.title}</th><td>${fault.title}</td>
<td class="number"><b>${called}</b> of ${links}${flag}${other}</td><td class="number">${expectedText(peers)}</td><td>${expected.why}</td></tr>`;
}
