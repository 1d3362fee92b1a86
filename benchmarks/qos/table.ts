import Table from "cli-table3";
import { duration, HEADLINE_BAR, octets, ratio, verdictOf } from "../report/words.js";
import { bargainVerdict } from "./bargain.js";
import type { QosBargain, QosHeadline, QosPoint, QosResults, QosSensitivity } from "./results.js";

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
  return [
    ...tables,
    bargainLines(results.bargains),
    ...results.headlines.map(headlineLines),
    sensitivityLines(results.sensitivity),
  ].join("\n\n");
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

/** Ours and a plain timeout for the same octets, a row each condition and way of hearing. */
export function bargainLines(bargains: readonly QosBargain[]): string {
  const [first] = bargains;
  if (first === undefined) return "";
  const table = new Table({
    head: ["", "", "T_D, plain", "ours", "mistakes/h, plain", "ours", "octets/h, plain", "ours", ""],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "right", "right", "right", "right", "right", "right", "left"],
  });
  for (const row of bargains) {
    const { plain, ours } = row;
    table.push([
      row.title,
      row.way,
      ...[plain, ours].map(({ detectionMs }) => (detectionMs === null ? "–" : duration(detectionMs.mean))),
      ...[plain, ours].map(bargainRate),
      ...[plain, ours].map(({ octetsPerHour }) => octets(octetsPerHour)),
      bargainWords(row),
    ]);
  }
  return `For the same octets an hour: ${first.plain.settings}; against ${first.ours.settings}\n${table.toString()}`;
}

export function bargainRate({ mistakes, mistakesPerHour, peerHours }: QosBargain["plain"]): string {
  return mistakes > 0 ? figure(mistakesPerHour) : `none in ${Math.round(peerHours)} h`;
}

/** "sooner, for no more octets, fewer mistakes". */
export function bargainWords(row: QosBargain): string {
  const { sooner, noDearer, mistakes } = bargainVerdict(row);
  const words = { fewer: "fewer mistakes", more: "more mistakes", undecided: "mistakes undecided" };
  return [
    sooner ? "sooner" : "not sooner",
    noDearer ? "for no more octets" : "for more octets",
    mistakes === "none in either" ? "no mistake in either" : words[mistakes],
  ].join(", ");
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
    return `  ${name}: ${ratio(fewer)} times fewer mistakes (exact 95 % interval); ${HEADLINE_BAR} times fewer: ${verdictOf(fewer)}; every crash within its bound: ${beyondBound === 0 && crashes > 0 ? "holds" : "does not hold"}`;
  });
  return `${title}\n  ${why}\n  ${Math.round(peerHours).toLocaleString("en")} peer-hours; ${plain.name}: ${plain.settings}\n${table.toString()}\n${lines.join("\n")}`;
}

/** How the headline depends on the bursts: how many times fewer mistakes, a row each share of frames lost. */
export function sensitivityLines(cells: readonly QosSensitivity[]): string {
  if (cells.length === 0) return "";
  const [lengths, losses] = sensitivityAxes(cells);
  const table = new Table({
    head: ["lost within a burst", ...lengths.map((ms) => duration(ms))],
    style: { head: [], border: [] },
    colAligns: ["right", ...lengths.map(() => "right" as const)],
  });
  for (const lossRate of losses) {
    table.push([
      percent(lossRate),
      ...lengths.map((meanMs) => {
        const cell = cells.find((each) => each.lossRate === lossRate && each.meanMs === meanMs);
        return cell === undefined ? "" : `${ratio(cell.fewer)}${MARKS[verdictOf(cell.fewer)]}`;
      }),
    ]);
  }
  const hours = Math.round(Math.min(...cells.map(({ peerHours }) => peerHours))).toLocaleString("en");
  return `The same for other bursts, by their mean length: how many times fewer mistakes (exact 95 % interval; ${hours} peer-hours each).\n✓ ${HEADLINE_BAR} times fewer or better, ✗ not, ? undecided\n${table.toString()}`;
}

const MARKS = { holds: " ✓", "does not hold": " ✗", undecided: " ?" } as const;

/** Mean lengths and shares of loss, rising. */
export function sensitivityAxes(cells: readonly QosSensitivity[]): [number[], number[]] {
  const rising = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  return [rising(cells.map(({ meanMs }) => meanMs)), rising(cells.map(({ lossRate }) => lossRate))];
}

export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Three significant digits. */
export function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
}
