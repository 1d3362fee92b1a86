import { cpus, loadavg, release } from "node:os";
import { type Subject, subjects } from "../subjects/index.js";
import { checkCpu } from "./check-cpu.js";
import { contenderCost, KERNELS_WORK } from "./contenders.js";
import type { CostReport, CostRow } from "./row.js";
import type { Scale } from "./scale.js";
import { tcpCpu } from "./tcp-cpu.js";
import { udpCpu } from "./udp-cpu.js";
import { udpCrowd } from "./udp-crowd.js";
import { udpLateness } from "./udp-lateness.js";
import { webSocketCpu } from "./websocket-cpu.js";
import { webSocketMemory } from "./websocket-memory.js";

/** Every measurement, in the order of the report. */
export const MEASUREMENTS = {
  "udp-cpu": udpCpu,
  "websocket-cpu": webSocketCpu,
  "websocket-memory": webSocketMemory,
  crowd: udpCrowd,
  lateness: udpLateness,
  "tcp-cpu": tcpCpu,
  "check-cpu": checkCpu,
} as const satisfies Readonly<Record<string, (scale: Scale) => Promise<readonly CostRow[]>>>;

/** What each contender costs, one after the other. */
export const CONTENDERS = "contenders";

/** The name of a measurement. */
export type Measurement = keyof typeof MEASUREMENTS | typeof CONTENDERS;

/** All of them. */
export const ALL_MEASUREMENTS: readonly Measurement[] = [
  ...(Object.keys(MEASUREMENTS) as (keyof typeof MEASUREMENTS)[]),
  CONTENDERS,
];

/**
 * Measures what heartbeats cost, one measurement after the other. One that fails is reported as not measured,
 * with its reason; the others go on.
 *
 * @param began told of each measurement as it begins
 * @param contenders of whom the cost is measured, if that is chosen; default all
 */
export async function measureCost(
  scale: Scale,
  chosen: readonly Measurement[],
  began: (measurement: string) => void,
  contenders: readonly Subject[] = subjects,
): Promise<CostReport> {
  const environment = describeMachine();
  const rows: CostRow[] = [];
  const notMeasured: CostReport["notMeasured"] = [];
  const startMs = performance.now();
  for (const { name, measure } of chosen.flatMap((each) => partsOf(each, contenders))) {
    began(name);
    try {
      rows.push(...(await measure(scale)));
    } catch (error) {
      notMeasured.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  if (chosen.includes(CONTENDERS)) {
    const silent = contenders.filter(({ proves }) => proves === "connection");
    for (const { title } of silent)
      notMeasured.push({ name: `CPU per heartbeat of ${title}`, why: KERNELS_WORK });
  }
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return { schema: 1, environment, scale: scale.name, seconds, rows, notMeasured };
}

interface Part {
  readonly name: string;
  measure(scale: Scale): Promise<readonly CostRow[]>;
}

/** One contender that cannot be measured spoils no other. */
function partsOf(measurement: Measurement, contenders: readonly Subject[]): readonly Part[] {
  if (measurement !== CONTENDERS) return [{ name: measurement, measure: MEASUREMENTS[measurement] }];
  return contenders.map((subject) => ({
    name: `cost of ${subject.title}`,
    measure: (scale) => contenderCost(subject, scale),
  }));
}

function describeMachine(): CostReport["environment"] {
  const all = cpus();
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    kernel: release(),
    cpus: all.length,
    cpuModel: all[0]?.model ?? "unknown",
    loadAverage: loadavg()[0] ?? 0,
    date: new Date().toISOString(),
  };
}
