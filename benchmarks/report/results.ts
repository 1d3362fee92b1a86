import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { resultsSchema } from "./schema.js";

/** What a run of the comparison found; the format of results.json. */
export type Results = z.infer<typeof resultsSchema>;
/** One link in one trial. */
export type Trial = Results["trials"][number];
/** What share of a cell's links should be called dead although their peers live. */
export type ExpectedMistakes = NonNullable<Results["expectedMistakes"]>[number];
/** What was done to packets in one trial. */
export type ImpairmentRow = NonNullable<Results["impairments"]>[number];
/** What one subject put on the wire. */
export type WireRow = Results["wire"][number];
/** What one subject's heartbeats carried. */
export type CarriedRow = NonNullable<Results["carried"]>[number];
/** What something cost in CPU, memory or time. */
export type CostRow = Results["cost"][number];
/** What a subject does at its own defaults. */
export type DefaultRow = NonNullable<Results["defaults"]>[number];
/** One trial, frame by frame. */
export type Timeline = NonNullable<Results["timelines"]>[number];
/** A line of folklore and its verdict. */
export type JudgedClaim = NonNullable<Results["claims"]>[number];
/** A contender, as results know it. */
export type SubjectRow = NonNullable<Results["subjects"]>[number];
/** Something that was broken, as results know it. */
export type FaultRow = NonNullable<Results["faults"]>[number];

/**
 * Writes results, checked against the schema first.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be written.
 */
export function writeResults(path: string, results: Results): void {
  writeFileSync(path, format(parse(path, results)));
}

/**
 * Reads results and checks them against the schema.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be read.
 */
export function readResults(path: string): Results {
  return parse(path, parseJson(path, readFileSync(path, "utf8")));
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function parse(path: string, value: unknown): Results {
  const parsed = resultsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a results file of schema 1:\n${z.prettifyError(parsed.error)}`);
}

/** A line per row: thousands of trials stay small, and a diff of two runs stays readable. */
function format(results: Results): string {
  const parts = Object.entries(results).map(([key, value]) => `${JSON.stringify(key)}: ${formatPart(value)}`);
  return `{\n${parts.join(",\n")}\n}\n`;
}

function formatPart(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value, undefined, 2);
  if (value.length === 0) return "[]";
  return `[\n${value.map((row) => `  ${JSON.stringify(row)}`).join(",\n")}\n]`;
}
