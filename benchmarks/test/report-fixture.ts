// Synthetic results: a full matrix that no machine has measured, drawn from a seeded generator. For tests and
// for looking at the page; the kernel named in it does not exist, so that nobody takes it for a measurement.
import type { ExpectedMistakes, FaultRow, Results, SubjectRow, Trial, WireRow } from "../report/results.js";
import { syntheticCost } from "./report-fixture-cost.js";
import { syntheticTimelines } from "./report-fixture-timelines.js";

type Span = { best: number; worst: number };

const INTERVAL_MS = 1000;
const WAIT_MS = 12_000;

export const fixtureSubjects: SubjectRow[] = [
  ours("tcp-keepalive", "TCP keepalive", "connection"),
  ours("tcp-keepalive-user-timeout", "TCP keepalive, user timeout", "connection"),
  ours("tcp", "TCP heartbeat", "application"),
  ours("udp-echo", "UDP echo", "application", "udp"),
  ours("udp-beat", "UDP beat", "application", "udp"),
  ours("websocket-ping", "WebSocket ping", "process"),
  ours("websocket-message", "WebSocket message", "application"),
  rival("ws-readme", "ws README"),
  rival("ws-heartbeat", "ws-heartbeat"),
  rival("engine-io", "engine.io"),
  rival("grpc-js", "grpc-js"),
  rival("mqtt", "MQTT.js"),
  rival("net-keepalive", "net-keepalive", "connection"),
];

function ours(
  name: string,
  title: string,
  proves: SubjectRow["proves"],
  protocol: "tcp" | "udp" = "tcp",
): SubjectRow {
  return { name, title, kind: "heartwire", proves, protocol };
}

function rival(name: string, title: string, proves: SubjectRow["proves"] = "process"): SubjectRow {
  return { name, title, kind: "rival", proves, protocol: "tcp" };
}

const cut = (
  directions: "both" | "to-peer" | "to-monitor",
  unacknowledgedData = false,
  packets: "dropped" | "refused" | "unsendable" = "dropped",
) => ({ kind: "path-cut", directions, packets, unacknowledgedData }) as const;

export const fixtureFaults: FaultRow[] = [
  { name: "exit", title: "peer process exits", effect: { kind: "process-ended" } },
  { name: "kill", title: "peer process is killed (SIGKILL)", effect: { kind: "process-ended" } },
  { name: "cable-pulled", title: "peer's network cable is pulled", effect: cut("both", false, "refused") },
  { name: "silent-cut-idle", title: "network is cut silently while idle", effect: cut("both") },
  {
    name: "silent-cut-unacknowledged",
    title: "network is cut silently with data in flight",
    effect: cut("both", true),
  },
  { name: "one-way-to-peer", title: "only the way to the peer is cut", effect: cut("to-peer") },
  { name: "one-way-to-monitor", title: "only the way back is cut", effect: cut("to-monitor") },
  { name: "host-rebooted", title: "peer's host reboots", effect: { kind: "host-rebooted" } },
  { name: "hang", title: "peer process hangs (SIGSTOP)", effect: { kind: "process-hung" } },
  { name: "event-loop-blocked", title: "peer's event loop is blocked", effect: { kind: "process-hung" } },
  {
    name: "backend-dead",
    title: "backend dies behind a load balancer",
    effect: { kind: "silent-behind-proxy" },
  },
  {
    name: "application-unhealthy",
    title: "application is ill though its loop turns",
    effect: { kind: "application-unhealthy" },
  },
  { name: "loss-5", title: "5 % random loss", effect: { kind: "harmless", by: "loss", lossRate: 0.05 } },
  { name: "loss-20", title: "20 % random loss", effect: { kind: "harmless", by: "loss", lossRate: 0.2 } },
  { name: "jitter", title: "100 ms of jitter", effect: { kind: "harmless", by: "delay", forMs: 100 } },
  { name: "outage", title: "an outage of 1.2 s", effect: { kind: "harmless", by: "outage", forMs: 1200 } },
  {
    name: "nat",
    title: "NAT mapping expires while idle",
    effect: { kind: "harmless", by: "nat", forMs: 3000 },
  },
  {
    name: "own-stall",
    title: "our own process stalls",
    effect: { kind: "harmless", by: "stall", forMs: 2500 },
  },
];

/** A small fast generator of numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Results as a full run would have them; the same for the same seed. */
export function syntheticResults(options: { seed?: number; links?: number } = {}): Results {
  const random = seeded(options.seed ?? 1);
  const links = options.links ?? 40;
  return {
    schema: 1,
    environment: {
      node: "v20.0.0",
      platform: "linux x64",
      kernel: "0.0.0-synthetic",
      cpus: 2,
      cpuModel: "Seeded generator",
      memoryMiB: 4096,
      stage: "namespaces",
      date: "2026-01-01T00:00:00.000Z",
      kernelKeepalive: { idleS: 7200, intervalS: 75, probes: 9, retries2: 15, onByDefault: false },
    },
    settings: {
      intervalMs: INTERVAL_MS,
      misses: 3,
      waitMs: WAIT_MS,
      subjects: Object.fromEntries(fixtureSubjects.map(({ name }) => [name, "every 1 s, dead after 3"])),
    },
    subjects: fixtureSubjects,
    faults: fixtureFaults,
    trials: fixtureFaults.flatMap((fault) =>
      fixtureSubjects.flatMap((subject) => trialsOf(subject, fault, links, random)),
    ),
    expectedMistakes: expectedMistakes(),
    wire: fixtureSubjects.map((subject) => wireOf(subject, random)),
    cost: syntheticCost(),
    defaults: fixtureFaults
      .filter(({ effect }) => effect.kind !== "harmless")
      .flatMap(({ name, effect }) => [
        defaultOf("tcp-keepalive", "idle 7200 s, interval 75 s, 9 probes", name, effect, 7_875_000),
        defaultOf("ws-readme", "a sweep every 30 s", name, effect, 60_000),
        defaultOf("engine-io", "pingInterval 25 s, pingTimeout 20 s", name, effect, 45_000),
      ]),
    timelines: syntheticTimelines(),
    notMeasured: [
      { subject: "amqplib", why: "RabbitMQ is not installed; install the package rabbitmq-server" },
    ],
  };
}

