import { readFileSync } from "node:fs";
import type { Proof, WireCost } from "@heartwire/core";

/** What was seen of one contender under one fault, at the table's settings. */
export interface MeasuredFault {
  /** Links tried. */
  readonly n: number;
  /** Links called dead; under a harmless fault, mistakes. */
  readonly detected: number;
  /** Of those detected; absent when none was. */
  readonly medianMs?: number;
  readonly p95Ms?: number;
}

/** One contender. */
export interface MeasuredSubject {
  readonly name: string;
  readonly title: string;
  readonly proves: Proof;
  readonly settings: string;
  /** Ethernet octets of an idle link, both ways; absent: not measured. */
  readonly octetsPerHour?: number;
  readonly wire: WireCost;
  /** By the fault's name; what was not measured is absent. */
  readonly faults: Readonly<Record<string, MeasuredFault>>;
}

/** The figures that advice rests on; generated from the reference run of the benchmarks. */
export interface Measured {
  readonly schema: 1;
  readonly source: string;
  readonly environment: {
    readonly date: string;
    readonly node: string;
    readonly platform: string;
    readonly kernel: string;
    readonly cpus: number;
    readonly cpuModel: string;
  };
  readonly settings: { readonly intervalMs: number; readonly misses: number; readonly waitMs: number };
  readonly faults: readonly { readonly name: string; readonly title: string; readonly harmless: boolean }[];
  readonly subjects: readonly MeasuredSubject[];
}

/** Reads the figures of this package. */
export function readMeasured(): Measured {
  const path = new URL("../../data/measured.json", import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")) as Measured;
}
