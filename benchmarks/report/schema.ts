import { z } from "zod";

const traffic = z.object({ out: z.number().nonnegative(), in: z.number().nonnegative() });
/** A control watches nothing: it shows what happens to who does not. */
const kind = z.enum(["heartwire", "rival", "control"]);
const span = z.object({ best: z.number().nonnegative(), worst: z.number().nonnegative() });

/** As `FaultEffect` of the faults, which says what each means. */
const effect = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("process-ended") }),
  z.object({ kind: z.literal("process-hung") }),
  z.object({ kind: z.literal("application-unhealthy") }),
  z.object({
    kind: z.literal("path-cut"),
    directions: z.enum(["both", "to-peer", "to-monitor"]),
    packets: z.enum(["dropped", "refused", "unsendable"]),
    unacknowledgedData: z.boolean(),
  }),
  z.object({
    kind: z.literal("host-rebooted"),
  }),
  z.object({ kind: z.literal("silent-behind-proxy") }),
  z.object({
    kind: z.literal("harmless"),
    by: z.enum(["loss", "delay", "outage", "stall", "nat"]),
    lossRate: z.number().min(0).max(1).optional(),
    forMs: z.number().nonnegative().optional(),
    jitterMs: z.number().nonnegative().optional(),
  }),
]);

const environment = z.object({
  node: z.string(),
  platform: z.string(),
  kernel: z.string(),
  cpus: z.int().positive(),
  cpuModel: z.string(),
  memoryMiB: z.number().positive(),
  stage: z.enum(["namespaces", "rootless-namespaces", "loopback"]),
  date: z.iso.datetime(),
  /** The project's, with "+" where files differed from it; absent outside a git checkout. */
  commit: z.string().optional(),
  /** Versions of what was compared and measured with, by package. */
  libraries: z.record(z.string(), z.string()).optional(),
  /** Versions of the programs that stood between the ends. */
  tools: z.record(z.string(), z.string()).optional(),
  /** By what means packets were lost and delayed; absent where none were. */
  impairment: z.enum(["netem", "forwarder"]).optional(),
  /** What the kernel does for a program that sets nothing; absent where it could not be read. */
  kernelKeepalive: z
    .object({
      idleS: z.number().positive(),
      intervalS: z.number().positive(),
      probes: z.int().positive(),
      retries2: z.int().nonnegative(),
      /** SO_KEEPALIVE of a fresh connection; null where no means to read it was there. */
      onByDefault: z.boolean().nullable().optional(),
    })
    .optional(),
});

const trial = z.object({
  subject: z.string(),
  kind,
  fault: z.string(),
  trial: z.int().nonnegative(),
  /** Called dead after the fault. Under a harmless fault that is itself a mistake. */
  detected: z.boolean(),
  /** From the fault to the event in the application; null when not detected. */
  latencyMs: z.number().nullable(),
  /** How exactly the instant of the fault is known: plus or minus. */
  uncertaintyMs: z.number().nonnegative(),
  cause: z.string().nullable(),
  /**
   * Who found it dead. `other-end`: that ended the connection, and the monitor was only told; `unknown`: the
   * library says the same of both; null where it was not detected.
   */
  verdictBy: z.enum(["monitor", "other-end", "unknown"]).nullable().optional(),
  /** Null: it cannot be detected at all, or there is nothing to detect. */
  predictedMs: span.nullable(),
  /** Live peer called dead before the fault. */
  mistakes: z.int().nonnegative(),
  /** How long this link was watched while its peer lived: what its mistakes are counted over. */
  watchedMs: z.number().nonnegative().optional(),
});

/** What share of the links of a cell should be called dead although their peers live. */
const expectedMistakes = z.object({
  subject: z.string(),
  fault: z.string(),
  /** For the time that was watched. The ends differ where the formula leaves something open; null: not predicted. */
  share: z.object({ least: z.number().min(0).max(1), most: z.number().min(0).max(1) }).nullable(),
  /** Whose verdicts are meant; absent: the monitor's own. */
  verdictBy: z.enum(["monitor", "other-end"]).optional(),
  why: z.string(),
});

/** What the forwarder did in one direction. */
const forwarded = z.object({
  packets: z.int().nonnegative(),
  /** As was asked. */
  lost: z.int().nonnegative(),
  /** How much later than asked the others went on. */
  lateMs: z.object({ mean: z.number().nonnegative(), max: z.number().nonnegative() }),
});

