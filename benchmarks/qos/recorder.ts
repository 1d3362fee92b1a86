import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Impairment } from "../lab/index.js";
import type { Stage } from "../run/stage.js";
import type { FromRecorder, ToRecorder } from "./record-protocol.js";
import type { Recording } from "./recording.js";
import { environmentHere } from "./results.js";

/** What is recorded, and over what path. */
export interface RecordingPlan {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly impairment?: Impairment;
}

const INTERVAL_MS = 100;
const WARM_UP_MS = 500;
const RECORD_END = fileURLToPath(new URL("record-end.js", import.meta.url));

const both = (quality: Impairment["toPeer"]): Impairment => ({
  toPeer: quality,
  toMonitor: quality,
  seed: 1,
});

/** The paths of the lab that are recorded. */
export const RECORDINGS: readonly RecordingPlan[] = [
  { name: "recorded-quiet", title: "recorded: nothing wrong", why: "as the lab is" },
  {
    name: "recorded-loss-5",
    title: "recorded: 5 % lost",
    why: "the lab's router loses 5 % of packets, each on its own",
    impairment: both({ lossRate: 0.05 }),
  },
  {
    name: "recorded-loss-20",
    title: "recorded: 20 % lost",
    why: "the lab's router loses 20 % of packets, each on its own",
    impairment: both({ lossRate: 0.2 }),
  },
  {
    name: "recorded-jitter",
    title: "recorded: 10 to 90 ms late",
    why: "the lab's router holds each packet back for 10 to 90 ms, so that they overtake each other",
    impairment: both({ delayMs: 50, jitterMs: 40 }),
  },
];

/**
 * Lets a peer beat over a path of the lab, every 100 ms as `udp-beat` does, and writes down what arrives when.
 *
 * @throws Error if an end fails, or this machine cannot impair packets
 */
export async function record(stage: Stage, plan: RecordingPlan, durationMs: number): Promise<Recording> {
  const lab = await stage.openLab(plan.name);
  try {
    const [peer, monitor] = await Promise.all([
      lab.spawn<FromRecorder, ToRecorder>("peer", RECORD_END),
      lab.spawn<FromRecorder, ToRecorder>("monitor", RECORD_END),
    ]);
    monitor.send({ type: "listen", address: lab.addresses.monitor, intervalMs: INTERVAL_MS });
    const { port } = expectMessage("listening", await monitor.messages.receive());
    if (plan.impairment !== undefined) await lab.router.impair(plan.impairment);
    peer.send({ type: "beat", address: lab.addresses.monitor, port, intervalMs: INTERVAL_MS });
    await delay(WARM_UP_MS + durationMs);
    monitor.send({ type: "stop" });
    const { beats } = expectMessage("heard", await monitor.messages.receive());
    await lab.router.unimpair();
    return recordingOf(plan, durationMs, beats);
  } finally {
    await lab.close();
  }
}

function expectMessage<Type extends FromRecorder["type"]>(
  type: Type,
  message: FromRecorder,
): Extract<FromRecorder, { type: Type }> {
  if (message.type === type) return message as Extract<FromRecorder, { type: Type }>;
  throw new Error(`a recording end said "${message.type}" where "${type}" was due`);
}

/** Times begin with the first beat that arrived after the warm-up. */
function recordingOf(
  { name, title, why }: RecordingPlan,
  durationMs: number,
  beats: Extract<FromRecorder, { type: "heard" }>["beats"],
): Recording {
  const [first] = beats;
  if (first === undefined) throw new Error(`${name}: no beat arrived`);
  const startMs = first.arrivedMs + WARM_UP_MS;
  const within = beats.filter(({ arrivedMs }) => arrivedMs >= startMs && arrivedMs < startMs + durationMs);
  const numbers = within.map(({ seq }) => seq);
  const base = Math.min(...numbers);
  const round = (ms: number) => Math.round((ms - startMs) * 1000) / 1000;
  return {
    schema: 1,
    name,
    title,
    why: `${why}; a beat at 75 to 100 % of each ${INTERVAL_MS} ms, over UDP between network namespaces, for ${durationMs / 1000} s`,
    environment: environmentHere(),
    intervalMs: INTERVAL_MS,
    durationMs,
    sent: Math.max(...numbers) - base + 1,
    beats: within.map(({ seq, sentMs, arrivedMs }) => [seq - base, round(sentMs), round(arrivedMs)]),
  };
}
