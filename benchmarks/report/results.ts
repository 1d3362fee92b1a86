import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

const traffic = z.object({ out: z.number().nonnegative(), in: z.number().nonnegative() });
const kind = z.enum(["heartwire", "rival"]);

const schema = z.object({
  schema: z.literal(1),
  environment: z.object({
    node: z.string(),
    platform: z.string(),
    kernel: z.string(),
    cpus: z.int().positive(),
    cpuModel: z.string(),
    memoryMiB: z.number().positive(),
    stage: z.enum(["namespaces", "rootless-namespaces", "loopback"]),
    date: z.iso.datetime(),
  }),
  settings: z.object({
    intervalMs: z.number().positive(),
    misses: z.int().positive(),
    /** Longest wait for a verdict: what is not noticed by then is `detected: false`. */
    waitMs: z.number().positive(),
    subjects: z.record(z.string(), z.string()),
  }),
  /** One row per link and trial. */
  trials: z.array(
    z.object({
      subject: z.string(),
      kind,
      fault: z.string(),
      trial: z.int().nonnegative(),
      detected: z.boolean(),
      /** From the fault to the event in the application; null when not detected. */
      latencyMs: z.number().nullable(),
      /** How exactly the instant of the fault is known: plus or minus. */
      uncertaintyMs: z.number().nonnegative(),
      cause: z.string().nullable(),
      /** Null: it cannot be detected at all. */
      predictedMs: z.object({ best: z.number(), worst: z.number() }).nullable(),
      /** Live peer called dead before the fault. */
      mistakes: z.int().nonnegative(),
    }),
  ),
  /** One link each, counted over `seconds`. */
  wire: z.array(
    z.object({
      subject: z.string(),
      seconds: z.number().positive(),
      frames: traffic,
      /** Ethernet header in, padding and FCS out. */
      octets: traffic,
      /** With each frame padded to 60 octets; null where frame sizes were not captured. */
      minimumFrameOctets: traffic.nullable(),
      perHour: traffic,
      predictedPerHour: traffic,
    }),
  ),
  cost: z.array(
    z.object({
      subject: z.string(),
      peers: z.int().positive(),
      cpuUsPerHeartbeat: z.number(),
      rssBytesPerPeer: z.number(),
    }),
  ),
  notMeasured: z.array(
    z.object({ subject: z.string().optional(), fault: z.string().optional(), why: z.string() }),
  ),
});

/** What a run of the comparison found; the format of results.json. */
export type Results = z.infer<typeof schema>;
/** One link in one trial. */
export type Trial = Results["trials"][number];
/** What one subject put on the wire. */
export type WireRow = Results["wire"][number];

/**
 * Writes results, checked against the schema first.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be written.
 */
export function writeResults(path: string, results: Results): void {
  writeFileSync(path, `${JSON.stringify(parse(path, results), undefined, 2)}\n`);
}

/**
 * Reads results and checks them against the schema.
 *
 * @throws Error naming each place that does not fit, or that the file cannot be read.
 */
export function readResults(path: string): Results {
  return parse(path, JSON.parse(readFileSync(path, "utf8")));
}

function parse(path: string, value: unknown): Results {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is not a results file of schema 1:\n${z.prettifyError(parsed.error)}`);
}