function expected(subject: SubjectRow, { effect }: FaultRow): Span | null {
  const silence = { best: subject.name.startsWith("ws-") ? 1000 : 2000, worst: 3020 };
  const kernel = { best: 2990, worst: 4500 };
  switch (effect.kind) {
    case "harmless":
      return null;
    case "process-ended":
      return subject.protocol === "udp" ? silence : { best: 0, worst: 20 };
    case "application-unhealthy":
      return subject.proves === "application" ? silence : null;
    case "process-hung":
    case "silent-behind-proxy":
      return subject.proves === "connection" ? null : silence;
    case "host-rebooted":
      return { best: 0, worst: 3020 };
    case "path-cut":
      if (subject.name === "udp-beat" && effect.directions === "to-peer") return null;
      if (subject.proves !== "connection") return silence;
      if (!effect.unacknowledgedData) return kernel;
      return subject.name.includes("timeout") ? kernel : { best: 924_600, worst: 1_176_000 };
  }
}

function trialsOf(subject: SubjectRow, fault: FaultRow, links: number, random: () => number): Trial[] {
  const predictedMs = expected(subject, fault);
  const skew = 0.7 + random() * 0.9;
  const fooled = isFooled(subject, fault) ? FOOLED.share : 0;
  return Array.from({ length: links }, (_, trial) => {
    const detected = predictedMs === null ? random() < fooled : predictedMs.worst < WAIT_MS;
    const { best, worst } = predictedMs ?? { best: 1000, worst: 2000 };
    return {
      subject: subject.name,
      kind: subject.kind,
      fault: fault.name,
      trial,
      detected,
      latencyMs: detected ? best + 1 + (worst - best - 1) * 0.97 * random() ** skew : null,
      uncertaintyMs: 0.5,
      cause: detected ? (fault.effect.kind === "process-ended" ? "ended" : "silence") : null,
      predictedMs,
      mistakes: 0,
      watchedMs: fault.effect.kind === "harmless" ? 30_000 : 4000,
    };
  });
}

/** Share of the links that {@link trialsOf} lets a subject call dead. */
const FOOLED = { fault: "loss-20", subject: "ws-readme", share: 0.3 } as const;

function expectedMistakes(): ExpectedMistakes[] {
  return fixtureFaults
    .filter(({ effect }) => effect.kind === "harmless")
    .flatMap((fault) =>
      fixtureSubjects.map((subject) => {
        const share = isFooled(subject, fault) ? FOOLED.share : 0;
        const why = share === 0 ? "it bears with that" : "the first missed answer is death";
        return { subject: subject.name, fault: fault.name, share: { least: share, most: share }, why };
      }),
    );
}

function isFooled(subject: SubjectRow, fault: FaultRow): boolean {
  return fault.name === FOOLED.fault && subject.name === FOOLED.subject;
}

function wireOf(subject: SubjectRow, random: () => number): WireRow {
  const perCheck: Record<string, [out: number, into: number, framesOut: number, framesIn: number]> = {
    "udp-beat": [0, 56, 0, 1],
    "udp-echo": [52, 52, 1, 1],
    tcp: [138, 72, 2, 1],
    "websocket-message": [142, 80, 2, 1],
    "websocket-ping": [138, 76, 2, 1],
    "grpc-js": [149, 83, 2, 1],
  };
  const kernel = subject.proves === "connection";
  const [out, into, framesOut, framesIn] = kernel
    ? [66, 66, 1, 1]
    : (perCheck[subject.name] ?? [140, 74, 2, 1]);
  const checks = 60 * (kernel ? 1 : 1 + 0.14 * (0.9 + random() / 5));
  const traffic = (one: number, other: number) => ({ out: one * checks, in: other * checks });
  const octets = traffic(out, into);
  return {
    subject: subject.name,
    seconds: 60,
    frames: traffic(framesOut, framesIn),
    octets,
    minimumFrameOctets: traffic(Math.max(out, framesOut * 60), Math.max(into, framesIn * 60)),
    perHour: { out: octets.out * 60, in: octets.in * 60 },
    predictedPerHour: { out: out * 3600 * (kernel ? 1 : 1.14), in: into * 3600 * (kernel ? 1 : 1.14) },
  };
}

function defaultOf(
  subject: string,
  settings: string,
  fault: string,
  effect: FaultRow["effect"],
  worst: number,
): NonNullable<Results["defaults"]>[number] {
  const silent = effect.kind !== "process-ended";
  const never = subject === "tcp-keepalive" && effect.kind === "process-hung";
  return {
    subject,
    settings,
    fault,
    predictedMs: never ? null : silent ? { best: worst / 2, worst } : { best: 0, worst: 20 },
    ...(never && { why: "it proves that the peer's kernel holds the connection" }),
  };
}
