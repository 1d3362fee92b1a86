import { duration, HEADLINE_BAR, octets, type RatioInterval, ratio, verdictOf } from "../words.js";
import { type Html, html } from "./html.js";
import type { QosPicture } from "./qos-picture.js";

/** The default policy against a plain timeout: the bar, whether it is kept, and one table a world. */
export function headlineTables({ headlines }: QosPicture): Html {
  if (headlines.length === 0) return html``;
  const tables = headlines.map(({ title, why, peerHours, plain, ours }) => {
    const rows = [{ ...plain, fewer: undefined }, ...ours].map(
      (side) =>
        html`<tr><th scope="row">${side.name}<small>${side.settings}</small></th><td class="number">${whole(side.mistakes)}</td><td class="number">${whole(side.afterStall)}</td><td class="number">${side.fewer === undefined ? "" : judged(side.fewer)}</td><td class="number">${duration(side.detectionMs.mean)}</td><td class="number">${duration(side.detectionMs.maxRan)} of ${duration(side.boundMs)}</td><td class="number">${whole(side.beyondBound)} of ${whole(side.crashes)}</td><td class="number">${octets(side.octetsPerHour)}</td></tr>`,
    );
    return html`<h4>${title}</h4><p class="note">${why}. ${whole(Math.round(peerHours))} peer-hours.</p><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="roomy"><thead><tr><th>same faults, same pings an hour</th><th class="number">mistakes</th><th class="number">after a stall of ours</th><th class="number">times fewer (95 %), ${HEADLINE_BAR} asked</th><th class="number">mean detection</th><th class="number">longest, of its bound</th><th class="number">crashes beyond it</th><th class="number">octets an hour</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  });
  return html`<h3>The default policy against a plain timeout of equal detection time</h3><p class="note">${bar(headlines)}</p>${tables}`;
}

/** The bar and the verdict, in a sentence each. */
function bar(headlines: QosPicture["headlines"]): string {
  const verdicts = headlines.map(({ title, ours }) => ({ title, verdict: verdictOf(ours[0]!.fewer) }));
  const said = (["holds", "does not hold", "undecided"] as const).flatMap((verdict) => {
    const titles = verdicts.filter((each) => each.verdict === verdict).map(({ title }) => title);
    return titles.length === 0 ? [] : [`${verdict} in ${titles.length} (${titles.join("; ")})`];
  });
  const sides = headlines.flatMap(({ ours }) => ours.slice(0, 1));
  const crashes = sides.reduce((sum, side) => sum + side.crashes, 0);
  const late = sides.reduce((sum, side) => sum + side.beyondBound, 0);
  return `The bar we set ourselves: ${HEADLINE_BAR} times fewer mistakes, and every crash found within its bound. Of ${headlines.length} worlds the first ${said.join(", ")}. Of ${whole(crashes)} crashes ${late === 0 ? "none was" : `${whole(late)} were`} found later than the bound, which is ${late === 0 ? "kept" : "not kept"}.`;
}

function judged(fewer: RatioInterval): Html {
  const verdict = verdictOf(fewer);
  const tone = verdict === "holds" ? "good" : verdict === "undecided" ? "" : "bad";
  return html`${ratio(fewer)}<small class="${tone}">${verdict}</small>`;
}

function whole(count: number): string {
  return count.toLocaleString("en");
}
