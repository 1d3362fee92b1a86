import { relative } from "node:path";
import pc from "picocolors";
import { subjects } from "../subjects/index.js";
import { answer } from "./answer.js";
import { isNotable, livingPeers } from "./living-peers.js";
import type { Results } from "./results.js";
import { commonSettings } from "./settings.js";
import { detectionTable, livingPeersTable, wireTable } from "./tables.js";
import { FRAME_NOTE } from "./wire.js";
import { chosen, upperFirst } from "./words.js";

/** Prints what was found, for somebody who has read nothing else. Writes to stdout. */
export function printReport(results: Results, path: string): void {
  const perCell = Math.max(...countsPerCell(results), 0);
  const lines = [
    "",
    pc.bold("How long until each one noticed"),
    `Median of ${perCell} links each, and below it the span that was expected. Everyone is set to`,
    `${commonSettings(results.settings)}. "missed": not noticed within ${chosen(results.settings.waitMs)}.`,
    detectionTable(results),
    ...livingPeersNote(results),
    "",
    pc.bold("What watching one idle peer costs on the wire"),
    `${upperFirst(FRAME_NOTE)}; "captured" is without that. Heartwire sends at 75 to 100 % of the`,
    `interval, so that peers do not beat in step.`,
    results.wire.length > 0 ? wireTable(results) : "not measured",
    "",
    ...settingsNote(results),
    ...notMeasuredNote(results),
    "",
    ...answer(results).map((sentence) => pc.bold(sentence)),
    "",
    pc.dim(`Every single figure: ${relative(process.cwd(), path) || path}`),
    "",
  ];
  process.stdout.write(lines.join("\n"));
}

/** Nothing where no fault was harmless, or the run is older than predictions of mistakes. */
function livingPeersNote(results: Results): string[] {
  if (results.expectedMistakes === undefined || !livingPeers(results).some(isNotable)) return [];
  return [
    "",
    pc.bold("Living peers called dead: expected and measured"),
    `Links, and how many by each one's own formula; in brackets what chance makes of it in 19 of 20 runs.`,
    livingPeersTable(results),
  ];
}

function countsPerCell(results: Results): number[] {
  const counts = new Map<string, number>();
  for (const { subject, fault } of results.trials) {
    const key = `${subject} ${fault}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts.values()];
}

function settingsNote(results: Results): string[] {
  return Object.entries(results.settings.subjects).map(([name, settings]) => {
    const title = subjects.find((subject) => subject.name === name)?.title ?? name;
    return pc.dim(`${title}: ${settings}`);
  });
}

function notMeasuredNote(results: Results): string[] {
  return results.notMeasured.map(({ subject, fault, why }) => {
    const what = [subject, fault].filter((part) => part !== undefined).join(" at ");
    return pc.dim(`Not measured${what ? `, ${what}` : ""}: ${why}`);
  });
}
