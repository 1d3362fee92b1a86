import Table from "cli-table3";
import { duration, octets } from "../report/words.js";
import { bargains } from "./bargain.js";
import type { QosHeadline, QosPoint, QosResults } from "./results.js";

/** The least ratio of mistakes that we set ourselves. */
export const HEADLINE_BAR = 50;

/** For the terminal: every contender at its standard setting, one table a condition, and what follows from it. */
export function qosTables(results: QosResults): string {
  const { conditions, contenders, points } = results;
  const tables = conditions.map(({ name, title, why }) => {
    const table = new Table({
      head: ["", "T_D mean", "T_D max", "mistakes/h", "T_M", "P_A", "octets/h"],
      style: { head: [], border: [] },
      colAligns: ["left", "right", "right", "right", "right", "right", "right"],
    });
    for (const contender of contenders) {
      const point = points.find(
        (each) =>
          each.condition === name && each.contender === contender.name && each.value === contender.standard,
      );
      if (point !== undefined) table.push([contender.title, ...cells(point)]);
    }
    return `${title}: ${why}\n${table.toString()}`;
  });
  return [...tables, ...bargainLines(results), ...results.headlines.map(headlineLines)].join("\n\n");
}

function cells(point: QosPoint): string[] {
  const { detectionMs, mistakeDurationMs, queryAccuracy, octetsPerHour } = point;
  return [
    detectionMs === null ? "–" : duration(detectionMs.mean),
    detectionMs === null || point.undetected > 0 ? "never" : duration(detectionMs.max),
    rate(point),
    mistakeDurationMs === null ? "–" : duration(mistakeDurationMs),
    queryAccuracy === 1 ? "1" : queryAccuracy.toFixed(7),
    octets(octetsPerHour),
  ];
}

/** "0.31", or "< 0.037" where none was seen: the end of the exact 95 % interval. */
export function rate({ mistakes, mistakesPerHour, mistakesPerHourInterval }: QosPoint): string {
  if (mistakes > 0) return figure(mistakesPerHour);
  return mistakesPerHourInterval.to === null ? "not measured" : `< ${figure(mistakesPerHourInterval.to)}`;
}

function bargainLines(results: QosResults): string[] {
  return bargains(results).map(({ condition, plain, better, octetsRatio }) => {
    const against = `against a setTimeout loop of 3 intervals (${duration(plain.detectionMs?.mean ?? 0)}, ${rate(plain)} mistakes/h)`;
    if (better === undefined)
      return `${condition}: none of ours is both sooner and beyond doubt less often wrong ${against}.`;
    const { title } = results.contenders.find(({ name }) => name === better.contender)!;
    return `${condition}: ${title} at ${better.value} is both sooner and less often wrong ${against}: ${duration(better.detectionMs?.mean ?? 0)}, ${rate(better)} mistakes/h, for ${figure(100 * ((octetsRatio ?? 1) - 1))} % more octets.`;
  });
}

/** The headline of one world, in lines. */
export function headlineLines({ title, why, peerHours, plain, ours }: QosHeadline): string {
  const table = new Table({
    head: [
      "",
      "mistakes",
      "after a stall",
      "T_D mean",
      "T_D max, ran",
      "bound",
      "crashes beyond",
      "octets/h",
    ],
    style: { head: [], border: [] },
    colAligns: ["left", "right", "right", "right", "right", "right", "right", "right"],
  });
  for (const side of [plain, ...ours]) {
    const { name, mistakes, afterStall, detectionMs, boundMs, beyondBound, crashes, octetsPerHour } = side;
    const found = [duration(detectionMs.mean), duration(detectionMs.maxRan), duration(boundMs)];
    table.push([name, mistakes, afterStall, ...found, `${beyondBound} of ${crashes}`, octets(octetsPerHour)]);
  }
  const lines = ours.map(({ name, fewer, beyondBound, crashes }) => {
    const to = fewer.to === null ? "" : ` to ${figure(fewer.to)}`;
    const span = fewer.to === null ? `at least ${figure(fewer.from)}` : `${figure(fewer.from)}${to}`;
    const holds = verdictOf(fewer);
    return `  ${name}: ${span} times fewer mistakes (exact 95 % interval); ${HEADLINE_BAR} times fewer: ${holds}; every crash within its bound: ${beyondBound === 0 && crashes > 0 ? "holds" : "does not hold"}`;
  });
  return `${title}\n  ${why}\n  ${Math.round(peerHours).toLocaleString("en")} peer-hours; ${plain.name}: ${plain.settings}\n${table.toString()}\n${lines.join("\n")}`;
}

/** Whether the bar is kept, as far as the interval can tell. */
export function verdictOf({ from, to }: { readonly from: number; readonly to: number | null }): string {
  if (from >= HEADLINE_BAR) return "holds";
  return to !== null && to < HEADLINE_BAR ? "does not hold" : "undecided, measure longer";
}

/** Three significant digits. */
export function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
}
