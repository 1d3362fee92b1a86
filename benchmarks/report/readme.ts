import { readFileSync } from "node:fs";
import { answer } from "./answer.js";
import { catalogueOf } from "./catalogue.js";
import { claimsMarkdown, detectionMarkdown, environmentLine } from "./markdown.js";
import { QUICK_SUBJECTS } from "./quick.js";
import type { Results } from "./results.js";
import { type FileState, syncText } from "./sync.js";

const BEGIN = "<!-- comparison -->";
const END = "<!-- /comparison -->";

/** What stands between the README's two comments, made from results alone. */
export function readmeSection(results: Results, picture = "benchmarks/results/reference.svg"): string {
  const compact = catalogueOf(results).subjects.filter(({ name }) => QUICK_SUBJECTS.includes(name));
  return [
    BEGIN,
    `![How long until each one noticed: a row per fault, a mark per contender](${picture})`,
    answer(results).join(" "),
    detectionMarkdown(results, compact),
    `Median of what was measured, and in brackets what was predicted. ${environmentLine(results)}`,
    "<details><summary>What is said about keepalive and heartbeats, judged by these figures</summary>",
    claimsMarkdown(results),
    "</details>",
    END,
  ].join("\n\n");
}

/**
 * Brings the README's block in step with results, or, with `check`, only looks.
 *
 * @throws Error when the README has no such block.
 */
export function syncReadme(
  path: string,
  results: Results,
  { check }: { readonly check: boolean },
): FileState {
  const text = readFileSync(path, "utf8");
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new Error(
      `${path} has no block between ${BEGIN} and ${END}: add both comments where it should stand`,
    );
  }
  const synced = text.slice(0, begin) + readmeSection(results) + text.slice(end + END.length);
  return syncText(path, synced, { check });
}
