import { faults } from "../faults/index.js";
import { subjects } from "../subjects/index.js";
import { whyNot } from "../subjects/why-not.js";
import type { DefaultRow } from "./results.js";

/**
 * What each contender does when nobody sets anything. Those times are minutes and hours, so they are predicted;
 * the same predictions are held against measured figures at the common settings.
 */
export function predictDefaults(): DefaultRow[] {
  return subjects.flatMap((subject) => {
    const { name, atDefaults } = subject;
    if (atDefaults === undefined) return [];
    return faults
      .filter((fault) => fault.effect.kind !== "harmless" && whyNot(subject, fault) === undefined)
      .map((fault) => {
        const expected = atDefaults.expectDetection(fault.effect);
        return {
          subject: name,
          settings: atDefaults.settingsInWords,
          fault: fault.name,
          predictedMs: expected.kind === "never" ? null : { best: expected.bestMs, worst: expected.worstMs },
          ...(expected.why !== undefined && { why: expected.why }),
        };
      });
  });
}