/** What was done to packets in one trial of a fault that loses or delays them. */
const impairment = z.discriminatedUnion("means", [
  z.object({ means: z.literal("netem"), fault: z.string(), trial: z.int().nonnegative() }),
  z.object({
    means: z.literal("forwarder"),
    fault: z.string(),
    /** The first of that strike. */
    trial: z.int().nonnegative(),
    seed: z.int().nonnegative(),
    toPeer: forwarded,
    toMonitor: forwarded,
    /** Lost although nobody asked for it; a trial with any is no trial. */
    overflowed: z.int().nonnegative(),
  }),
]);

/** One link each, counted over `seconds`. */
const wire = z.object({
  subject: z.string(),
  seconds: z.number().positive(),
  frames: traffic,
  /** Ethernet header in, padding and FCS out. */
  octets: traffic,
  /** With each frame padded to 60 octets; null where frame sizes were not captured. */
  minimumFrameOctets: traffic.nullable(),
  perHour: traffic,
  predictedPerHour: traffic,
});

/** Beats with octets of the application's in them, of all links together. */
const carried = z.object({
  subject: z.string(),
  payloadOctets: z.int().positive(),
  seconds: z.number().positive(),
  /** That came within that time. */
  beats: z.int().nonnegative(),
  /** Of which the application had all octets, unharmed. */
  intact: z.int().nonnegative(),
});

const cost = z.object({
  /** What was measured: rows of one name are comparable. */
  name: z.string(),
  subject: z.string().optional(),
  /** With so many peers at once. */
  peers: z.int().positive().optional(),
  value: z.number(),
  unit: z.string(),
  /** The most it may be. */
  bar: z.number().optional(),
  met: z.boolean().optional(),
  n: z.int().positive(),
  spread: z.object({ p5: z.number(), p95: z.number() }).optional(),
});

/** One trial as captured on the monitor's link. All instants are relative to the fault. */
const timeline = z.object({
  fault: z.string(),
  subject: z.string(),
  frames: z.array(
    z.object({
      atMs: z.number(),
      /** As the monitor sees it. */
      direction: z.enum(["out", "in"]),
      octets: z.int().positive(),
      summary: z.string(),
    }),
  ),
  events: z.array(
    z.object({ atMs: z.number(), what: z.string(), kind: z.enum(["verdict", "note"]).optional() }),
  ),
});

/** The format of results.json. What is optional was not part of that run. */
export const resultsSchema = z.object({
  schema: z.literal(1),
  environment,
  settings: z.object({
    intervalMs: z.number().positive(),
    misses: z.int().positive(),
    /** Longest wait for a verdict: what is not noticed by then is `detected: false`. */
    waitMs: z.number().positive(),
    /** The same for all, in the words of each. */
    subjects: z.record(z.string(), z.string()),
  }),
  /** Who took part, in the order of the tables. */
  subjects: z
    .array(
      z.object({
        name: z.string(),
        title: z.string(),
        kind,
        proves: z.enum(["connection", "process", "application"]),
        protocol: z.enum(["tcp", "udp"]),
      }),
    )
    .optional(),
  /** What was broken, in the order of the tables. */
  faults: z.array(z.object({ name: z.string(), title: z.string(), effect })).optional(),
  /** One row per link and trial. */
  trials: z.array(trial),
  /** One row per subject and harmless fault. */
  expectedMistakes: z.array(expectedMistakes).optional(),
  /** One row per strike of a fault that loses or delays packets. */
  impairments: z.array(impairment).optional(),
  wire: z.array(wire),
  /** One row per subject whose heartbeats can carry something. */
  carried: z.array(carried).optional(),
  cost: z.array(cost),
  /** What each does when nobody sets anything: predicted, never measured. */
  defaults: z
    .array(
      z.object({
        subject: z.string(),
        settings: z.string(),
        fault: z.string(),
        /** Null: never. */
        predictedMs: span.nullable(),
        why: z.string().optional(),
      }),
    )
    .optional(),
  timelines: z.array(timeline).optional(),
  /** The folklore, judged by the figures of this very file. */
  claims: z
    .array(
      z.object({
        id: z.string(),
        claim: z.string(),
        verdict: z.enum(["true", "false", "depends", "not measured"]),
        figures: z.string(),
      }),
    )
    .optional(),
  notMeasured: z.array(
    z.object({ subject: z.string().optional(), fault: z.string().optional(), why: z.string() }),
  ),
});

/** The same as a JSON Schema, for programs not written in TypeScript; committed as results.schema.json. */
export function resultsJsonSchema(): object {
  return { ...z.toJSONSchema(resultsSchema, { io: "input" }), title: "Results of a Heartwire comparison" };
}
