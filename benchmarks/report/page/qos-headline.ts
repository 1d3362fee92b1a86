import { duration, octets } from "../words.js";
import { type Html, html } from "./html.js";
import { type Interval, type QosPicture, rounded } from "./qos-picture.js";

/** The default policy against a plain timeout, one table a world. */
export function headlineTables({ headlines }: QosPicture): Html[] {
  return headlines.map(({ title, why, peerHours, plain, ours }) => {
    const rows = [{ ...plain, fewer: undefined }, ...ours].map(
      (side) =>
        html`<tr><th scope="row">${side.name}<small>${side.settings}</small></th><td class="number">${whole(side.mistakes)}</td><td class="number">${whole(side.afterStall)}</td><td class="number">${side.fewer === undefined ? "" : times(side.fewer)}</td><td class="number">${duration(side.detectionMs.mean)}</td><td class="number">${duration(side.detectionMs.maxRan)} of ${duration(side.boundMs)}</td><td class="number">${whole(side.beyondBound)} of ${whole(side.crashes)}</td><td class="number">${octets(side.octetsPerHour)}</td></tr>`,
    );
    return html`<h3>${title}</h3><p class="note">${why}. ${whole(Math.round(peerHours))} peer-hours.</p><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="wide"><thead><tr><th>same faults, same pings an hour</th><th class="number">mistakes</th><th class="number">after a stall of ours</th><th class="number">times fewer (95 %)</th><th class="number">mean detection</th><th class="number">longest, of its bound</th><th class="number">crashes beyond it</th><th class="number">octets an hour</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  });
}

function whole(count: number): string {
  return count.toLocaleString("en");
}

function times({ from, to }: Interval): string {
  return to === null ? `at least ${rounded(from)}` : `${rounded(from)} to ${rounded(to)}`;
}
