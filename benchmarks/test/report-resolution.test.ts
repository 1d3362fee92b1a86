import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { judgeClaims } from "../report/claims.js";
import { renderMarkdown } from "../report/markdown.js";
import { detectionMatrix } from "../report/page/matrix.js";
import { viewOf } from "../report/page/view.js";
import { measured, resolutionOf } from "../report/resolution.js";
import type { Results } from "../report/results.js";
import { detectionTable } from "../report/tables.js";
import { syntheticResults } from "./report-fixture.js";

const base = syntheticResults({ links: 10 });

/** The instants of one fault known to so many milliseconds, plus or minus. */
function blurred(uncertaintyMs: number): Results {
  const trials = base.trials.map((trial) =>
    trial.fault === "kill" && trial.latencyMs !== null && trial.latencyMs < 20
      ? { ...trial, uncertaintyMs, latencyMs: 6 }
      : { ...trial, uncertaintyMs: 0.08 },
  );
  return { ...base, trials };
}

describe("what lies below the resolution", () => {
  test.each([
    [7.48, 20],
    [1.9, 5],
    [5, 10],
    [0.07, 0.2],
    [11, 50],
  ])("an instant known to ±%f ms resolves %f ms", (uncertaintyMs, resolutionMs) => {
    expect(resolutionOf(blurred(uncertaintyMs), "kill")).toBeCloseTo(resolutionMs, 9);
  });

  test("is that of each fault alone, and none where instants are exact", () => {
    expect(resolutionOf(blurred(7.48), "hang")).toBeCloseTo(0.2, 9);
    const exact = { trials: base.trials.map((trial) => ({ ...trial, uncertaintyMs: 0 })) };
    expect(resolutionOf(exact, "kill")).toBe(0);
  });

  test("is not told by its figure", () => {
    expect([measured(6, 20), measured(19.9, 20), measured(20, 20), measured(2500, 20)]).toEqual([
      "< 20 ms",
      "< 20 ms",
      "20 ms",
      "2.50 s",
    ]);
  });

  test("neither in Markdown, nor in the terminal, the claims or the page, as long as it is unresolved", () => {
    const shown = (results: Results) => {
      const matrix = parseHTML(detectionMatrix(viewOf(results)).text).document;
      const row = [...matrix.querySelectorAll("tbody tr")].find((each) =>
        each.textContent?.includes("SIGKILL"),
      );
      return [
        renderMarkdown(results).match(/\| peer process is killed \(SIGKILL\) \| ([^[]*) \[/)?.[1],
        /< 20 ms/.test(detectionTable(results)),
        judgeClaims(results)
          .find(({ id }) => id === "crashed-process")
          ?.figures.match(/SIGKILL\)" on 10 of 10 links, median ([^;]*);/)?.[1],
        row?.querySelector("td b")?.textContent,
      ];
    };
    expect(shown(blurred(7.48))).toEqual(["< 20 ms", true, "< 20 ms", "< 20 ms"]);
    expect(shown(blurred(1))).toEqual(["6 ms", false, "6 ms", "6 ms"]);
  });
});
