import { cpus, loadavg, release } from "node:os";
import { checkCpu } from "./check-cpu.js";
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

/** The name of a measurement. */
export type Measurement = keyof typeof MEASUREMENTS;

/**
 * Measures what heartbeats cost, one measurement after the other. One that fails is reported as not measured,
 * with its reason; the others go on.
 *
 * @param began told of each measurement as it begins
 */
export async function measureCost(
  scale: Scale,
  chosen: readonly Measurement[],
  began: (measurement: Measurement) => void,
): Promise<CostReport> {
  const environment = describeMachine();
  const rows: CostRow[] = [];
  const notMeasured: CostReport["notMeasured"] = [];
  const startMs = performance.now();
  for (const name of chosen) {
    began(name);
    try {
      rows.push(...(await MEASUREMENTS[name](scale)));
    } catch (error) {
      notMeasured.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return { schema: 1, environment, scale: scale.name, seconds, rows, notMeasured };
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
