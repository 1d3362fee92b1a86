import type { WireCost } from "@heartwire/core";
import { tcp } from "@heartwire/tcp";
import { keepalive } from "@heartwire/tcp-keepalive";
import { udp } from "@heartwire/udp";
import { webSocketCost } from "@heartwire/websocket";
import { catalogueOf, isHarmless } from "./catalogue.js";
import { cellOf } from "./cells.js";
import type { Results } from "./results.js";

/** What was seen of one contender under one fault. */
export interface MeasuredFault {
  /** Links tried. */
  readonly n: number;
  /** Links called dead; under a harmless fault, mistakes. */
  readonly detected: number;
  /** Of those detected; absent when none was. */
  readonly medianMs?: number;
  readonly p95Ms?: number;
}

/** One contender of ours. */
export interface MeasuredSubject {
  readonly name: string;
  readonly title: string;
  readonly proves: "connection" | "process" | "application";
  readonly settings: string;
  /** Ethernet octets of an idle link, both ways, at those settings; absent: not measured. */
  readonly octetsPerHour?: number;
  /** What its heartbeats cost, as its package says: for predictions at other settings. */
  readonly wire: WireCost;
  /** By the fault's name; what was not measured is absent. */
  readonly faults: Readonly<Record<string, MeasuredFault>>;
}

/** The format of packages/cli/data/measured.json. */
export interface AdviceTable {
  readonly schema: 1;
  readonly source: string;
  readonly environment: Pick<
    Results["environment"],
    "date" | "node" | "platform" | "kernel" | "cpus" | "cpuModel"
  >;
  readonly settings: Pick<Results["settings"], "intervalMs" | "misses" | "waitMs">;
  readonly faults: readonly { readonly name: string; readonly title: string; readonly harmless: boolean }[];
  readonly subjects: readonly MeasuredSubject[];
}

const settings = { idleMs: 1000, intervalMs: 1000, probes: 3 };
const anywhere = { host: "localhost", port: 1 };

/** Nothing is opened: a transport is asked for what it would cost. */
const WIRES: Readonly<Record<string, WireCost>> = {
  "tcp-keepalive": keepalive({ ...anywhere, settings }).wire,
  "tcp-keepalive-user-timeout": keepalive({ ...anywhere, settings }).wire,
  tcp: tcp(anywhere).wire,
  "udp-echo": udp(anywhere).wire,
  "udp-beat": udp(anywhere).wire,
  "websocket-ping": webSocketCost("ping", "client"),
  "websocket-messages": webSocketCost("messages", "client"),
};

/**
 * The figures of ours in a run, small enough to be part of the command line's package. Rivals are left out: nobody is
 * advised to take them.
 *
 * @throws Error when a contender of ours has no known cost on the wire
 */
export function adviceTable(results: Results, source = "benchmarks/results/reference.json"): AdviceTable {
  const { subjects, faults } = catalogueOf(results);
  const { date, node, platform, kernel, cpus, cpuModel } = results.environment;
  const { intervalMs, misses, waitMs } = results.settings;
  return {
    schema: 1,
    source,
    environment: { date, node, platform, kernel, cpus, cpuModel },
    settings: { intervalMs, misses, waitMs },
    faults: faults.map((fault) => ({ name: fault.name, title: fault.title, harmless: isHarmless(fault) })),
    subjects: subjects
      .filter(({ kind }) => kind === "heartwire")
      .map(({ name, title, proves }) => ({
        name,
        title,
        proves,
        settings: results.settings.subjects[name]!,
        ...octetsOf(results, name),
        wire: wireOf(name),
        faults: Object.fromEntries(faults.flatMap((fault) => measured(results, name, fault.name))),
      })),
  };
}

function wireOf(subject: string): WireCost {
  const wire = WIRES[subject];
  if (wire === undefined)
    throw new Error(`what ${subject} costs on the wire is not known here: add it to WIRES`);
  return wire;
}

function octetsOf({ wire }: Results, subject: string): { octetsPerHour?: number } {
  const row = wire.find((each) => each.subject === subject);
  return row === undefined ? {} : { octetsPerHour: Math.round(row.perHour.out + row.perHour.in) };
}

function measured(results: Results, subject: string, fault: string): [string, MeasuredFault][] {
  const cell = cellOf(results, subject, fault);
  if (cell === undefined) return [];
  const { count, detected, latencyMs } = cell;
  const latency = latencyMs && { medianMs: Math.round(latencyMs.median), p95Ms: Math.round(latencyMs.p95) };
  return [[fault, { n: count, detected, ...latency }]];
}
