import { readFileSync } from "node:fs";
import { answer } from "./answer.js";
import { compactSubjects } from "./compact.js";
import { glance } from "./glance.js";
import { claimsMarkdown, detectionMarkdown, environmentLine } from "./markdown.js";
import type { Results } from "./results.js";
import { type FileState, syncText } from "./sync.js";

/** The README's blocks that are made from results alone, by the word in their comments. */
const BLOCKS: Readonly<Record<string, (results: Results) => string>> = {
  glance,
  comparison: wholeComparison,
};

function wholeComparison(results: Results): string {
  return [
    details("The answer in words, from the same figures", [
      answer(results)
        .map((sentence) => `- ${sentence}`)
        .join("\n"),
    ]),
    details("Every fault that should be noticed, measured and predicted", [
      detectionMarkdown(results, compactSubjects(results)),
      `Median of what was measured, and in brackets what was predicted. ${environmentLine(results)}`,
    ]),
    details("What is said about keepalive and heartbeats, judged by these figures", [
      claimsMarkdown(results),
    ]),
  ].join("\n\n");
}

/** Folded, as a README's first screen has room for little. */
function details(summary: string, parts: readonly string[]): string {
  return [`<details><summary>${summary}</summary>`, ...parts, "</details>"].join("\n\n");
}

/** A block with its comments. */
export function readmeBlock(name: string, results: Results): string {
  const content = BLOCKS[name];
  if (content === undefined) throw new Error(`there is no block "${name}"; there are ${Object.keys(BLOCKS)}`);
  return [beginOf(name), content(results), endOf(name)].join("\n\n");
}

/**
 * Brings the README's blocks in step with results, or, with `check`, only looks.
 *
 * @throws Error when the README lacks one of them.
 */
export function syncReadme(
  path: string,
  results: Results,
  { check }: { readonly check: boolean },
): FileState {
  let text = readFileSync(path, "utf8");
  for (const name of Object.keys(BLOCKS)) {
    const [begin, end] = [text.indexOf(beginOf(name)), text.indexOf(endOf(name))];
    if (begin < 0 || end < begin) {
      throw new Error(
        `${path} has no block between ${beginOf(name)} and ${endOf(name)}: add both comments where it should stand`,
      );
    }
    text = text.slice(0, begin) + readmeBlock(name, results) + text.slice(end + endOf(name).length);
  }
  return syncText(path, text, { check });
}

const beginOf = (name: string) => `<!-- ${name} -->`;
const endOf = (name: string) => `<!-- /${name} -->`;
