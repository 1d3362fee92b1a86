import { cpus, release, totalmem } from "node:os";
import { knownCatalogue } from "../report/catalogue.js";
import { predictDefaults } from "../report/defaults.js";
import { readKernelKeepalive } from "../report/kernel-keepalive.js";
import type { Results } from "../report/results.js";
import { NOMINAL } from "../subjects/index.js";
import type { ComparisonPlan } from "./comparison.js";
import type { JobOutcome, NotMeasured } from "./job.js";

/** Where a comparison takes place. */
export type StageKind = Results["environment"]["stage"];

/** Makes the results of what the jobs of a plan have found. */
export async function assemble(
  outcomes: readonly JobOutcome[],
  plan: ComparisonPlan,
  notMeasured: readonly NotMeasured[],
): Promise<Results> {
  const known = knownCatalogue();
  const subjects = new Set(plan.subjects.map(({ name }) => name));
  const faults = new Set(plan.faults.map(({ name }) => name));
  const wire = outcomes.flatMap((outcome) => outcome.wire ?? []);
  return {
    schema: 1,
    environment: await environment(plan.stage),
    settings: {
      ...NOMINAL,
      waitMs: plan.waitMs,
      subjects: Object.fromEntries(plan.subjects.map((each) => [each.name, each.settingsInWords(NOMINAL)])),
    },
    subjects: known.subjects.filter(({ name }) => subjects.has(name)),
    faults: known.faults.filter(({ name }) => faults.has(name)),
    trials: outcomes.flatMap((outcome) => outcome.trials ?? []),
    expectedMistakes: outcomes.flatMap((outcome) => outcome.expectedMistakes ?? []),
    wire,
    cost: [],
    defaults: predictDefaults().filter(({ subject, fault }) => subjects.has(subject) && faults.has(fault)),
    timelines: outcomes.flatMap((outcome) => outcome.timelines ?? []),
    notMeasured: [
      ...outcomes.flatMap((outcome) => outcome.notMeasured ?? []),
      ...notMeasured,
      ...(wire.some(({ minimumFrameOctets }) => minimumFrameOctets === null)
        ? [
            {
              why: "octets with each frame padded to the Ethernet minimum: this machine cannot capture frames",
            },
          ]
        : []),
    ],
  };
}

async function environment(stage: StageKind): Promise<Results["environment"]> {
  const kernelKeepalive = await readKernelKeepalive();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpus: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? "unknown",
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    stage,
    date: new Date().toISOString(),
    ...(kernelKeepalive && { kernelKeepalive }),
  };
}
