import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const duration = z.number().nonnegative();
/** The upper end is null where there is none. */
const interval = z.object({ from: z.number().nonnegative(), to: z.number().nonnegative().nullable() });

/** The machine: what is generated does not depend on it, what was recorded does. */
export const environmentSchema = z.object({
  node: z.string(),
  kernel: z.string(),
  cpuModel: z.string(),
  date: z.iso.datetime(),
});

const condition = z.object({
  name: z.string(),
  title: z.string(),
  why: z.string(),
  kind: z.enum(["generated", "recorded"]),
  intervalMs: duration,
});

const contender = z.object({
  name: z.string(),
  title: z.string(),
  kind: z.enum(["heartwire", "rival"]),
  /** What `value` of its points is. */
  parameter: z.string(),
  standard: z.number(),
});

/** One contender at one value of its parameter, under one condition. */
const point = z.object({
  condition: z.string(),
  contender: z.string(),
  value: z.number(),
  /** T_D, in true time; null where no crash was found. */
  detectionMs: z.object({ n: z.int().positive(), mean: duration, max: duration }).nullable(),
  undetected: z.int().nonnegative(),
  peerHours: z.number().nonnegative(),
  mistakes: z.int().nonnegative(),
  /** λ_M = 1 / E(T_MR), with its exact 95 % interval. */
  mistakesPerHour: z.number().nonnegative(),
  mistakesPerHourInterval: interval,
  /** Mean T_MR between mistakes of one trace; null where no trace had two. */
  mistakeRecurrenceMs: duration.nullable(),
  /** Mean T_M; null where no mistake ended. */
  mistakeDurationMs: duration.nullable(),
  /** P_A. */
  queryAccuracy: z.number().min(0).max(1),
  octetsPerHour: z.number().nonnegative(),
});

const side = z.object({
  name: z.string(),
  settings: z.string(),
  mistakes: z.int().nonnegative(),
  /** Those of them with a local stall within the silence that led to them. */
  afterStall: z.int().nonnegative(),
  /** `maxRan`: local stalls taken out. */
  detectionMs: z.object({ mean: duration, max: duration, maxRan: duration }),
  boundMs: duration,
  crashes: z.int().nonnegative(),
  beyondBound: z.int().nonnegative(),
  octetsPerHour: z.number().nonnegative(),
});

const headline = z.object({
  world: z.string(),
  title: z.string(),
  why: z.string(),
  seed: z.int(),
  peerHours: z.number().nonnegative(),
  plain: side,
  /** `fewer`: mistakes of the plain one over ours, as an exact 95 % interval. */
  ours: z.array(side.extend({ fewer: interval })),
});

const bargainSide = point
  .pick({
    detectionMs: true,
    undetected: true,
    peerHours: true,
    mistakes: true,
    mistakesPerHour: true,
    octetsPerHour: true,
  })
  .extend({ settings: z.string() });

/** A plain timeout, and the default policy at a longer interval for no more octets, under one condition. */
const bargain = z.object({
  condition: z.string(),
  title: z.string(),
  /** `asks`: pings and their answers; `listens`: the peer's own beats. */
  way: z.enum(["asks", "listens"]),
  plain: bargainSide,
  ours: bargainSide,
  fewer: interval,
});

/** The default policy against a plain timeout under other bursts than the worlds'. */
const sensitivity = z.object({
  lossRate: z.number().min(0).max(1),
  meanMs: duration,
  seed: z.int(),
  peerHours: z.number().nonnegative(),
  plainMistakes: z.int().nonnegative(),
  mistakes: z.int().nonnegative(),
  fewer: interval,
  beyondBound: z.int().nonnegative(),
});

/** The format of qos.json. */
export const qosSchema = z.object({
  schema: z.literal(2),
  environment: environmentSchema,
  conditions: z.array(condition),
  contenders: z.array(contender),
  points: z.array(point),
  bargains: z.array(bargain),
  headlines: z.array(headline),
  sensitivity: z.array(sensitivity),
  notMeasured: z.array(z.object({ what: z.string(), why: z.string() })),
});

/** The quality of service of every policy, as measured. */
export type QosResults = z.infer<typeof qosSchema>;
/** A point of a curve. */
export type QosPoint = QosResults["points"][number];
/** The comparison with a plain timeout in one world. */
export type QosHeadline = QosResults["headlines"][number];
/** Ours and a plain timeout for the same octets. */
export type QosBargain = QosResults["bargains"][number];
/** The same under other bursts. */
export type QosSensitivity = QosResults["sensitivity"][number];

/**
 * Reads a results file and checks it.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be read
 */
export function readQos(path: string): QosResults {
  return checked(path, JSON.parse(readFileSync(path, "utf8")));
}

/** The committed measurement, from dist/qos, where this file runs; `undefined` where there is none. */
export function committedQos(): QosResults | undefined {
  const path = fileURLToPath(new URL("../../results/qos.json", import.meta.url));
  return existsSync(path) ? readQos(path) : undefined;
}

/**
 * Writes a results file, checked first, a line for each row.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be written
 */
export function writeQos(path: string, results: QosResults): void {
  const parts = Object.entries(checked(path, results)).map(
    ([key, value]) =>
      `${JSON.stringify(key)}: ${Array.isArray(value) ? rowsOf(value) : JSON.stringify(value)}`,
  );
  writeFileSync(path, `{\n${parts.join(",\n")}\n}\n`);
}

/** This machine, now. */
export function environmentHere(): z.infer<typeof environmentSchema> {
  const cpuModel = cpus()[0]?.model.trim() ?? "unknown";
  return { node: process.version, kernel: release(), cpuModel, date: new Date().toISOString() };
}

function rowsOf(rows: readonly unknown[]): string {
  return rows.length === 0 ? "[]" : `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n]`;
}

function checked(path: string, value: unknown): QosResults {
  const parsed = qosSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a quality-of-service file of schema 2:\n${z.prettifyError(parsed.error)}`);
}
