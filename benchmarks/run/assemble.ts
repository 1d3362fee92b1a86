import { cpus, release, totalmem } from "node:os";
import { knownCatalogue } from "../report/catalogue.js";
import { predictDefaults } from "../report/defaults.js";
import { readKernelKeepalive } from "../report/kernel-keepalive.js";
import type { Results } from "../report/results.js";
import { controlsUnder, NOMINAL } from "../subjects/index.js";
import type { ComparisonPlan } from "./comparison.js";
import type { JobOutcome, NotMeasured } from "./job.js";
import type { Provenance } from "./provenance.js";

/** Where a comparison takes place. */
export type StageKind = Results["environment"]["stage"];

/** What of CPU and memory a run does not measure. */
const LEFT_OUT: Readonly<Record<ComparisonPlan["cost"], readonly string[]>> = {
  all: [],
  contenders: ["CPU and memory beside bare loops, of crowds, and of the whole machine"],
  none: ["CPU and memory per heartbeat"],
};

/** Makes the results of what the jobs of a plan have found. */
export async function assemble(
  outcomes: readonly JobOutcome[],
  plan: ComparisonPlan,
  notMeasured: readonly NotMeasured[],
  provenance: Provenance,
): Promise<Results> {
  const known = knownCatalogue();
  const controls = plan.faults.flatMap(({ effect }) => controlsUnder(effect));
  const tookPart = [...new Set([...plan.subjects, ...controls])];
  const subjects = new Set(tookPart.map(({ name }) => name));
  const faults = new Set(plan.faults.map(({ name }) => name));
  const impairments = outcomes.flatMap((outcome) => outcome.impairments ?? []);
  const wire = outcomes.flatMap((outcome) => outcome.wire ?? []);
  return {
    schema: 1,
    environment: {
      ...(await environment(plan.stage)),
      ...provenance,
      ...(impairments[0] !== undefined && { impairment: impairments[0].means }),
    },
    settings: {
      ...NOMINAL,
      waitMs: plan.waitMs,
      subjects: Object.fromEntries(tookPart.map((each) => [each.name, each.settingsInWords(NOMINAL)])),
    },
    subjects: known.subjects.filter(({ name }) => subjects.has(name)),
    faults: known.faults.filter(({ name }) => faults.has(name)),
    trials: outcomes.flatMap((outcome) => outcome.trials ?? []),
    expectedMistakes: outcomes.flatMap((outcome) => outcome.expectedMistakes ?? []),
    impairments,
    wire,
    carried: outcomes.flatMap((outcome) => outcome.carried ?? []),
    cost: outcomes.flatMap((outcome) => outcome.cost ?? []),
    defaults: predictDefaults().filter(({ subject, fault }) => subjects.has(subject) && faults.has(fault)),
    timelines: outcomes.flatMap((outcome) => outcome.timelines ?? []),
    notMeasured: distinct([
      ...outcomes.flatMap((outcome) => outcome.notMeasured ?? []),
      ...notMeasured,
      ...LEFT_OUT[plan.cost].map((what) => ({
        why: `${what}: not part of this run (npm run bench -- --cost)`,
      })),
      ...(wire.some(({ minimumFrameOctets }) => minimumFrameOctets === null)
        ? [
            {
              why: "octets with each frame padded to the Ethernet minimum: this machine cannot capture frames",
            },
          ]
        : []),
    ]),
  };
}

/** What was not measured in several rounds, once. */
function distinct(rows: readonly NotMeasured[]): NotMeasured[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
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
