// Every contender as the comparison runs it, in processes of its own, over loopback. Runs what `tsc -b` built:
// `npm test` always builds first.
import { beforeAll, describe, expect, test } from "vitest";
import { type Fault, faults } from "../dist/faults/index.js";
import { createLoopback } from "../dist/lab/index.js";
import { inParallel } from "../dist/run/in-parallel.js";
import { withWhatTheyNeed } from "../dist/run/missing.js";
import { runTrial, type TrialOutcome } from "../dist/run/trial.js";
import { NOMINAL, type Subject, subjects } from "../dist/subjects/index.js";

/** Contenders at a time: two processes each, which two cores start in good time. */
const AT_ONCE = 4;
const LINKS = 3;
const WAIT_MS = 6000;
/** What a busy machine may add; the comparison itself reports such latencies as surprises. */
const TOLERANCE_MS = 1000;

const here = withWhatTheyNeed(subjects).subjects;

async function strike(fault: Fault, subject: Subject): Promise<TrialOutcome> {
  const lab = await createLoopback(`${fault.name}-${subject.name}`);
  try {
    const plan = {
      fault,
      subjects: [subject],
      settings: NOMINAL,
      links: LINKS,
      firstTrial: 0,
      waitMs: WAIT_MS,
    };
    return await runTrial(lab, plan, () => {});
  } finally {
    await lab.close();
  }
}

describe.each(["kill", "hang"])("when its peer suffers a %s", (name) => {
  const outcomes = new Map<string, TrialOutcome>();

  beforeAll(async () => {
    const fault = faults.find((each) => each.name === name)!;
    const jobs = here.map((subject) => async () => {
      outcomes.set(subject.name, await strike(fault, subject));
    });
    await inParallel(AT_ONCE, jobs);
  }, 120_000);

  test.for(subjects.map((each) => [each.name, each] as const))(
    "%s does as is expected of it",
    ([subject, { missing }], context) => {
      const why = missing?.();
      if (why !== undefined) context.skip(why);
      const { trials, notMeasured } = outcomes.get(subject)!;
      expect(notMeasured).toEqual([]);
      expect(trials).toHaveLength(LINKS);
      for (const { mistakes, detected, latencyMs, cause, predictedMs, uncertaintyMs } of trials) {
        expect(mistakes).toBe(0);
        const inTime = predictedMs !== null && predictedMs.worst + TOLERANCE_MS <= WAIT_MS;
        expect(detected, `detected, which should take ${JSON.stringify(predictedMs)}`).toBe(inTime);
        if (!inTime) continue;
        expect(latencyMs! + uncertaintyMs + 1).toBeGreaterThanOrEqual(predictedMs.best);
        expect(latencyMs! - uncertaintyMs).toBeLessThanOrEqual(predictedMs.worst + TOLERANCE_MS);
        expect(cause).toMatch(/./);
      }
    },
  );
});
