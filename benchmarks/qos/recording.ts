import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { environmentSchema } from "./results.js";
import type { Trace } from "./trace.js";

const recordingSchema = z.object({
  schema: z.literal(1),
  name: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  why: z.string(),
  environment: environmentSchema,
  intervalMs: z.number().positive(),
  durationMs: z.number().positive(),
  /** Beats the peer sent within that time, lost ones too. */
  sent: z.int().nonnegative(),
  /** Those that arrived, in the order of arrival: number, sent at, arrived at. */
  beats: z.array(z.tuple([z.int().nonnegative(), z.number(), z.number()])),
  /** When the monitor's process was blocked: from, to. Absent: never. */
  stalls: z.array(z.tuple([z.number(), z.number()])).optional(),
});

/** Beats that were really sent, between hosts of the lab, and when they were read. */
export type Recording = z.infer<typeof recordingSchema>;

/** Reads all recordings of a folder, by name; none if there is no such folder. */
export function readRecordings(folder: string): readonly Recording[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.sort().map((file) => {
    const path = join(folder, file);
    const parsed = recordingSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return parsed.data;
    throw new Error(`${path} is not a recorded trace of schema 1:\n${z.prettifyError(parsed.error)}`);
  });
}

/** Writes a recording into a folder. */
export function writeRecording(folder: string, recording: Recording): void {
  const { beats, ...rest } = recordingSchema.parse(recording);
  const head = JSON.stringify(rest).slice(0, -1);
  const rows = beats.map((beat) => JSON.stringify(beat)).join(",\n");
  writeFileSync(join(folder, `${rest.name}.json`), `${head},"beats":[\n${rows}\n]}\n`);
}

/** A recording as a trace: with the stalls that were made, and without echoes, for none was asked for. */
export function traceOf({ intervalMs, durationMs, beats, stalls = [] }: Recording): Trace {
  return {
    intervalMs,
    durationMs,
    beats: {
      seq: Uint32Array.from(beats, ([seq]) => seq),
      sentMs: Float64Array.from(beats, ([, sentMs]) => sentMs),
      arrivedMs: Float64Array.from(beats, ([, , arrivedMs]) => arrivedMs),
    },
    stalls: stalls.map(([fromMs, toMs]) => ({ fromMs, toMs })),
  };
}
