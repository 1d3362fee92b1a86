import { duration, octets, ratio } from "../words.js";
import { type Html, html } from "./html.js";
import { type QosBargainRow, type QosBargainSide, type QosPicture, rounded } from "./qos-picture.js";

/** Sooner and less often wrong for the same octets: a row each condition, whoever asks or listens. */
export function bargainTable({ bargains }: QosPicture): Html {
  const asks = bargains.find(({ way }) => way === "asks");
  if (asks === undefined) return html``;
  const rows = bargains.map(
    (row) =>
      html`<tr><th scope="row">${row.title}<small>${row.way === "asks" ? "asks" : "only listens"}</small></th>${pair(row, detection)}${pair(row, mistakes)}<td class="number">${fewer(row)}</td>${pair(row, ({ octetsPerHour }) => octets(octetsPerHour))}</tr>`,
  );
  return html`<h3>Sooner and less often wrong, for no more octets</h3><p class="note">${sum(bargains)} The plain one: ${asks.plain.settings}. Ours is the default policy with two settings changed, ${asks.ours.settings}, and all of its octets are counted, confirming probes too. Who only listens, hears beats instead of answers.</p><div class="scroll" tabindex="0" role="region" aria-label="For the same octets"><table class="roomy"><thead><tr><th></th><th class="number">mean detection, plain</th><th class="number">ours</th><th class="number">mistakes an hour, plain</th><th class="number">ours</th><th class="number">times fewer (95 %)</th><th class="number">octets an hour, plain</th><th class="number">ours</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function pair({ plain, ours }: QosBargainRow, words: (side: QosBargainSide) => string): Html {
  return html`<td class="number">${words(plain)}</td><td class="number">${words(ours)}</td>`;
}

function detection({ detectionMs }: QosBargainSide): string {
  return detectionMs === null ? "–" : duration(detectionMs.mean);
}

function mistakes({ mistakes, mistakesPerHour, peerHours }: QosBargainSide): string {
  return mistakes > 0 ? rounded(mistakesPerHour) : `none in ${Math.round(peerHours)} h`;
}

function fewer({ plain, ours, fewer }: QosBargainRow): string {
  return plain.mistakes + ours.mistakes === 0 ? "none in either" : ratio(fewer);
}

function sum(rows: readonly QosBargainRow[]): string {
  const meanMs = ({ detectionMs }: QosBargainSide) => detectionMs?.mean ?? Number.POSITIVE_INFINITY;
  const sooner = rows.filter(({ plain, ours }) => meanMs(ours) < meanMs(plain)).length;
  const cheap = rows.filter(({ plain, ours }) => ours.octetsPerHour <= plain.octetsPerHour).length;
  const surely = rows.filter(({ fewer }) => fewer.from > 1).length;
  const more = rows.filter(({ plain, ours }) => ours.mistakes > plain.mistakes).length;
  return `Of ${rows.length} rows ours is sooner in ${sooner}, for no more octets in ${cheap}, with fewer mistakes beyond doubt in ${surely}, and with more in ${more === 0 ? "none" : more}.`;
}
