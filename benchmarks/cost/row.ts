import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import type { Figure } from "./statistics.js";

const spread = z.object({ p5: z.number(), p95: z.number() });

const rowSchema = z
  .object({
    /** Such as "udp-cpu-ratio". With `peers` and `subject` unique in a report. */
    name: z.string(),
    /** Whose cost it is, where several contenders are measured side by side. */
    subject: z.string().optional(),
    /** What it is, in words. */
    title: z.string(),
    peers: z.int().positive(),
    value: z.number(),
    unit: z.enum(["ratio", "µs", "octets", "MiB", "ms", "cores", "count"]),
    /** The most that the value may be; null where no bar is set. */
    bar: z.number().nullable(),
    /** Null where no bar is set. */
    met: z.boolean().nullable(),
    /** How many rounds or samples the value is the median of (or the quantile that its name says). */
    n: z.int().positive(),
    /** Null of a single count. */
    spread: spread.nullable(),
    /** How it was measured, and what was counted beside it. */
    how: z.string(),
  })
  .refine((row) => row.met === verdict(row.value, row.bar), "met must follow from value and bar");

const reportSchema = z.object({
  schema: z.literal(1),
  environment: z.object({
    node: z.string(),
    platform: z.string(),
    kernel: z.string(),
    cpus: z.int().positive(),
    cpuModel: z.string(),
    /** What else ran: the machine's load average over a minute, as it began. */
    loadAverage: z.number().nonnegative(),
    date: z.iso.datetime(),
  }),
  scale: z.enum(["full", "quick", "tiny"]),
  seconds: z.number().nonnegative(),
  rows: z.array(rowSchema),
  notMeasured: z.array(z.object({ name: z.string(), why: z.string() })),
});

/** One figure of the cost report, with its bar and verdict. */
export type CostRow = z.infer<typeof rowSchema>;
/** What a run found. */
export type CostReport = z.infer<typeof reportSchema>;

/** What a row says besides its figure; `bar` may be left out. */
export type RowHead = Pick<CostRow, "name" | "title" | "peers" | "unit" | "how"> & {
  readonly bar?: number;
  readonly subject?: string;
};

/** Makes a row of a figure; the verdict is computed. */
export function rowOf(
  head: RowHead,
  figure: Omit<Figure, "spread"> & { spread: Figure["spread"] | null },
): CostRow {
  const bar = head.bar ?? null;
  const { value, n, spread } = figure;
  return { ...head, bar, value, n, spread, met: verdict(value, bar) };
}

/** Makes a row of a count, which has no spread. */
export function countRow(head: RowHead, value: number): CostRow {
  return rowOf(head, { value, n: 1, spread: null });
}

/**
 * Writes a report, checked against the schema first.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be written
 */
export function writeCostReport(path: string, report: CostReport): void {
  writeFileSync(path, `${JSON.stringify(parse(path, report), undefined, 2)}\n`);
}

/** @throws Error naming each place that does not fit, or that the file cannot be read */
export function readCostReport(path: string): CostReport {
  return parse(path, JSON.parse(readFileSync(path, "utf8")));
}

function verdict(value: number, bar: number | null): boolean | null {
  return bar === null ? null : value <= bar;
}

function parse(path: string, value: unknown): CostReport {
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a cost report of schema 1:\n${z.prettifyError(parsed.error)}`);
}
