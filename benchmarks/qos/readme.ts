import { readFileSync } from "node:fs";
import { type FileState, syncText } from "../report/sync.js";
import { duration, HEADLINE_BAR, octets, ratio, verdictOf } from "../report/words.js";
import type { QosBargain, QosHeadline, QosResults, QosSensitivity } from "./results.js";
import { bargainRate, percent, sensitivityAxes } from "./table.js";

/** What stands between a pair of the README's comments, made from results alone. */
const SECTIONS: Readonly<Record<string, (results: QosResults) => string>> = {
  bargain: ({ bargains }) => sameOctets(bargains),
  headline: ({ headlines, sensitivity }) => `${worlds(headlines)}\n\n${otherBursts(sensitivity)}`,
};

/**
 * Brings the README's blocks in step with results, or, with `check`, only looks.
 *
 * @throws Error when the README lacks one.
 */
export function syncQosReadme(
  path: string,
  results: QosResults,
  { check }: { readonly check: boolean },
): FileState {
  let text = readFileSync(path, "utf8");
  for (const [name, section] of Object.entries(SECTIONS)) {
    const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [begin, end] = [text.indexOf(open), text.indexOf(close)];
    if (begin < 0 || end < begin) throw new Error(`${path} has no block between ${open} and ${close}`);
    text = `${text.slice(0, begin + open.length)}\n\n${section(results)}\n\n${text.slice(end)}`;
  }
  return syncText(path, text, { check });
}

function sameOctets(bargains: readonly QosBargain[]): string {
  const head = ["", "", "T_D", "mistakes an hour", "times fewer", "octets an hour"];
  const rows = bargains.map((each) => {
    const { title, way, plain, ours, fewer } = each;
    const both = (words: (side: QosBargain["plain"]) => string) => `${words(ours)}, not ${words(plain)}`;
    const mean = ({ detectionMs }: QosBargain["plain"]) =>
      detectionMs === null ? "–" : duration(detectionMs.mean);
    const mistakes = plain.mistakes + ours.mistakes === 0 ? bargainRate(ours) : both(bargainRate);
    const times = plain.mistakes + ours.mistakes === 0 ? "" : ratio(fewer);
    return row([title, way, both(mean), mistakes, times, both((side) => octets(side.octetsPerHour))]);
  });
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function worlds(headlines: readonly QosHeadline[]): string {
  const others = headlines[0]?.ours.slice(1) ?? [];
  const rows = headlines.map(({ title, peerHours, plain, ours }) => {
    const [standard, ...rest] = ours;
    const found =
      standard!.beyondBound + plain.beyondBound === 0 ? "all" : `all but ${standard!.beyondBound}`;
    const cells = [
      title,
      hours(peerHours),
      ratio(standard!.fewer),
      verdictOf(standard!.fewer),
      ...rest.map(({ fewer }) => ratio(fewer)),
      `${found} of ${standard!.crashes.toLocaleString("en")}`,
    ];
    return row(cells);
  });
  const head = [
    "world",
    "peer-hours",
    "the default makes … times fewer mistakes",
    `${HEADLINE_BAR} times fewer`,
    ...others.map(({ name }) => name),
    "crashes found within the bound",
  ];
  return [row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function otherBursts(cells: readonly QosSensitivity[]): string {
  if (cells.length === 0) return "";
  const [lengths, losses] = sensitivityAxes(cells);
  const head = ["lost within, mean length", ...lengths.map((ms) => duration(ms))];
  const rows = losses.map((lossRate) =>
    row([
      percent(lossRate),
      ...lengths.map((meanMs) => {
        const cell = cells.find((each) => each.lossRate === lossRate && each.meanMs === meanMs);
        if (cell === undefined) return "";
        const words = ratio(cell.fewer);
        return verdictOf(cell.fewer) === "holds" ? `**${words}**` : words;
      }),
    ]),
  );
  const least = Math.min(...cells.map(({ peerHours }) => peerHours));
  const held = cells.filter(({ fewer }) => verdictOf(fewer) === "holds").length;
  const failed = cells.filter(({ fewer }) => verdictOf(fewer) === "does not hold").length;
  const lead = `The same stalls with every kind of burst, ${hours(least)} peer-hours each: how many times fewer mistakes, bold where that is surely ${HEADLINE_BAR} or more (${held} of ${cells.length}; surely fewer in ${failed}).`;
  return [lead, "", row(head), row(head.map(() => "---")), ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function hours(count: number): string {
  return Math.round(count).toLocaleString("en");
}
